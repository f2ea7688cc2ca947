import type { Writer } from '../domain/state.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** One change of owner. */
export interface OwnershipChange {
  readonly epoch: number
  readonly from?: string
  /** Nobody, where it was released. */
  readonly to?: string
  readonly mode: string
  readonly reason?: string
  readonly position: number
  readonly at: string
  readonly by: Writer
}

/** Who owned each task since it was opened, by the task's id. */
export const ownership: View<OwnershipChange[]> = {
  name: 'ownership',
  version: 1,
  keys: {
    OwnershipTransferred: ({ data }) => [data.taskId],
    OwnerReleased: ({ data }) => [data.taskId],
  },
  evolve,
}

function evolve(chain: OwnershipChange[] = [], event: BatonEvent): OwnershipChange[] {
  if (event.type !== 'OwnershipTransferred' && event.type !== 'OwnerReleased') return chain
  const { taskId: _, ...change } = event.data
  const { position, at, by } = event
  const mode = event.type === 'OwnerReleased' ? 'released' : event.data.mode
  chain.push({ ...(change as Pick<OwnershipChange, 'epoch'>), mode, position, at, by })
  return chain
}
