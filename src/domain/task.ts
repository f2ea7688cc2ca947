/** A task: a named scope with participants and at most one owner, on `task-<id>`. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'

export const taskStream = (id: string): string => `task-${id}`

/** A handoff that waits for its target. */
export interface Offer {
  readonly offerId: string
  readonly from: string
  readonly to: string
  readonly context?: string
  readonly expiresAt?: string
}

export interface Task {
  readonly id: string
  readonly title: string
  status: 'open' | 'in_progress' | 'blocked' | 'closed'
  readonly participants: Dict<true>
  owner?: string
  /** +1 at every change of owner. */
  epoch: number
  offer?: Offer
  readonly openedAt: string
  statusReason?: string
  outcome?: 'done' | 'failed' | 'cancelled'
  closedAt?: string
}

export function evolveTask(task: Task | undefined, event: BatonEvent): Task | undefined {
  if (event.type === 'TaskOpened') {
    const { taskId: id, title } = event.data
    return { id, title, status: 'open', participants: {}, epoch: 0, openedAt: event.at }
  }
  if (task === undefined) return undefined
  switch (event.type) {
    case 'ParticipantJoined':
      task.participants[event.data.sessionId] = true
      return task
    case 'ParticipantLeft':
      delete task.participants[event.data.sessionId]
      return task
    case 'TaskStatusChanged':
      task.status = event.data.to
      if (event.data.reason === undefined) delete task.statusReason
      else task.statusReason = event.data.reason
      return task
    case 'TaskClosed':
      task.status = 'closed'
      task.outcome = event.data.outcome
      task.closedAt = event.at
      if (event.data.reason !== undefined) task.statusReason = event.data.reason
      return task
    case 'OwnershipTransferred':
      task.owner = event.data.to
      task.epoch = event.data.epoch
      return task
    case 'OwnerReleased':
      delete task.owner
      task.epoch = event.data.epoch
      return task
    case 'HandoffOffered': {
      const { taskId: _, ...offer } = event.data
      task.offer = offer as Offer
      return task
    }
    case 'HandoffAccepted':
    case 'HandoffDeclined':
    case 'HandoffCancelled':
    case 'HandoffExpired':
      delete task.offer
      return task
    default:
      return task
  }
}
