import { evolveTask, type Task } from '../domain/task.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** Each task, by its id. */
export const tasks: View<Task> = { name: 'tasks', version: 1, keys, evolve: evolveTask }

function keys(event: BatonEvent): readonly string[] {
  switch (event.type) {
    case 'TaskOpened':
    case 'ParticipantJoined':
    case 'ParticipantLeft':
    case 'TaskStatusChanged':
    case 'TaskClosed':
    case 'OwnershipTransferred':
    case 'OwnerReleased':
    case 'HandoffOffered':
    case 'HandoffAccepted':
    case 'HandoffDeclined':
    case 'HandoffCancelled':
    case 'HandoffExpired':
      return [event.data.taskId]
    default:
      return []
  }
}
