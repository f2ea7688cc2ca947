/** The rebuilds of this process: what is under way, how far it is, and what the last one failed of. */
import { refuse } from '../domain/refuse.ts'
import { BatonError } from '../errors.ts'
import type { ViewName } from './catalog.ts'
import { viewCatalog } from './catalog.ts'
import type { RebuildOptions, RebuildReport, rebuildViews } from './rebuild.ts'
import type { Rebuilds, RebuildState } from './status.ts'
import type { FoldedLog } from './verify.ts'

export interface RunningRebuilds {
  readonly states: Rebuilds
  /** Begins to build what is missing; whoever asks for it waits. */
  readonly buildPending: () => void
  readonly rebuild: (view?: ViewName, options?: RebuildOptions) => Promise<RebuildReport>
  /** Those that are under way stop where they are; they go on from there another time. */
  readonly close: () => Promise<void>
}

export function createRebuilds(parts: FoldedLog): RunningRebuilds {
  const states = new Map<string, RebuildState>()
  let stop: AbortController | undefined
  let isClosed = false
  /** One after the other: two would write the same. */
  let last: Promise<unknown> = Promise.resolve()

  function stopped(): AbortSignal {
    stop ??= new AbortController()
    if (isClosed) stop.abort()
    return stop.signal
  }

  /** Views that this build folds in another way than the one that wrote the snapshot. */
  function buildPending(): void {
    const views = [...parts.folding.documents.pending] as ViewName[]
    if (views.length === 0) return
    for (const view of views) states.set(view, {})
    const building = rebuildLater(parts, views, {
      signal: stopped(),
      onProgress: (progress) => {
        for (const view of views) states.set(view, { progress })
      },
    }).then(
      () => {
        for (const view of views) states.delete(view)
      },
      (error: unknown) => {
        for (const view of views) states.set(view, { error: String(error) })
        throw stale(views, error)
      },
    )
    last = building
    parts.folding.await(building)
  }

  async function rebuild(view?: ViewName, options: RebuildOptions = {}): Promise<RebuildReport> {
    if (view !== undefined && !Object.hasOwn(viewCatalog, view)) return unknownView(view)
    const { signal, onProgress } = options
    const name = view ?? 'all'
    const next = last
      .catch(() => undefined)
      .then(async () => {
        states.set(name, {})
        try {
          const report = await rebuildLater(parts, view && [view], {
            signal: signal === undefined ? stopped() : AbortSignal.any([signal, stopped()]),
            onProgress(progress) {
              states.set(name, { progress })
              onProgress?.(progress)
            },
          })
          states.delete(name)
          return report
        } catch (error) {
          states.set(name, { error: String(error) })
          throw error
        }
      })
    last = next
    return next
  }

  return {
    states,
    buildPending,
    rebuild,
    async close() {
      isClosed = true
      stop?.abort()
      await last.catch(() => undefined)
    },
  }
}

/** Loaded for whoever needs it: most never do. */
const rebuildLater: typeof rebuildViews = async (...args) => (await import('./rebuild.ts')).rebuildViews(...args)

const stale = (views: readonly string[], cause: unknown): BatonError =>
  new BatonError('VIEW_STALE', `${views.join(', ')} could not be built: ${String(cause)}`, {
    details: { views },
    cause,
    hint: 'Open the hub again; or build it by hand: baton projections rebuild',
  })

const unknownView = (view: string): never =>
  refuse('INVALID_COMMAND', `there is no view ${view}`, {
    details: { view, views: Object.keys(viewCatalog) },
    hint: `One of ${Object.keys(viewCatalog).join(', ')}.`,
  })
