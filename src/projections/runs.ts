import { evolveRun, type Run } from '../domain/run.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** Each run's lifecycle, children, effects and seed, by its id. */
export const runs: View<Run> = { name: 'runs', version: 1, keys, evolve: evolveRun }

function keys(event: BatonEvent): readonly string[] {
  switch (event.type) {
    case 'RunStarted':
    case 'RunBegan':
    case 'RunSuspended':
    case 'RunResumed':
    case 'RunCompleted':
    case 'RunFailed':
    case 'RunCancelled':
    case 'ChildRunLinked':
    case 'ChildRunSettled':
    case 'EffectRegistered':
    case 'EffectSettled':
    case 'ChildStateSeeded':
      return [event.data.runId]
    case 'ChildResultMerged':
      return [event.data.childRunId]
    default:
      return []
  }
}
