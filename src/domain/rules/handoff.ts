/** Handing a task over: at once, or as an offer that its target accepts or declines. */
import type { AcceptHandoff } from '../../commands/accept-handoff.ts'
import type { CancelHandoff } from '../../commands/cancel-handoff.ts'
import type { DeclineHandoff } from '../../commands/decline-handoff.ts'
import type { Handoff } from '../../commands/handoff.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, nameOf, type Acting } from '../acting.ts'
import { resolveSession } from '../address.ts'
import { assertPayload, deadlineOf, heir, tell } from '../deliver.ts'
import { openSession, openTask } from '../find.ts'
import { refuse } from '../refuse.ts'
import { taskStream, type Offer, type Task } from '../task.ts'
import type { Context, Decide, World } from '../world.ts'
import { assertEpoch, assertOwner, joining } from './task-guards.ts'

export const decideHandoff: Decide<Handoff> = (command, world, context) => {
  const { taskId, mode = 'immediate', context: words, force, reason } = command
  const by = acting(world, context)
  const task = openTask(world, taskId)
  assertOwner(by, task, command.expectEpoch)
  if (by.operator && (force !== true || reason === undefined)) {
    return refuse('NOT_ALLOWED', `task ${taskId} is not the operator's to hand over`, {
      details: { taskId, owner: task.owner },
      hint: 'Say that you mean it, and why: --force --reason <why>',
    })
  }
  const to = resolveSession(world, command.to)
  if (to === task.owner) {
    return refuse('HANDOFF_TO_SELF', `session ${to} owns task ${taskId} already`, { details: { taskId, owner: to } })
  }
  assertPayload(words ?? '', undefined, context)
  const expiresAt = deadlineOf(command.expiresAt, command.expiresWithinMs, 'expiresAt', context)
  const pending = pendingOffer(task, context)
  if (mode === 'offer' && pending !== undefined) {
    return refuse('HANDOFF_PENDING', `task ${taskId} is on offer to session ${pending.to}`, {
      details: { taskId, to: pending.to, from: pending.from },
      hint: `Withdraw that first: baton cancel ${taskId}`,
    })
  }
  const withdrawn = withdrawOffer(task, `task ${taskId} goes to session ${to}`, by, world, context)
  return mode === 'offer'
    ? [...withdrawn, ...offer(task, to, words, expiresAt, by, world, context)]
    : [...withdrawn, ...handOver(task, to, command, by, world, context)]
}

function handOver(task: Task, to: string, command: Handoff, by: Acting, world: World, context: Context): Fact[] {
  const { id: taskId, owner } = task
  const epoch = task.epoch + 1
  const { reason, context: words } = command
  const from = owner === undefined ? {} : { from: owner }
  const facts: Fact[] = [
    ...joining(task, to, context),
    {
      stream: taskStream(taskId),
      type: 'OwnershipTransferred',
      data: { taskId, ...from, to, epoch, mode: 'handoff', reason },
    },
    ...tell(world, context, by.mailbox, to, {
      kind: 'handoff',
      subject: `${nameOf(by)} hands task ${taskId} over to you`,
      body: words ?? task.title,
      taskId,
      data: { taskId, epoch, mode: 'immediate' },
    }),
  ]
  // Who loses a task by another's hand hears of it.
  if (owner !== undefined && owner !== by.session?.id) {
    facts.push(
      ...notice(owner, task, `task ${taskId} was handed over to session ${to}`, reason ?? '', by, world, context),
    )
  }
  return facts
}

function offer(
  task: Task,
  to: string,
  words: string | undefined,
  expiresAt: string | undefined,
  by: Acting,
  world: World,
  context: Context,
): Fact[] {
  const { id: taskId, owner } = task
  if (owner === undefined) {
    return refuse('NOT_OWNER', `nobody owns task ${taskId}, so nobody can offer it`, {
      details: { taskId },
      hint: `Hand it over at once, or assign it: baton task assign ${taskId} ${to}`,
    })
  }
  const offerId = context.newId()
  return [
    {
      stream: taskStream(taskId),
      type: 'HandoffOffered',
      data: { taskId, offerId, from: owner, to, context: words, expiresAt },
    },
    ...tell(world, context, by.mailbox, to, {
      kind: 'handoff',
      subject: `${nameOf(by)} offers task ${taskId} to you`,
      body: words ?? task.title,
      taskId,
      data: { taskId, epoch: task.epoch, mode: 'offer', offerId, expiresAt },
    }),
  ]
}

