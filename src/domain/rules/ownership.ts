/** Claiming a task, giving it up, and assigning it. */
import type { AssignTask } from '../../commands/assign-task.ts'
import type { ClaimTask } from '../../commands/claim-task.ts'
import type { ReleaseTask } from '../../commands/release-task.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, actingSession, notAllowed, type Acting } from '../acting.ts'
import { resolveSession } from '../address.ts'
import { of } from '../dict.ts'
import { tell } from '../deliver.ts'
import { openSession, openTask } from '../find.ts'
import { refuse } from '../refuse.ts'
import { taskStream, type Task } from '../task.ts'
import type { Context, Decide, World } from '../world.ts'
import { withdrawOffer } from './handoff.ts'
import { assertEpoch, assertOwner, joining } from './task-guards.ts'

export const decideClaimTask: Decide<ClaimTask> = ({ taskId, sessionId }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  const to = openSession(world, actingSession(by, sessionId)).id
  if (!by.operator && to !== by.session?.id) notAllowed(by, `claim task ${taskId} for session ${to}`, 'That session')
  if (task.owner !== undefined) return alreadyOwned(task, task.owner, to)
  const epoch = task.epoch + 1
  return [
    ...joining(task, to, context),
    { stream: taskStream(taskId), type: 'OwnershipTransferred', data: { taskId, to, epoch, mode: 'claimed' } },
  ]
}

const alreadyOwned = (task: Task, owner: string, by: string): never =>
  refuse('ALREADY_OWNED', `session ${owner} owns task ${task.id}`, {
    details: { taskId: task.id, owner, epoch: task.epoch },
    hint: owner === by ? 'Nothing has to change.' : `Ask for it: baton send owner@task:${task.id} <text>`,
  })

export const decideReleaseTask: Decide<ReleaseTask> = ({ taskId, reason, expectEpoch }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  assertOwner(by, task, expectEpoch)
  if (task.owner === undefined) {
    return refuse('INVALID_TRANSITION', `nobody owns task ${taskId}`, { details: { taskId } })
  }
  return [
    ...withdrawOffer(task, `session ${task.owner} released task ${taskId}`, by, world, context),
    {
      stream: taskStream(taskId),
      type: 'OwnerReleased',
      data: { taskId, from: task.owner, epoch: task.epoch + 1, reason },
    },
  ]
}

/** Who loses a task by another's hand hears of it. */
function formerOwner(
  { id: taskId, owner }: Task,
  to: string,
  reason: string | undefined,
  by: Acting,
  world: World,
  context: Context,
): Fact[] {
  if (owner === undefined || owner === by.session?.id) return []
  return tell(world, context, by.mailbox, owner, {
    kind: 'notice',
    subject: `task ${taskId} was assigned to session ${to}`,
    body: reason ?? '',
    taskId,
    data: { taskId },
  })
}

/** By the owner; where there is none, by any participant. */
export const decideAssignTask: Decide<AssignTask> = ({ taskId, to, reason, expectEpoch }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  if (task.owner !== undefined) assertOwner(by, task, expectEpoch)
  else assertEpoch(task, expectEpoch)
  if (!by.operator && of(task.participants, by.session?.id ?? '') === undefined) {
    return refuse('NOT_PARTICIPANT', `session ${by.session?.id ?? ''} takes no part in task ${taskId}`, {
      details: { taskId, sessionId: by.session?.id },
      hint: `Join it: baton task join ${taskId}`,
    })
  }
  const target = resolveSession(world, to)
  if (target === task.owner) return alreadyOwned(task, target, target)
  const epoch = task.epoch + 1
  const from = task.owner === undefined ? {} : { from: task.owner }
  return [
    ...withdrawOffer(task, `task ${taskId} was assigned to session ${target}`, by, world, context),
    ...joining(task, target, context),
    {
      stream: taskStream(taskId),
      type: 'OwnershipTransferred',
      data: { taskId, ...from, to: target, epoch, mode: 'assigned', reason },
    },
    ...(target === by.session?.id
      ? []
      : tell(world, context, by.mailbox, target, {
          kind: 'notice',
          subject: `task ${taskId} is yours`,
          body: reason ?? task.title,
          taskId,
          data: { taskId, epoch },
        })),
    ...formerOwner(task, target, reason, by, world, context),
  ]
}
