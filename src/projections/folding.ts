/** A log folded into views: from the newest snapshot that fits, or from the beginning. */
import type { States } from '../domain/world.ts'
import { BatonError } from '../errors.ts'
import type { Clock } from '../ids.ts'
import { createFold, type Fold } from '../log/fold.ts'
import type { Judged, Start } from '../log/judging.ts'
import type { Cursor, Log } from '../log/log.ts'
import { viewCatalog } from './catalog.ts'
import { createDocuments, isViewPending, type Documents, type Epochs } from './documents.ts'
import { foldsOf, type Folds } from './fingerprint.ts'
import { createReplica, type Replica, type Views } from './replica.ts'
import { adopt } from './snapshots/adopt.ts'
import { createFlusher, type Flusher } from './snapshots/flush.ts'
import { NO_MARGIN } from './snapshots/margin.ts'
import { unlike } from './snapshots/recognise.ts'
import { LATER, type Generation, type Snapshots } from './snapshots/store.ts'
import { isTableDamaged } from './snapshots/damaged.ts'
import { statesOf } from './states.ts'

export interface FoldingOptions {
  readonly clock: Clock
  readonly views?: Views
  /** Without them everything is folded from the beginning, and stays in memory. */
  readonly snapshots?: Snapshots | undefined
  /** Whether others may go on from what is folded here. */
  readonly publishes?: boolean
  /** The log is looked at as it was: most snapshots are of later. */
  readonly isPast?: boolean
  /** From the beginning, whatever snapshots there are. */
  readonly startsAfresh?: boolean
  /** Whether to begin with what another build has, where there is nothing of this one's. */
  readonly adopts?: boolean
  /** Of documents that take the place of others once they are complete. */
  readonly epochs?: Epochs
  /** Amid a long fold: what to wait for, so that others are served meanwhile. */
  readonly pace?: (() => Promise<void> | undefined) | undefined
  /** Up to where whoever writes knows the log to be durable; undefined as long as nobody does. */
  readonly durable?: () => Cursor | undefined
  /** Called for every line that is folded, after the views have it. */
  readonly observe?: (judged: Judged) => void
}

export interface Folding {
  readonly fold: Fold
  readonly replica: Replica
  readonly documents: Documents
  readonly states: States
  /** Undefined where everything stays in memory. */
  readonly flusher: Flusher | undefined
  /** Looks at documents; where they turn out to be damaged, folds everything anew and looks again. */
  readonly look: <Answer>(look: () => Answer) => Answer | Promise<Awaited<Answer>>
  /** What builds the views that are pending: whoever asks for one waits for it. */
  readonly await: (building: Promise<unknown>) => void
  readonly close: () => Promise<void>
}

export async function openFolding(log: Log, options: FoldingOptions): Promise<Folding> {
  const {
    clock,
    views = viewCatalog,
    snapshots,
    publishes = false,
    adopts = false,
    isPast = false,
    startsAfresh = false,
    epochs,
    pace,
    durable,
    observe,
  } = options
  const folds = foldsOf(views)
  const { generation, missing, ...start } =
    snapshots === undefined || startsAfresh ? {} : await findStart(log, snapshots, { isPast, ...(adopts && { folds }) })
  const documents = createDocuments(
    (error) => snapshots?.report({ file: snapshots.dir, why: error.message }),
    epochs,
    missing,
  )
  if (generation !== undefined)
    documents.reset(generation.tables, generation.manifest.margin, generation.manifest.epochs)
  const replica = createReplica(views, documents)
  const flusher =
    snapshots &&
    createFlusher({
      log,
      fold: () => fold,
      documents,
      snapshots,
      clock,
      start: generation,
      publishes,
      folds,
      durable,
    })
  const fold = createFold(log, {
    observe(judged) {
      replica.apply(judged)
      observe?.(judged)
    },
    reset: () => (flusher === undefined ? documents.reset([], NO_MARGIN, {}) : flusher.reset()),
    start,
    isCurable: isTableDamaged,
    ...(pace !== undefined && { pace }),
    ...(flusher !== undefined && { between: flusher.relief, caughtUp: flusher.caughtUp }),
  })

  let building: Promise<unknown> = Promise.resolve()

  let closed = false

  function look<Answer>(ask: () => Answer): Answer | Promise<Awaited<Answer>> {
    // There is nothing to look at any more, and nothing is no answer.
    if (closed) throw new BatonError('STORAGE_FAILED', `${log.name} is closed`, { details: { file: log.name } })
    // Somebody else has met damage since whoever looks here caught up.
    if (fold.isRefolding) return fold.catchUp().then(() => look(ask)) as Promise<Awaited<Answer>>
    try {
      return ask()
    } catch (error) {
      if (isViewPending(error)) return building.then(() => look(ask)) as Promise<Awaited<Answer>>
      if (!isTableDamaged(error)) throw error
      return fold.restart().then(() => look(ask)) as Promise<Awaited<Answer>>
    }
  }

  return {
    fold,
    replica,
    documents,
    states: statesOf(
      replica,
      () => fold.head.position,
      () => fold.head.at,
    ),
    flusher,
    look,
    await(promise) {
      building = promise
      building.catch(() => undefined)
    },
    close() {
      closed = true
      return flusher?.close() ?? Promise.resolve()
    },
  }
}

/** What to begin with; where it is a line that has rotted since, with nothing but the knowledge of it. */
async function findStart(
  log: Log,
  snapshots: Snapshots,
  { isPast, folds }: { readonly isPast: boolean; readonly folds?: Folds },
): Promise<Start & { readonly generation?: Generation; readonly missing?: readonly string[] }> {
  let attested: number | undefined
  const end = await log.end()
  const generation = await snapshots.newest(async ({ saved }) => {
    if (isPast && saved.cursor > end) return LATER
    const found = await unlike(log, saved)
    attested ??= found?.rotten
    return found?.why
  })
  if (attested !== undefined) {
    for (const table of generation?.tables ?? []) table.close()
    return { attested }
  }
  if (generation !== undefined) return { generation, saved: generation.manifest.saved }
  const adopted = folds === undefined ? undefined : await adopt(log, snapshots, folds)
  return adopted === undefined ? {} : { ...adopted, saved: adopted.generation.manifest.saved }
}