/** An offer that can still be accepted. */
function pendingOffer({ offer: made }: Task, { now }: Context): Offer | undefined {
  if (made?.expiresAt !== undefined && Date.parse(made.expiresAt) <= now) return undefined
  return made
}

/**
 * Whatever changes the owner or closes the task ends a pending offer, and the other side hears of it. One that has run out
 * and was not swept yet is recorded as expired. A session that is `leaving` without an heir is told
 * nothing: nobody would read it.
 */
export function withdrawOffer(
  task: Task,
  why: string,
  by: Acting,
  world: World,
  context: Context,
  leaving?: string,
): Fact[] {
  const { offer: made, id: taskId } = task
  if (made === undefined) return []
  const { offerId, from, to } = made
  const ended = { taskId, offerId, from, to }
  const lapsed = pendingOffer(task, context) === undefined
  const stream = taskStream(taskId)
  const told = [from, to].filter((id) => (id === leaving ? heir(world, id) !== undefined : id !== by.session?.id))
  const subject = lapsed ? `the offer of task ${taskId} has expired` : `the offer of task ${taskId} was withdrawn`
  return [
    lapsed
      ? { stream, type: 'HandoffExpired', data: ended }
      : { stream, type: 'HandoffCancelled', data: { ...ended, reason: why } },
    ...told.flatMap((id) => notice(id, task, subject, why, by, world, context)),
  ]
}

function notice(
  to: string,
  task: Task,
  subject: string,
  body: string,
  by: Acting,
  world: World,
  context: Context,
): Fact[] {
  return tell(world, context, by.mailbox, to, {
    kind: 'notice',
    subject,
    body,
    taskId: task.id,
    data: { taskId: task.id },
  })
}

// ---- the answer to an offer

function assertPending(task: Task, context: Context): Offer {
  const made = pendingOffer(task, context)
  if (made !== undefined) return made
  const expired = task.offer?.expiresAt
  return refuse(
    'NO_PENDING_HANDOFF',
    `task ${task.id} is not on offer${expired === undefined ? '' : ` any more, since ${expired}`}`,
    {
      details: { taskId: task.id, owner: task.owner, ...(expired !== undefined && { expiresAt: expired }) },
    },
  )
}

/** The pending offer, for whom it was made to. */
function offerTo(by: Acting, task: Task, context: Context): Offer {
  const made = assertPending(task, context)
  if (by.operator || by.session?.id === made.to) return made
  return refuse('NOT_TARGET', `task ${task.id} is on offer to session ${made.to}, not to ${nameOf(by)}`, {
    details: { taskId: task.id, to: made.to },
  })
}

export const decideAcceptHandoff: Decide<AcceptHandoff> = ({ taskId, expectEpoch }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  const { offerId, from, to } = offerTo(by, task, context)
  assertEpoch(task, expectEpoch)
  // The operator may accept in its name: it has to be open.
  openSession(world, to)
  const stream = taskStream(taskId)
  return [
    { stream, type: 'HandoffAccepted', data: { taskId, offerId, from, to } },
    ...joining(task, to, context),
    {
      stream,
      type: 'OwnershipTransferred',
      data: { taskId, from, to, epoch: task.epoch + 1, mode: 'accepted' },
    },
    ...notice(from, task, `session ${to} has accepted task ${taskId}`, '', by, world, context),
  ]
}

export const decideDeclineHandoff: Decide<DeclineHandoff> = ({ taskId, reason }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  const { offerId, from, to } = offerTo(by, task, context)
  return [
    { stream: taskStream(taskId), type: 'HandoffDeclined', data: { taskId, offerId, from, to, reason } },
    ...notice(from, task, `session ${to} has declined task ${taskId}`, reason, by, world, context),
  ]
}

export const decideCancelHandoff: Decide<CancelHandoff> = ({ taskId, reason }, world, context) => {
  const by = acting(world, context)
  const task = openTask(world, taskId)
  assertPending(task, context)
  assertOwner(by, task, undefined)
  return withdrawOffer(task, reason ?? `${nameOf(by)} has withdrawn it`, by, world, context)
}
