import { evolveWork, type Work } from '../domain/work.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

const ofRun = ({ data }: BatonEvent<'StateChanged' | 'ChildResultMerged'>): readonly string[] =>
  data.scope === 'run' ? [data.id] : []

/** Each run's progress, lease, checkpoints and own writes, by the run's id. */
export const works: View<Work> = {
  name: 'works',
  version: 1,
  keys: {
    RunStarted: ({ data }) => [data.runId],
    RunSuspended: ({ data }) => [data.runId],
    RunResumed: ({ data }) => [data.runId],
    RunProgressed: ({ data }) => [data.runId],
    RunCheckpointed: ({ data }) => [data.runId],
    LeaseRenewed: ({ data }) => (data.runId === undefined ? [] : [data.runId]),
    StateChanged: ofRun,
    ChildResultMerged: ofRun,
  },
  evolve: evolveWork,
}
