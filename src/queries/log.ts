/** The accepted events, any part of them, in either direction; and those to come. */
import { BatonError } from '../errors.ts'
import type { Commit, StoredEvent } from '../log/commit.ts'
import type { EventPlace } from '../log/stream-index.ts'
import { commitIn } from '../log/read-commit.ts'
import { nextTurn } from '../log/turn.ts'
import { acceptedLines } from './accepted-lines.ts'
import { spanOf, type Bookmarks, type Span } from './bookmarks.ts'
import type { Growth } from './growth.ts'
import {
  assertDirection,
  assertLimit,
  commitAt,
  logged,
  type LineCache,
  type LoggedEvent,
  type Reading,
  type Direction,
} from './reading.ts'
import { untilLeft } from './subscribe.ts'

/** `after` and `before` are exclusive. */
export interface LogOptions extends Bookmarks {
  readonly stream?: string
  readonly type?: string
  /** A session's id, or `operator`. */
  readonly actor?: string
  /** `forward`, the default, begins with the oldest. */
  readonly direction?: Direction
  /** At most so many. */
  readonly limit?: number
  /** Goes on as events come: each once, in order, and as durable as this hub promises. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
}

/** Up to the end as it is now. */
export async function* readLog(reading: Reading, options: LogOptions): AsyncGenerator<LoggedEvent> {
  const direction = assertDirection(options.direction)
  let left = limitOf(options)
  const span = await spanOf(reading, options, options)
  const end = await reading.ask(options, () => reading.states.position + 1)
  const before = Math.min(span.before, end)
  for await (const event of eventsIn(reading, { ...span, before }, direction, options)) {
    yield event
    if (--left === 0) return
  }
}

/** What is there, and then what comes. `settled` resolves when all that is folded now is as durable as was promised. */
export async function* followLog(
  reading: Reading,
  growth: Growth,
  settled: () => Promise<void>,
  options: LogOptions,
): AsyncGenerator<LoggedEvent> {
  if (options.before !== undefined || assertDirection(options.direction) === 'backward') throw noFollowing(options)
  const { signal } = options
  let left = limitOf(options)
  const follower = growth.follow()
  yield* untilLeft(growth, signal, follower, async function* () {
    for (let { after } = await spanOf(reading, options); signal?.aborted !== true;) {
      const end = await reading.ask({}, () => reading.states.position)
      let isSettled = false
      for await (const event of eventsIn(reading, { after, before: end + 1 }, 'forward', options)) {
        // What a power cut could still take back is handed to nobody.
        if (!isSettled) await settled()
        isSettled = true
        yield event
        if (--left === 0) return
      }
      after = Math.max(after, end)
      const damage = reading.damage()
      if (damage !== undefined) throw damage
      if (!(await follower.next(signal))) return
    }
  })
}

const limitOf = ({ limit }: LogOptions): number => (limit === undefined ? Infinity : assertLimit(limit))

const noFollowing = ({ before, direction }: LogOptions): BatonError =>
  new BatonError('INVALID_COMMAND', 'only forward, and to no end, can a log be followed', {
    details: { path: 'follow', before, direction },
    hint: 'Leave out before and direction; or limit says how many events it may be.',
  })

function eventsIn(
  reading: Reading,
  span: Span,
  direction: Direction,
  options: LogOptions,
): AsyncGenerator<LoggedEvent> {
  const { stream } = options
  return stream === undefined
    ? ofLog(reading, span, direction, options)
    : ofStream(reading, stream, span, direction, options)
}

async function* ofLog(
  reading: Reading,
  { after, before }: Span,
  direction: Direction,
  options: LogOptions,
): AsyncGenerator<LoggedEvent> {
  const { limit, type, actor, signal } = options
  const isFiltered = type !== undefined || actor !== undefined
  const wanted = limit === undefined || isFiltered ? {} : { wanted: limit }
  for await (const entry of acceptedLines(reading, { after, before, direction, ...wanted, signal })) {
    const commit = commitIn(reading.log, entry)
    if (!isBy(commit, actor)) continue
    const events = commit.events.map((event, i) => logged(commit, event, entry.place.position + i))
    for (const event of direction === 'forward' ? events : events.toReversed()) {
      if (event.position <= after || event.position >= before) continue
      if (type === undefined || event.type === type) yield event
    }
  }
}

/** Places at a time. */
const PAGE = 256

async function* ofStream(
  { ask, index, log }: Reading,
  stream: string,
  { after, before }: Span,
  direction: Direction,
  { type, actor, signal }: LogOptions,
): AsyncGenerator<LoggedEvent> {
  const cache: LineCache = { ref: -1, commit: undefined }
  let [from, to] = await ask({}, () => [
    1 + lastVersion(index.places, stream, index.version(stream), (position) => position <= after),
    lastVersion(index.places, stream, index.version(stream), (position) => position < before),
  ])
  while (from <= to) {
    signal?.throwIfAborted()
    const places = await ask({}, () =>
      direction === 'forward'
        ? index.places(stream, from, Math.min(to, from + PAGE - 1))
        : index.places(stream, Math.max(from, to - PAGE + 1), to).toReversed(),
    )
    if (places.length === 0) return
    for (const place of places) {
      const commit = await commitAt(log, place.ref, cache)
      const event = commit.events[place.index] as StoredEvent
      if (isBy(commit, actor) && (type === undefined || event.t === type)) yield logged(commit, event, place.position)
    }
    if (direction === 'forward') from += places.length
    else to -= places.length
    await nextTurn()
  }
}

/** The number of the last event of a stream for whose position this holds, where it holds for all before it as well. */
export function lastVersion(
  places: (stream: string, from: number, to: number) => EventPlace[],
  stream: string,
  versions: number,
  holds: (position: number) => boolean,
): number {
  let found = 0
  for (let [low, high] = [1, versions]; low <= high;) {
    const middle = (low + high) >>> 1
    const [place] = places(stream, middle, middle)
    if (place !== undefined && holds(place.position)) [found, low] = [middle, middle + 1]
    else high = middle - 1
  }
  return found
}

const isBy = ({ by }: Commit, actor: string | undefined): boolean => actor === undefined || (by.id ?? by.kind) === actor
