/** Where each event of each stream lies, so that reading a stream never scans the log. Whoever folds the log keeps it. */
import type { Cursor } from './log.ts'

/** One event: its commit's line, its place among that commit's events, and its position in the log. */
export interface EventPlace {
  readonly ref: Cursor
  readonly index: number
  readonly position: number
}

export interface StreamIndex {
  /** How many events the stream has. */
  version: (stream: string) => number
  /** The places of the events with these versions, both included; versions begin at 1. */
  places: (stream: string, from: number, to: number) => EventPlace[]
}

/** The versions of the newest commit's events, by their streams: the index stands right behind it. */
export function newestVersions(index: StreamIndex, raised: readonly string[]): number[] {
  const behind = new Map<string, number>()
  const versions: number[] = []
  for (let i = raised.length - 1; i >= 0; i--) {
    const stream = raised[i] as string
    const later = behind.get(stream) ?? 0
    versions[i] = index.version(stream) - later
    behind.set(stream, later + 1)
  }
  return versions
}
