/** A run at work: progress, lease, checkpoints and the run's own writes, on `work-<run>`. None of it holds up a message. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import { emptyScope, evolveScope, type Scope, type StateEntry } from './state.ts'

export const workStream = (runId: string): string => `work-${runId}`

export interface Checkpoint {
  readonly at: string
  readonly position: number
  readonly result?: unknown
  /** The run's own writes as they were. */
  readonly own: Readonly<Dict<StateEntry>>
}

export interface Work {
  percent?: number
  step?: string
  label?: string
  usage?: Readonly<Dict<unknown>>
  reportedAt?: string
  leaseUntil?: string
  /** How long the newest lease was granted for: as long it runs once more when the run goes on. */
  leaseMs?: number
  readonly checkpoints: Dict<Checkpoint>
  own: Scope
}

const emptyWork = (): Work => ({ checkpoints: {}, own: emptyScope() })

export function evolveWork(work: Work = emptyWork(), event: BatonEvent): Work {
  switch (event.type) {
    case 'RunStarted':
      if (event.data.leaseUntil !== undefined) work.leaseUntil = event.data.leaseUntil
      if (event.data.leaseMs !== undefined) work.leaseMs = event.data.leaseMs
      return work
    case 'LeaseRenewed':
      // Two at once may come in any order.
      if (event.data.leaseUntil <= (work.leaseUntil ?? '')) return work
      work.leaseUntil = event.data.leaseUntil
      if (event.data.leaseMs !== undefined) work.leaseMs = event.data.leaseMs
      return work
    case 'RunSuspended':
      // Nobody works on it: what waits for days has not been lost.
      delete work.leaseUntil
      return work
    case 'RunResumed':
      if (event.data.leaseUntil !== undefined) work.leaseUntil = event.data.leaseUntil
      return work
    case 'RunProgressed': {
      const { percent, step, label, usage } = event.data
      if (percent !== undefined) work.percent = percent
      if (step !== undefined) work.step = step
      if (label !== undefined) work.label = label
      if (usage !== undefined) work.usage = usage
      work.reportedAt = event.at
      return work
    }
    case 'RunCheckpointed': {
      const { label, result } = event.data
      work.checkpoints[label] = {
        at: event.at,
        position: event.position,
        own: { ...work.own.keys },
        ...(result !== undefined && { result }),
      }
      return work
    }
    default:
      work.own = evolveScope(work.own, event)
      return work
  }
}
