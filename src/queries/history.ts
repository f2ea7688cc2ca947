/** What happened to a task, a session, a run, or in a thread: paged, in both directions, closed ones too. */
import { chunkAt, lastChunk } from '../projections/chunked.ts'
import { NUMBERS } from '../projections/history.ts'
import type { EventPlace } from '../log/stream-index.ts'
import { spanOf, type Bookmarks, type Span } from './bookmarks.ts'
import {
  assertDirection,
  assertLimit,
  eventAt,
  type Freshness,
  type LineCache,
  type LoggedEvent,
  type Reading,
  type Direction,
} from './reading.ts'

/** Whose history. */
export type HistoryScope =
  | { readonly task: string }
  | { readonly session: string }
  | { readonly run: string }
  /** `<root session>/<name>` */
  | { readonly group: string }
  | { readonly thread: string }

/** `after` and `before` are exclusive. */
export interface HistoryOptions extends Bookmarks, Freshness {
  readonly limit?: number
  /** `forward`, the default, begins with the oldest. */
  readonly direction?: Direction
}

/** A part of a history. */
export interface HistoryPage {
  readonly events: readonly LoggedEvent[]
  /** There is more in this direction: go on `after`, or `before`, the position of the last event. */
  readonly more: boolean
}

export async function history(
  reading: Reading,
  scope: HistoryScope,
  options: HistoryOptions = {},
): Promise<HistoryPage> {
  const limit = assertLimit(options.limit)
  const found = await historyPlaces(reading, scope, { ...options, limit: limit + 1 })
  const cache: LineCache = { ref: -1, commit: undefined }
  const events: LoggedEvent[] = []
  for (const place of found.slice(0, limit)) events.push(await eventAt(reading.log, place, cache))
  return { events, more: found.length > limit }
}

/** Where the events of a history lie. */
export async function historyPlaces(
  reading: Reading,
  scope: HistoryScope,
  options: HistoryOptions & { readonly limit: number },
): Promise<EventPlace[]> {
  const find = await finderOf(reading, scope, options)
  return reading.ask(options, find)
}

/** The same, to be asked in a turn with something else. */
export async function finderOf(
  reading: Reading,
  scope: HistoryScope,
  options: HistoryOptions & { readonly limit: number },
): Promise<() => EventPlace[]> {
  const direction = assertDirection(options.direction)
  const [[kind, id] = ['', '']] = Object.entries(scope)
  const span = await spanOf(reading, options, options)
  return () => placesIn(reading, `${kind}:${id}`, { ...span, direction, limit: options.limit })
}

interface Wanted extends Span {
  readonly direction: Direction
  readonly limit: number
}

/** Chunk by chunk, from the one in which the answer begins. */
function placesIn(reading: Reading, scope: string, { after, before, direction, limit }: Wanted): EventPlace[] {
  const get = (key: string) => reading.get('history', key)
  const list = get(scope)
  const found: EventPlace[] = []
  if (list === undefined) return found
  const step = direction === 'forward' ? 1 : -1
  const from = direction === 'forward' ? after + 1 : before - 1
  const isBeyond = (position: number) => (direction === 'forward' ? position >= before : position <= after)
  for (let i = lastChunk(get, scope, list, ([first]) => (first ?? 0) <= from); i >= 0 && i <= list.chunks; i += step) {
    const places = inChunk(chunkAt(get, scope, list, i))
    for (const place of direction === 'forward' ? places : places.toReversed()) {
      if (isBeyond(place.position)) return found
      if (place.position <= after || place.position >= before) continue
      if (found.push(place) >= limit) return found
    }
  }
  return found
}

function inChunk(numbers: readonly number[]): EventPlace[] {
  const places: EventPlace[] = []
  for (let i = 0; i < numbers.length; i += NUMBERS) {
    places.push({ position: numbers[i] as number, ref: numbers[i + 1] as number, index: numbers[i + 2] as number })
  }
  return places
}
