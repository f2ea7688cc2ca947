/** What happened to a task, a session, a run, or in a thread: paged, in both directions, closed ones too. */
import { bucketOf } from '../projections/history.ts'
import { assertLimit, eventAt, type Freshness, type LineCache, type LoggedEvent, type Reading } from './reading.ts'

export type HistoryScope =
  | { readonly task: string }
  | { readonly session: string }
  | { readonly run: string }
  /** `<root session>/<name>` */
  | { readonly group: string }
  | { readonly thread: string }

export interface HistoryOptions extends Freshness {
  readonly limit?: number
  /** Both exclusive. */
  readonly after?: number
  readonly before?: number
  /** `forward`, the default, begins with the oldest. */
  readonly direction?: 'forward' | 'backward'
}

export interface HistoryPage {
  readonly events: readonly LoggedEvent[]
  /** There is more in this direction: go on `after`, or `before`, the position of the last event. */
  readonly more: boolean
}

interface Found {
  readonly position: number
  readonly ref: number
  readonly index: number
}

export async function history(
  reading: Reading,
  scope: HistoryScope,
  options: HistoryOptions = {},
): Promise<HistoryPage> {
  await reading.reach(options)
  const limit = assertLimit(options.limit)
  const [[kind, id] = ['', '']] = Object.entries(scope)
  const found = find(reading, `${kind}:${id}`, { ...options, limit: limit + 1 })
  const cache: LineCache = { ref: -1, commit: undefined }
  const events: LoggedEvent[] = []
  for (const place of found.slice(0, limit)) events.push(await eventAt(reading.log, place, cache))
  return { events, more: found.length > limit }
}

function find(reading: Reading, scope: string, options: HistoryOptions & { readonly limit: number }): Found[] {
  const { after = 0, before = Infinity, direction = 'forward', limit } = options
  const buckets = [...(reading.get('history', scope) ?? [])]
  if (direction === 'backward') buckets.reverse()
  const found: Found[] = []
  for (const bucket of buckets) {
    if (found.length >= limit) break
    if (bucket < bucketOf(after) || (before !== Infinity && bucket > bucketOf(before))) continue
    const places = inBucket(reading.get('history', `${scope}@${bucket}`) ?? [])
    if (direction === 'backward') places.reverse()
    for (const place of places) {
      if (place.position > after && place.position < before && found.length < limit) found.push(place)
    }
  }
  return found
}

function inBucket(doc: readonly number[]): Found[] {
  const places: Found[] = []
  for (let i = 0; i < doc.length; i += 3) {
    places.push({ position: doc[i] as number, ref: doc[i + 1] as number, index: doc[i + 2] as number })
  }
  return places
}
