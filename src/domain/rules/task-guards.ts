/** What several rules ask of a task before they change it. */
import type { Fact } from '../../events/catalog.ts'
import { nameOf, type Acting } from '../acting.ts'
import { of } from '../dict.ts'
import { refuse } from '../refuse.ts'
import { taskStream, type Task } from '../task.ts'
import type { Context } from '../world.ts'

/** The owner alone; a stale epoch is told first, because whoever passes one wants to know just that. */
export function assertOwner(by: Acting, task: Task, expectEpoch: number | undefined): void {
  assertEpoch(task, expectEpoch)
  if (by.operator || (task.owner !== undefined && task.owner === by.session?.id)) return
  refuse(
    'NOT_OWNER',
    `${nameOf(by)} does not own task ${task.id}${task.owner === undefined ? '' : `; ${task.owner} does`}`,
    {
      details: { taskId: task.id, owner: task.owner, epoch: task.epoch },
      hint:
        task.owner === undefined
          ? `Claim it: baton task claim ${task.id}`
          : `Ask its owner: baton send owner@task:${task.id} <text>`,
    },
  )
}

export function assertEpoch(task: Task, expectEpoch: number | undefined): void {
  if (expectEpoch === undefined || expectEpoch === task.epoch) return
  refuse('STALE_EPOCH', `task ${task.id} is at epoch ${task.epoch}, not ${expectEpoch}: its owner has changed`, {
    details: { taskId: task.id, expected: expectEpoch, epoch: task.epoch, owner: task.owner },
  })
}

export function assertMembers(taskId: string, count: number, { limits }: Context): void {
  if (count <= limits.members) return
  refuse('LIMIT_EXCEEDED', `task ${taskId} would have ${count} participants; the limit is ${limits.members}`, {
    details: { limit: limits.members, size: count },
  })
}

export const joined = (taskId: string, sessionId: string): Fact => ({
  stream: taskStream(taskId),
  type: 'ParticipantJoined',
  data: { taskId, sessionId },
})

/** The event that makes a session a participant, unless it is one. */
export function joining(task: Task, sessionId: string, context: Context): Fact[] {
  if (of(task.participants, sessionId) !== undefined) return []
  assertMembers(task.id, Object.keys(task.participants).length + 1, context)
  return [joined(task.id, sessionId)]
}
