/** What the demo shows has come about, or it has failed: each a sentence about what is missing. */
import { HALF, PIECES, PLANNER, WORKERS } from './cast.ts'
import type { Report } from './report.ts'

const EXPECTED: Readonly<Record<string, (report: Report) => boolean>> = {
  'each process has written to the log': ({ processes }) =>
    processes.length === WORKERS.length + 2 && processes.every(({ commits }) => commits > 0),
  'one worker was killed by SIGKILL, and the others ended by themselves': ({ processes, killed }) =>
    processes.every(({ name, code, signal }) =>
      name === killed?.name ? signal === 'SIGKILL' : name === 'operator' || code === 0,
    ),
  'it had a live lease, and its run was lost when that had run out': ({ killed }) =>
    killed?.lost?.reason === 'lost' &&
    killed.lost.error.startsWith('its lease ran out') &&
    killed.at < killed.leaseUntil &&
    killed.lost.at >= killed.leaseUntil,
  'every run had a seed and a worktree of its own': ({ runs }) =>
    runs.children.length > PIECES.length &&
    runs.children.every(({ seed, worktree }) => seed !== undefined && worktree !== undefined),
  'the work of whoever was killed was done by another, from its checkpoint on': ({ runs, killed }) => {
    const lost = runs.children.find(({ id }) => id === killed?.runId)
    const heir = runs.children.find(({ effectId, status }) => effectId === lost?.effectId && status === 'completed')
    return (
      heir !== undefined &&
      heir.sessionId !== lost?.sessionId &&
      lost?.merged.some(({ checkpoint }) => checkpoint === HALF) === true
    )
  },
  'the round has fanned in, with a checkpoint on the way': ({ group: { round } }) =>
    round?.verdict === 'complete' &&
    round.items.length === PIECES.length &&
    round.checkpoints.some(({ pending }) => pending.length > 0),
  'the task was handed over, and inherited': ({ ownership: { chain, owner, status } }) =>
    chain.some(({ mode }) => mode === 'handoff') &&
    chain.some(({ mode, from }) => mode === 'succession' && from !== PLANNER) &&
    status === 'closed' &&
    (owner === undefined || owner === PLANNER),
  'what every run wrote is merged': ({ state }) =>
    PIECES.every((piece) => state.some(({ key, from }) => key === piece && from.some(({ how }) => how === 'taken'))),
  'one conflict was resolved by a strategy': ({ conflicts, state }) =>
    conflicts.length === 1 &&
    state.some(({ key, strategy }) => key === conflicts[0]?.key && strategy === conflicts[0].strategy),
  'the log is whole': ({ verification: { findings } }) => findings.length === 0,
  'the views are as the log makes them': ({ verification: { drifted } }) => drifted === 0,
}

/** What did not come about. */
export const missing = (report: Report): string[] =>
  Object.entries(EXPECTED).flatMap(([what, holds]) => (holds(report) ? [] : [what]))
