import { evolveRun, type Run } from '../domain/run.ts'
import type { View } from './view.ts'

const runId = ({ data }: { readonly data: { readonly runId: string } }): readonly string[] => [data.runId]

/** Each run's lifecycle, children, effects and seed, by its id. */
export const runs: View<Run> = {
  name: 'runs',
  version: 1,
  keys: {
    RunStarted: runId,
    RunBegan: runId,
    RunSuspended: runId,
    RunResumed: runId,
    RunCompleted: runId,
    RunFailed: runId,
    RunCancelled: runId,
    ChildRunLinked: runId,
    ChildRunSettled: runId,
    EffectRegistered: runId,
    EffectSettled: runId,
    ItemBound: runId,
    ItemSettled: ({ data }) => (data.runId === undefined ? [] : [data.runId]),
    RoundCancelled: ({ data }) => data.runIds,
    ChildStateSeeded: runId,
    ChildResultMerged: ({ data }) => [data.childRunId],
  },
  evolve: evolveRun,
}
