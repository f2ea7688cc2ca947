/** Folds the log afresh and compares what is served with it, document by document. Changes nothing. */
import type { Clock } from '../ids.ts'
import type { Log } from '../log/log.ts'
import { prefixOf } from '../log/prefix.ts'
import { documentKey, parseDocumentKey } from './documents.ts'
import { openFolding, type Folding } from './folding.ts'
import { pin, type Pinned } from './pinned.ts'
import { noted, type OnProgress } from './progress.ts'
import { isTableDamaged } from './snapshots/damaged.ts'
import { createPace } from './snapshots/pace.ts'
import type { Snapshots } from './snapshots/store.ts'

/** A document that is not what the log makes. */
export interface Drift {
  readonly view: string
  readonly key: string
  /** `missing` is a document that the log makes and that is not there; the log makes none that is `extra`. */
  readonly kind: 'differs' | 'missing' | 'extra'
  /** As the log makes it, and as it is. */
  readonly expected?: unknown
  readonly found?: unknown
}

/** What a comparison with a fresh fold found. */
export interface ViewsReport {
  /** Up to which position the views were compared. */
  readonly position: number
  readonly documents: number
  readonly drifted: number
  /** The first hundred that drifted. */
  readonly drift: readonly Drift[]
}

/** How a comparison is watched and stopped. */
export interface ViewsOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: OnProgress
}

export interface FoldedLog {
  readonly log: Log
  readonly folding: Folding
  readonly snapshots: Snapshots | undefined
  readonly clock: Clock
}

const SHOWN = 100

export async function verifyViews(parts: FoldedLog, options: ViewsOptions = {}): Promise<ViewsReport> {
  try {
    return await compareAll(parts, options)
  } catch (error) {
    if (!isTableDamaged(error)) throw error
    // What cannot be read is served to nobody: all is folded anew, as for any other question.
    parts.snapshots?.report({ file: parts.snapshots.dir, why: error.message })
    await parts.folding.fold.restart()
    return compareAll(parts, options)
  }
}

async function compareAll(parts: FoldedLog, options: ViewsOptions): Promise<ViewsReport> {
  const { signal, onProgress } = options
  const { log, folding, snapshots, clock } = parts
  await folding.fold.catchUp(signal)
  const served = await folding.look(() => pin(folding))
  try {
    const fresh = await openFolding(prefixOf(log, served.cursor), {
      clock,
      snapshots,
      startsAfresh: true,
      pace: createPace(signal),
      observe: noted('fold', served.cursor, onProgress),
    })
    try {
      await fresh.fold.catchUp(signal)
      const expected = pin(fresh)
      try {
        return { position: fresh.fold.head.position, ...(await compare(expected, served, options)) }
      } finally {
        expected.close()
      }
    } finally {
      await fresh.close()
    }
  } finally {
    served.close()
  }
}

async function compare(
  expected: Pinned,
  served: Pinned,
  { signal, onProgress }: ViewsOptions,
): Promise<Omit<ViewsReport, 'position'>> {
  const pace = createPace(signal)
  const drift: Drift[] = []
  let [documents, drifted] = [0, 0]

  function note(id: string, kind: Drift['kind'], right: string | undefined, found: string | undefined): void {
    if (++drifted > SHOWN) return
    const { view, key } = parseDocumentKey(id)
    drift.push({ view, key, kind, ...parsed('expected', right), ...parsed('found', found) })
  }

  for (const { id, json } of expected.all()) {
    await pace()
    if (++documents % 4096 === 0) onProgress?.({ phase: 'compare', done: documents, total: documents })
    const found = served.find(idIn(served, id))
    if (found !== json) note(id, found === undefined ? 'missing' : 'differs', json, found)
  }
  for (const { id, json } of served.all()) {
    await pace()
    if (expected.find(idIn(expected, id)) === undefined) note(id, 'extra', undefined, json)
  }
  return { documents, drifted, drift }
}

/** The same document, where the view was rebuilt another number of times. */
function idIn({ epochs }: Pinned, id: string): string {
  const { view, key } = parseDocumentKey(id)
  return documentKey(view, epochs[view] ?? 0, key)
}

const parsed = (name: string, json: string | undefined): Record<string, unknown> =>
  json === undefined ? {} : { [name]: JSON.parse(json) as unknown }
