/** What a replica keeps of the log itself, as documents like those of the views. */
import type { EventPlace } from '../log/stream-index.ts'
import { chunkAt, spillAt, type Chunked } from './chunked.ts'

/** Their names, and the version of each: raised when what it holds changes. */
export const indexVersions = { streams: 1, commits: 1, keys: 1, unknowns: 1 } as const

type Get = (key: string) => unknown

// ---- streams: by name, where its events lie

const NUMBERS = 3
/** Events to a chunk. */
const EVENTS = 64

export type StreamList = Chunked<number>

export const spillPlaces = spillAt(EVENTS * NUMBERS)

export const versionOf = (list: StreamList | undefined): number =>
  list === undefined ? 0 : list.chunks * EVENTS + list.last.length / NUMBERS

export function placesOf(get: Get, stream: string, from: number, to: number): EventPlace[] {
  const list = get(stream) as StreamList | undefined
  const found: EventPlace[] = []
  if (list === undefined) return found
  const last = Math.min(to, versionOf(list))
  let chunk = -1
  let numbers: readonly number[] = []
  for (let version = Math.max(from, 1); version <= last; version++) {
    const at = version - 1
    if (Math.floor(at / EVENTS) !== chunk) {
      chunk = Math.floor(at / EVENTS)
      numbers = chunkAt(get as never, stream, list, chunk)
    }
    const i = (at % EVENTS) * NUMBERS
    found.push({ ref: numbers[i] as number, index: numbers[i + 1] as number, position: numbers[i + 2] as number })
  }
  return found
}

// ---- commits: where each accepted one is, and when it was, by its number

/** Commits to a chunk. */
const COMMITS = 256
export const ALL_COMMITS = 'all'

export const spillCommits = spillAt(COMMITS * NUMBERS)

/** An accepted commit: the position of its first event, where its line is, and the time of the log there. */
export interface CommitPlace {
  readonly n: number
  readonly position: number
  readonly ref: number
  /** The highest time up to here, in milliseconds since 1970. */
  readonly at: number
}

export interface CommitList {
  readonly count: number
  /** Numbers begin at 1. */
  readonly place: (n: number) => CommitPlace
  /** The newest one for which this holds, where it holds for all before it as well. */
  readonly last: (holds: (place: CommitPlace) => boolean) => CommitPlace | undefined
}

export function commitList(get: Get): CommitList {
  const list = get(ALL_COMMITS) as Chunked<number> | undefined
  const count = list === undefined ? 0 : list.chunks * COMMITS + list.last.length / NUMBERS

  function place(n: number): CommitPlace {
    const chunk = chunkAt(get as never, ALL_COMMITS, list as Chunked<number>, Math.floor((n - 1) / COMMITS)) as number[]
    const i = ((n - 1) % COMMITS) * NUMBERS
    return { n, position: chunk[i] as number, ref: chunk[i + 1] as number, at: chunk[i + 2] as number }
  }

  function last(holds: (place: CommitPlace) => boolean): CommitPlace | undefined {
    let found: CommitPlace | undefined
    for (let [low, high] = [1, count]; low <= high;) {
      const middle = (low + high) >>> 1
      const here = place(middle)
      if (holds(here)) [found, low] = [here, middle + 1]
      else high = middle - 1
    }
    return found
  }

  return { count, place, last }
}

// ---- keys: what an actor's key was used for

export interface KeyUse {
  readonly ref: number
  readonly fp: string
  readonly position: number
  /** The version of each of its events. */
  readonly versions: readonly number[]
}

// ---- unknowns: what this build cannot read, in one document that is always there

export const ALL_UNKNOWNS = 'all'
