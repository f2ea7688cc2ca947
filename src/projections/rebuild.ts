/**
 * Folds a view, or all of them, from the beginning, beside those that are served; then puts the new documents in their
 * place. What is folded so far is kept as it goes: whoever is killed goes on from there, and until it is complete nobody
 * is served from it.
 */
import { viewCatalog, type ViewName } from './catalog.ts'
import type { Epochs } from './documents.ts'
import { openFolding, type Folding } from './folding.ts'
import { indexVersions } from './indexes.ts'
import { noted, type OnProgress } from './progress.ts'
import { isTableDamaged } from './snapshots/damaged.ts'
import { NO_MARGIN } from './snapshots/margin.ts'
import { createPace } from './snapshots/pace.ts'
import type { FoldedLog } from './verify.ts'

/** How a rebuild is watched and stopped; a later one goes on where it was stopped. */
export interface RebuildOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: OnProgress
}

/** What was folded again. */
export interface RebuildReport {
  readonly views: readonly string[]
  readonly position: number
  /** Where an earlier rebuild that did not finish had come to. */
  readonly resumedFrom: number
  /** Whether it is on the disk, for other processes and for the next one. */
  readonly isKept: boolean
}

const VIEWS = Object.keys(viewCatalog)
const INDEXES = Object.keys(indexVersions)

/** How often a swap is tried where others publish at the same time. */
const TRIES = 10

/** The kind of the manifests that keep what is done. */
export const rebuildKind = (views: readonly string[]): string => `${REBUILD}${isAll(views) ? '' : views.join('+')}`

const REBUILD = 'rebuild'

/** What it rebuilds, by the kind of its manifests; undefined for those of another kind. */
export const rebuiltBy = (kind: string): string | undefined =>
  kind.startsWith(REBUILD) ? kind.slice(REBUILD.length) || 'all' : undefined

const isAll = (views: readonly string[]): boolean => VIEWS.every((view) => views.includes(view))

export async function rebuildViews(
  parts: FoldedLog,
  wanted: readonly ViewName[] | undefined,
  options: RebuildOptions = {},
): Promise<RebuildReport> {
  try {
    return await rebuildOnce(parts, wanted, options)
  } catch (error) {
    if (!isTableDamaged(error)) throw error
    // Of what an earlier one has kept: whoever went on from there would meet it again and again.
    parts.snapshots?.report({ file: parts.snapshots.dir, why: error.message })
    parts.snapshots?.ofKind(rebuildKind(wanted ?? VIEWS)).forget()
    return rebuildOnce(parts, wanted, options)
  }
}

async function rebuildOnce(
  parts: FoldedLog,
  wanted: readonly ViewName[] | undefined,
  { signal, onProgress }: RebuildOptions,
): Promise<RebuildReport> {
  const { log, folding, clock } = parts
  const views = wanted ?? [...VIEWS, ...INDEXES]
  await folding.fold.catchUp(signal)
  const total = folding.fold.cursor
  const kept = parts.snapshots?.ofKind(rebuildKind(views))
  const pace = createPace(signal)
  const open = (): Promise<Folding> =>
    openFolding(log, {
      clock,
      snapshots: kept,
      publishes: true,
      ...(wanted !== undefined && { views: Object.fromEntries(wanted.map((view) => [view, viewCatalog[view]])) }),
      epochs: nextEpochs(folding.documents.epochs),
      pace,
      observe: noted('fold', total, onProgress),
    })
  let beside = await open()
  if (!isNewer(views, beside.documents.epochs, folding.documents.epochs)) {
    // Begun before the views were rebuilt by somebody else.
    await beside.close()
    kept?.forget()
    beside = await open()
  }
  const resumedFrom = beside.fold.head.position
  let built: Epochs
  try {
    await beside.fold.catchUp(signal)
    await beside.flusher?.flush()
    for (const table of beside.documents.tables) {
      // Whoever reads every record checks every checksum.
      for (const _ of table.records()) await pace()
    }
    onProgress?.({ phase: 'check', done: total, total })
    built = await swap(folding, beside, views, signal)
  } catch (error) {
    await beside.close()
    throw error
  }
  const isKept = await publish(folding)
  if (views.some((view) => (folding.documents.epochs[view] ?? 0) < (built[view] ?? 0))) {
    // Somebody has rebuilt another view meanwhile: this one is put on top of that, from what is kept.
    return { ...(await rebuildOnce(parts, wanted, { ...(signal && { signal }) })), resumedFrom }
  }
  kept?.forget()
  return { views, position: folding.fold.head.position, resumedFrom, isKept }
}

const isNewer = (views: readonly string[], theirs: Epochs, ours: Epochs): boolean =>
  views.every((view) => (theirs[view] ?? 0) > (ours[view] ?? 0))

/** One more than any that was ever served, for all of them: what is folded beside is not to be taken for what is. */
function nextEpochs(epochs: Epochs): Epochs {
  const next = Math.max(0, ...Object.values(epochs)) + 1
  return Object.fromEntries([...VIEWS, ...INDEXES].map((name) => [name, next]))
}

const isStill = ({ flusher }: Folding): boolean => flusher?.isIdle !== false

/** In one turn, in which both stand at the same place and nobody writes tables. Returns how often each is rebuilt now. */
async function swap(
  folding: Folding,
  beside: Folding,
  views: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Epochs> {
  for (;;) {
    await folding.flusher?.idle()
    await beside.flusher?.idle()
    await folding.fold.catchUp(signal)
    await beside.fold.catchUp(signal)
    if (beside.fold.cursor === folding.fold.cursor && isStill(folding) && isStill(beside)) break
  }
  if (folding.fold.damage !== undefined) throw folding.fold.damage
  for (const table of folding.documents.replace(views, beside.documents)) table.close()
  beside.documents.reset([], NO_MARGIN, {})
  return folding.documents.epochs
}

/** Others may publish at the same time. */
async function publish({ flusher }: Folding): Promise<boolean> {
  for (let tries = 0; flusher !== undefined && tries < TRIES; tries++) if (await flusher.insist()) return true
  return false
}
