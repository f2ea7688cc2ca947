/** What is different between two places in history: which documents of which views, each as it was at both. */
import { isDeepStrictEqual } from 'node:util'
import { refuse } from '../domain/refuse.ts'
import { upcast, type BatonEvent } from '../events/catalog.ts'
import type { Commit } from '../log/commit.ts'
import { commitIn } from '../log/read-commit.ts'
import { viewCatalog, type ViewName } from '../projections/catalog.ts'
import { isForeign } from '../projections/replica.ts'
import type { View } from '../projections/view.ts'
import { acceptedLines } from './accepted-lines.ts'
import { commitBy, type Moment } from './moments.ts'
import { assertLimit, type Reading } from './reading.ts'
import { touched } from './replay.ts'

/** A document that is not the same at both moments. */
export interface DocumentChange {
  readonly view: ViewName
  readonly key: string
  /** The first event in between that touched it. */
  readonly position: number
  /** Undefined: it was not there. */
  readonly before: unknown
  readonly after: unknown
}

/** Which differences are told. */
export interface DiffOptions {
  /** One view alone; `history` and `directory` only where they are named. */
  readonly view?: ViewName
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** The hub as it was, to be asked and then closed. */
export interface LookBack {
  readonly reading: Reading
  readonly close: () => Promise<void>
}

/** They only say where in the log something lies, and grow with each event: shown to whoever asks for them by name. */
const LISTS: ReadonlySet<string> = new Set<ViewName>(['history', 'directory'])

/**
 * In the order in which they were touched first. The events in between say which documents to compare; of those the
 * names are kept, never the documents.
 */
export async function* diff(
  reading: Reading,
  lookBack: (moment: Moment) => Promise<LookBack>,
  from: Moment,
  to: Moment,
  options: DiffOptions = {},
): AsyncGenerator<DocumentChange> {
  const views = viewsOf(options.view)
  let left = options.limit === undefined ? Infinity : assertLimit(options.limit)
  for (const moment of [from, to]) await commitBy(reading, moment)
  const first = await lookBack(from)
  try {
    const second = await lookBack(to)
    try {
      for await (const change of changes(reading, first.reading, second.reading, views, options.signal)) {
        yield change
        if (--left === 0) return
      }
    } finally {
      await second.close()
    }
  } finally {
    await first.close()
  }
}

type Views = readonly (readonly [ViewName, View<unknown>])[]

function viewsOf(wanted: ViewName | undefined): Views {
  const all = Object.entries(viewCatalog) as unknown as Views
  if (wanted === undefined) return all.filter(([name]) => !LISTS.has(name))
  const named = all.filter(([name]) => name === wanted)
  if (named.length > 0) return named
  return refuse('INVALID_COMMAND', `there is no view ${wanted}`, {
    details: { view: wanted },
    hint: `One of ${all.map(([name]) => name).join(', ')}.`,
  })
}

async function* changes(
  reading: Reading,
  one: Reading,
  other: Reading,
  views: Views,
  signal: AbortSignal | undefined,
): AsyncGenerator<DocumentChange> {
  const ends = [await one.ask({}, () => one.states.position), await other.ask({}, () => other.states.position)]
  const between = { after: Math.min(...ends), before: Math.max(...ends) + 1, direction: 'forward', signal } as const
  const met = new Set<string>()
  for await (const entry of acceptedLines(reading, between)) {
    for (const { view, key, position } of touchedBy(commitIn(reading.log, entry), entry, views)) {
      const name = `${view} ${key}`
      if (position <= between.after || met.has(name)) continue
      met.add(name)
      const before = await one.ask({}, () => structuredClone(one.get(view, key)))
      const after = await other.ask({}, () => structuredClone(other.get(view, key)))
      if (!isDeepStrictEqual(before, after)) yield { view, key, position, before, after }
    }
  }
}

interface Touched {
  readonly view: ViewName
  readonly key: string
  readonly position: number
}

function* touchedBy(
  { events, id, at, by }: Commit,
  { place, ref }: { readonly place: { readonly position: number }; readonly ref: number },
  views: Views,
): Generator<Touched> {
  for (const [index, { s: stream, t: type, v, d }] of events.entries()) {
    const data = isForeign(stream) ? undefined : upcast(type, v, d)
    if (data === undefined) continue
    const position = place.position + index
    const event = { type, data, stream, version: 0, position, commit: id, at, by, ref, index } as BatonEvent
    for (const [view, definition] of views) {
      for (const key of keysIn(definition, event)) yield { view, key, position }
    }
  }
}

/** Somebody else may have written it, not of the shape of its type: then no view has taken it. */
function keysIn(view: View<unknown>, event: BatonEvent): readonly string[] {
  try {
    return touched(view, event)
  } catch {
    return []
  }
}
