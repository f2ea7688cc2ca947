/** A task's life and its participants. */
import type { CloseTask } from '../../commands/close-task.ts'
import type { JoinTask } from '../../commands/join-task.ts'
import type { LeaveTask } from '../../commands/leave-task.ts'
import type { OpenTask } from '../../commands/open-task.ts'
import type { SetTaskStatus } from '../../commands/set-task-status.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, actingSession, notAllowed, type Acting } from '../acting.ts'
import { resolveSession } from '../address.ts'
import { of } from '../dict.ts'
import { openSession, openTask } from '../find.ts'
import { refuse } from '../refuse.ts'
import { taskStream, type Task } from '../task.ts'
import type { Decide } from '../world.ts'
import { withdrawOffer } from './handoff.ts'
import { assertMembers, assertOwner, joined, joining } from './task-guards.ts'

export const decideOpenTask: Decide<OpenTask> = ({ taskId, title, owner, participants = [] }, world, context) => {
  const by = acting(world, context)
  const id = taskId ?? context.newId()
  const existing = world.task(id)
  if (existing !== undefined) {
    return refuse('TASK_EXISTS', `task ${id} is there already: ${existing.title}`, {
      details: { taskId: id, status: existing.status },
      hint: `Join it: baton task join ${id}`,
    })
  }
  const ownerId = owner === undefined ? undefined : resolveSession(world, owner)
  const others = participants.map((address) => resolveSession(world, address))
  // Whoever opens a task takes part in it, and so does its owner.
  const all = new Set([by.session?.id, ownerId, ...others].filter((sessionId) => sessionId !== undefined))
  assertMembers(id, all.size, context)
  const stream = taskStream(id)
  const facts: Fact[] = [{ stream, type: 'TaskOpened', data: { taskId: id, title } }]
  for (const sessionId of all) facts.push(joined(id, sessionId))
  if (ownerId !== undefined) {
    facts.push({ stream, type: 'OwnershipTransferred', data: { taskId: id, to: ownerId, epoch: 1, mode: 'opened' } })
  }
  return facts
}

export const decideJoinTask: Decide<JoinTask> = ({ taskId, sessionId }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  const id = openSession(world, actingSession(by, sessionId)).id
  if (id !== by.session?.id) assertMayManage(by, task, `let session ${id} join task ${taskId}`)
  return joining(task, id, context)
}

export const decideLeaveTask: Decide<LeaveTask> = ({ taskId, sessionId }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  const id = actingSession(by, sessionId)
  if (id !== by.session?.id) assertMayManage(by, task, `take session ${id} out of task ${taskId}`)
  if (of(task.participants, id) === undefined) {
    return refuse('NOT_PARTICIPANT', `session ${id} takes no part in task ${taskId}`, {
      details: { taskId, sessionId: id },
    })
  }
  if (task.owner === id) {
    return refuse('OWNER_MUST_HAND_OFF', `session ${id} owns task ${taskId}`, {
      details: { taskId, sessionId: id },
      hint: `Hand it over, or let it go: baton handoff ${taskId} <session>, baton task release ${taskId}`,
    })
  }
  return [{ stream: taskStream(taskId), type: 'ParticipantLeft', data: { taskId, sessionId: id } }]
}

/** Oneself anybody; others only the owner. */
function assertMayManage(by: Acting, task: Task, what: string): void {
  if (by.operator || (task.owner !== undefined && task.owner === by.session?.id)) return
  notAllowed(by, what, 'The session itself and the owner')
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  open: ['in_progress'],
  in_progress: ['blocked'],
  blocked: ['in_progress'],
}

export const decideSetTaskStatus: Decide<SetTaskStatus> = ({ taskId, status, reason, expectEpoch }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  assertOwner(by, task, expectEpoch)
  const from = task.status as 'open' | 'in_progress' | 'blocked'
  if (from === status) return []
  if (NEXT[from]?.includes(status) !== true) {
    return refuse('INVALID_TRANSITION', `task ${taskId} is ${from}: it cannot become ${status}`, {
      details: { taskId, from, to: status, next: NEXT[from] },
    })
  }
  return [{ stream: taskStream(taskId), type: 'TaskStatusChanged', data: { taskId, from, to: status, reason } }]
}

export const decideCloseTask: Decide<CloseTask> = ({ taskId, outcome, reason, expectEpoch }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  assertOwner(by, task, expectEpoch)
  const participants = Object.keys(task.participants)
  return [
    ...withdrawOffer(task, `task ${taskId} was closed`, by, world, context),
    {
      stream: taskStream(taskId),
      type: 'TaskClosed',
      data: { taskId, outcome, reason, ...(task.owner !== undefined && { owner: task.owner }), participants },
    },
  ]
}
