import { evolveWork, type Work } from '../domain/work.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** Each run's progress, lease, checkpoints and own writes, by the run's id. */
export const works: View<Work> = { name: 'works', version: 1, keys, evolve: evolveWork }

function keys(event: BatonEvent): readonly string[] {
  switch (event.type) {
    case 'RunStarted':
    case 'RunProgressed':
    case 'RunCheckpointed':
      return [event.data.runId]
    case 'LeaseRenewed':
      return event.data.runId === undefined ? [] : [event.data.runId]
    case 'StateChanged':
    case 'ChildResultMerged':
      return event.data.scope === 'run' ? [event.data.id] : []
    default:
      return []
  }
}
