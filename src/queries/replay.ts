/** An aggregate's life once more: each event with the document before and after it. Nothing is sent, nothing is written. */
import { upcast, type BatonEvent } from '../events/catalog.ts'
import type { EventPlace } from '../log/stream-index.ts'
import { nextTurn } from '../log/turn.ts'
import { viewCatalog } from '../projections/catalog.ts'
import { keysFor, type View } from '../projections/view.ts'
import { historyPlaces, type HistoryScope } from './history.ts'
import { lastVersion } from './log.ts'
import { positionAt, type Moment } from './moments.ts'
import { eventAt, type Freshness, type LineCache, type LoggedEvent, type Reading } from './reading.ts'

/** An event, with the document before and after it. */
export interface ReplayStep {
  readonly event: LoggedEvent
  readonly before: unknown
  readonly after: unknown
}

/** How far to replay. */
export interface ReplayOptions extends Freshness {
  /** The last position to replay, inclusive; or the time up to which. */
  readonly to?: Moment
}

interface Subject {
  readonly view: keyof typeof viewCatalog
  /** Where the events lie that touch the document, and others with them; those on its own stream alone, if it has none. */
  readonly scope?: 'session' | 'run' | 'task' | 'group'
}

/** Which document a stream's events make. Some of it is written elsewhere: that a run was merged, where its result went. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  session: { view: 'sessions', scope: 'session' },
  run: { view: 'runs', scope: 'run' },
  work: { view: 'works', scope: 'run' },
  state: { view: 'sessionStates', scope: 'session' },
  task: { view: 'tasks', scope: 'task' },
  group: { view: 'groups', scope: 'group' },
}

/** Of a stream, as `task-t1`; or of all that concerns a task, its messages included. */
export async function* replay(
  reading: Reading,
  what: string | { readonly task: string },
  options: ReplayOptions = {},
): AsyncGenerator<ReplayStep> {
  const isTask = typeof what !== 'string'
  const stream = isTask ? `task-${what.task}` : what
  const dash = stream.indexOf('-')
  const [kind, key] = [stream.slice(0, dash), stream.slice(dash + 1)]
  const subject = SUBJECTS[kind]
  const view = subject && (viewCatalog[subject.view] as View<unknown>)
  // What comes meanwhile is another answer's.
  const end = await reading.ask(options, () => reading.states.position)
  const to = options.to === undefined ? end : Math.min(end, await positionAt(reading, options.to))
  const scope = subject?.scope && ({ [subject.scope]: key } as unknown as HistoryScope)
  const cache: LineCache = { ref: -1, commit: undefined }
  let doc: unknown
  for await (const place of merged(ofStream(reading, stream), ofScope(reading, scope, end))) {
    options.signal?.throwIfAborted()
    if (place.position > to) return
    const event = await eventAt(reading.log, place, cache)
    const folded = await asFolded(reading, event, place)
    const touches = view !== undefined && folded !== undefined && touched(view, folded).includes(key)
    if (!isTask && event.stream !== stream && !touches) continue
    const before = structuredClone(doc)
    if (touches) doc = view.evolve(doc, folded, key)
    yield { event, before, after: structuredClone(doc) }
  }
}

/** The documents of a view that it changes. */
export const touched = (view: View<unknown>, event: BatonEvent): readonly string[] =>
  keysFor(view, event.type)?.(event) ?? []

/** As the views are handed it; undefined where this build does not know its type. */
async function asFolded(
  { ask, index }: Reading,
  { type, typeVersion, data: stored, stream, commit, at, by }: LoggedEvent,
  { ref, index: i, position, version: known }: Placed,
): Promise<BatonEvent | undefined> {
  const data = upcast(type, typeVersion, stored)
  if (data === undefined) return undefined
  const isUpTo = (other: number): boolean => other <= position
  const version = known ?? (await ask({}, () => lastVersion(index.places, stream, index.version(stream), isUpTo)))
  return { type, data, stream, version, position, commit, at, by, ref, index: i } as BatonEvent
}

/** Places at a time: a stream may be as long as the log. */
const PAGE = 256

interface Placed extends EventPlace {
  /** In its stream, where that is known already. */
  readonly version?: number
}

async function* ofStream({ index, ask }: Reading, stream: string): AsyncGenerator<Placed> {
  const last = await ask({}, () => index.version(stream))
  for (let from = 1; from <= last; from += PAGE) {
    const places = await ask({}, () => index.places(stream, from, Math.min(last, from + PAGE - 1)))
    for (const [i, place] of places.entries()) yield { ...place, version: from + i }
    // Whoever replays much lets others have their turn.
    await nextTurn()
  }
}

async function* ofScope(reading: Reading, scope: HistoryScope | undefined, end: number): AsyncGenerator<EventPlace> {
  if (scope === undefined) return
  for (let after = 0; ;) {
    const places = await historyPlaces(reading, scope, { after, before: end + 1, limit: PAGE })
    yield* places
    if (places.length < PAGE) return
    after = places.at(-1)?.position ?? end
  }
}

/** Both in the order of their positions; what is in both comes once. */
async function* merged(a: AsyncGenerator<Placed>, b: AsyncGenerator<Placed>): AsyncGenerator<Placed> {
  let [one, other] = [await a.next(), await b.next()]
  while (one.done !== true || other.done !== true) {
    const [x, y] = [one, other].map((next) => (next.done === true ? Infinity : next.value.position)) as [number, number]
    const next = x <= y ? one : other
    yield next.value as Placed
    if (x <= y) one = await a.next()
    if (y <= x) other = await b.next()
  }
}
