/** How the views stand: what there is of them on the disk, what is being rebuilt, and what was wrong. */
import { viewCatalog } from './catalog.ts'
import { rebuiltBy } from './rebuild.ts'
import { listed, manifestNumbers, parseManifestName, readManifest } from './snapshots/manifest.ts'
import { NO_MARGIN, readMargin } from './snapshots/margin.ts'
import type { Problem } from './snapshots/store.ts'
import type { PhaseProgress } from './progress.ts'
import type { FoldedLog } from './verify.ts'

/** How one view stands. */
export interface ViewStatus {
  readonly view: string
  readonly version: number
  /** How often it was rebuilt. */
  readonly rebuilt: number
  readonly state: 'ready' | 'rebuilding' | 'failed'
  readonly progress?: PhaseProgress
  /** Of the last rebuild, where it failed. */
  readonly error?: string
}

/** What lies on the disk, for whoever opens next. */
export interface SnapshotStatus {
  readonly dir: string
  readonly number: number
  /** Up to which position it goes. */
  readonly position: number
  readonly tables: number
  readonly documents: number
  readonly bytes: number
  /** Rebuilds that were begun, here or by others, and are not finished. */
  readonly unfinished: readonly { readonly view: string; readonly position: number }[]
  /** What did not count, and why. */
  readonly problems: readonly Problem[]
}

/** How all views stand. */
export interface ViewsStatus {
  /** Up to where everything is folded. */
  readonly position: number
  readonly views: readonly ViewStatus[]
  /** Undefined where all is in memory. */
  readonly snapshot?: SnapshotStatus
}

export interface RebuildState {
  readonly progress?: PhaseProgress
  readonly error?: string
}

/** The rebuilds of this process, by view; `all` stands for all of them. */
export type Rebuilds = ReadonlyMap<string, RebuildState>

export function statusOf({ folding, snapshots }: FoldedLog, rebuilds: Rebuilds): ViewsStatus {
  const { epochs } = folding.documents
  const views = Object.entries(viewCatalog).map(([view, { version }]): ViewStatus => {
    const rebuild = rebuilds.get(view) ?? rebuilds.get('all')
    const state = rebuild === undefined ? 'ready' : rebuild.error === undefined ? 'rebuilding' : 'failed'
    return { view, version, rebuilt: epochs[view] ?? 0, state, ...rebuild }
  })
  const position = folding.fold.head.position
  return { position, views, ...(snapshots !== undefined && { snapshot: snapshotOf(snapshots) }) }
}

function snapshotOf({ dir, newestNumber, problems }: NonNullable<FoldedLog['snapshots']>): SnapshotStatus {
  const number = newestNumber()
  const manifest = readManifest(dir, 'manifest', number)
  const { tables, margin } = typeof manifest === 'object' ? manifest : { tables: [], margin: NO_MARGIN }
  return {
    dir,
    number,
    position: typeof manifest === 'object' ? manifest.saved.position : 0,
    tables: tables.length,
    documents: tables.reduce((sum, { entries }) => sum + entries, readMargin(margin).size),
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, margin.length),
    unfinished: unfinished(dir),
    problems: [...problems],
  }
}

/** By the names of their manifests. */
function unfinished(dir: string): { view: string; position: number }[] {
  const kinds = new Set(listed(dir).flatMap((name) => parseManifestName(name)?.kind ?? []))
  return [...kinds].flatMap((kind) => {
    const view = rebuiltBy(kind)
    const manifest = view === undefined ? undefined : readManifest(dir, kind, manifestNumbers(dir, kind)[0] ?? 0)
    return view !== undefined && typeof manifest === 'object' ? [{ view, position: manifest.saved.position }] : []
  })
}
