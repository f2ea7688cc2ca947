/** Where each event of each stream lies: in memory here, so that reading a stream never scans the log. */
import type { Judged } from './judging.ts'
import type { Cursor } from './log.ts'

/** One event: its commit's line, its place among that commit's events, and its position in the log. */
export interface EventPlace {
  readonly ref: Cursor
  readonly index: number
  readonly position: number
}

export interface StreamIndex {
  apply: (judged: Judged) => void
  clear: () => void
  /** How many events the stream has. */
  version: (stream: string) => number
  /** The versions of the newest commit's events, by their streams: the index stands right behind it. */
  newest: (streams: readonly string[]) => number[]
  /** The places of the events with these versions, both included; versions begin at 1. */
  places: (stream: string, from: number, to: number) => EventPlace[]
}

export function createStreamIndex(): StreamIndex {
  /** Three numbers an event: a million events cost tens of megabytes, not hundreds. */
  const streams = new Map<string, number[]>()
  const version = (stream: string): number => (streams.get(stream)?.length ?? 0) / 3

  return {
    apply({ entry, raises = [], position }) {
      for (const [index, stream] of raises.entries()) {
        const places = streams.get(stream)
        if (places === undefined) streams.set(stream, [entry.ref, index, position + index])
        else places.push(entry.ref, index, position + index)
      }
    },
    clear: () => streams.clear(),
    version,
    newest(raised) {
      const behind = new Map<string, number>()
      const versions: number[] = []
      for (let i = raised.length - 1; i >= 0; i--) {
        const stream = raised[i] as string
        const later = behind.get(stream) ?? 0
        versions[i] = version(stream) - later
        behind.set(stream, later + 1)
      }
      return versions
    },
    places(stream, from, to) {
      const all = streams.get(stream) ?? []
      const found: EventPlace[] = []
      for (let i = (Math.max(from, 1) - 1) * 3; i < Math.min(to * 3, all.length); i += 3) {
        found.push({ ref: all[i] as number, index: all[i + 1] as number, position: all[i + 2] as number })
      }
      return found
    },
  }
}
