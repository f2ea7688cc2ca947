import { openHub, type Hub, type RebuildReport, type ViewName } from '../../exports.ts'
import { complain } from '../output.ts'
import { withPhases, type Phases } from '../phases.ts'
import { noDryRun } from '../show.ts'
import { typedFor, type Typed } from '../typed.ts'
import type { Given, VerbBody } from '../verb.ts'

const PHASES: Phases = {
  fold: { doing: 'folding', unit: 'bytes' },
  compare: { doing: 'comparing', unit: 'documents' },
  check: { doing: 'checking', unit: 'bytes' },
}

export const projectionsRebuild: VerbBody = {
  more: 'The old ones serve meanwhile, and Ctrl-C keeps what is done.',
  examples: ['baton projections rebuild', 'baton projections rebuild inboxes', 'baton projections rebuild --json'],
  async run({ positionals, given, where, signal }) {
    const [view] = positionals
    noDryRun(given, 'projections rebuild')
    const hub = await openHub({ dir: where(), sweepEvery: false })
    try {
      const report = await rebuilding(hub, view as ViewName | undefined, given, signal)
      return { json: report, text: said(view, report) }
    } finally {
      await hub.close()
    }
  },
}

async function rebuilding(
  hub: Hub,
  view: ViewName | undefined,
  given: Given,
  signal: AbortSignal,
): Promise<RebuildReport> {
  try {
    return await withPhases(PHASES, { given }, (onProgress) => hub.projections.rebuild(view, { signal, onProgress }))
  } catch (error) {
    if (signal.aborted && given['json'] !== true && given['quiet'] !== true) {
      complain(await keptOf(hub, view, typedFor(given)))
    }
    throw error
  }
}

/** Nothing of a short log is: it is folded again before anybody could have read it. */
async function keptOf(hub: Hub, view: ViewName | undefined, baton: Typed): Promise<string> {
  const { snapshot, position } = await hub.projections.status()
  const kept = snapshot?.unfinished.find((each) => each.view === (view ?? 'all'))
  const again = baton('projections', 'rebuild', ...(view === undefined ? [] : [view]))
  const how = kept === undefined ? 'nothing is kept' : `what is folded up to #${kept.position} of #${position} is kept`
  return `baton: stopped; ${how}, and the views are what they were\n  Go on: ${again}`
}

function said(view: string | undefined, { views, position, resumedFrom, isKept }: RebuildReport): string {
  const what = view === undefined ? `all ${views.length} views and indexes are` : `${view} is`
  const from = resumedFrom === 0 ? '' : `, going on from #${resumedFrom} where an earlier rebuild had stopped`
  const kept = isKept ? '' : '\n  It could not be written to the disk: the next start folds it again. See: baton doctor'
  return `${what} rebuilt up to #${position}${from}${kept}`
}
