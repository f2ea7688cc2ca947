import { evolveTask, type Task } from '../domain/task.ts'
import type { View } from './view.ts'

const taskId = ({ data }: { readonly data: { readonly taskId: string } }): readonly string[] => [data.taskId]

/** Each task, by its id. */
export const tasks: View<Task> = {
  name: 'tasks',
  version: 1,
  keys: {
    TaskOpened: taskId,
    ParticipantJoined: taskId,
    ParticipantLeft: taskId,
    TaskStatusChanged: taskId,
    TaskClosed: taskId,
    OwnershipTransferred: taskId,
    OwnerReleased: taskId,
    HandoffOffered: taskId,
    HandoffAccepted: taskId,
    HandoffDeclined: taskId,
    HandoffCancelled: taskId,
    HandoffExpired: taskId,
  },
  evolve: evolveTask,
}
