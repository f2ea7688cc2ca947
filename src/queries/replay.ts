/** An aggregate's life once more: each event with the document before and after it. Nothing is sent, nothing is written. */
import { upcast, type BatonEvent } from '../events/catalog.ts'
import { viewCatalog } from '../projections/catalog.ts'
import { keysFor, type View } from '../projections/view.ts'
import { commitAt, logged, type Freshness, type LineCache, type LoggedEvent, type Reading } from './reading.ts'
import { history } from './history.ts'

export interface ReplayStep {
  readonly event: LoggedEvent
  readonly before: unknown
  readonly after: unknown
}

export interface ReplayOptions extends Freshness {
  /** The last position to replay, inclusive. */
  readonly to?: number
}

/** Which document a stream's events make. */
const VIEW_OF: Readonly<Record<string, keyof typeof viewCatalog>> = {
  session: 'sessions',
  run: 'runs',
  work: 'works',
  state: 'sessionStates',
  task: 'tasks',
  group: 'groups',
}

/** Of a stream, as `task-t1`; or of all that concerns a task, its messages included. */
export async function* replay(
  reading: Reading,
  what: string | { readonly task: string },
  options: ReplayOptions = {},
): AsyncGenerator<ReplayStep> {
  await reading.reach(options)
  const stream = typeof what === 'string' ? what : `task-${what.task}`
  const dash = stream.indexOf('-')
  const name = VIEW_OF[stream.slice(0, dash)]
  const key = stream.slice(dash + 1)
  const view = name === undefined ? undefined : (viewCatalog[name] as View<unknown>)
  let doc: unknown
  const { to = Infinity } = options
  for await (const { event, place } of typeof what === 'string'
    ? ofStream(reading, what)
    : ofTask(reading, what.task)) {
    options.signal?.throwIfAborted()
    if (event.position > to) return
    const before = structuredClone(doc)
    const data = upcast(event.type, event.typeVersion, event.data)
    const folded = {
      ...place,
      type: event.type,
      data,
      stream: event.stream,
      commit: event.commit,
      at: event.at,
      by: event.by,
    }
    const keys = view === undefined ? undefined : keysFor(view, event.type)
    if (view !== undefined && data !== undefined && keys?.(folded as BatonEvent).includes(key) === true) {
      doc = view.evolve(doc, folded as BatonEvent, key)
    }
    yield { event, before, after: structuredClone(doc) }
  }
}

interface Found {
  readonly event: LoggedEvent
  readonly place: { readonly ref: number; readonly index: number; readonly position: number; readonly version: number }
}

async function* ofStream({ index, log }: Reading, stream: string): AsyncGenerator<Found> {
  const cache: LineCache = { ref: -1, commit: undefined }
  for (const [i, place] of index.places(stream, 1, index.version(stream)).entries()) {
    const commit = await commitAt(log, place.ref, cache)
    const stored = commit.events[place.index] as (typeof commit.events)[number]
    yield { event: logged(commit, stored, place.position), place: { ...place, version: i + 1 } }
  }
}

async function* ofTask(reading: Reading, task: string): AsyncGenerator<Found> {
  for (let after = 0; ;) {
    const page = await history(reading, { task }, { after })
    for (const event of page.events) {
      after = event.position
      yield { event, place: { ref: 0, index: 0, position: event.position, version: 0 } }
    }
    if (!page.more) return
  }
}
