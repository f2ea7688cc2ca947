import type { TaskBook } from './books.ts'
import { OPERATOR, type Chooser, type Maker, type Proposal } from './chooser.ts'

export const openTask: Maker = (choose) => {
  const { ledger, chance, maybe } = choose
  const open = [...ledger.tasks.values()].filter(({ status }) => status !== 'closed')
  if (open.length > 6 && chance(0.8)) return undefined
  const name = choose.name('t')
  const taskId = name !== undefined && ledger.tasks.has(name) && chance(0.8) ? undefined : name
  const owner = choose.openSession()
  const other = choose.openSession()
  return {
    actor: choose.anyone(),
    command: {
      type: 'OpenTask',
      title: 'Do it',
      ...(taskId !== undefined && { taskId }),
      ...(owner !== undefined && maybe(0.4, () => ({ owner: address(owner.id, choose) }))),
      ...(other !== undefined && maybe(0.4, () => ({ participants: [address(other.id, choose)] }))),
    },
  }
}

/** A session's address, with its scheme or bare. */
const address = (id: string, { chance }: Chooser): string => (chance(0.5) ? id : `session:${id}`)

/** The owner, sometimes the operator; and sometimes with the epoch that it knows. */
function byOwner(task: TaskBook, choose: Chooser): { actor: Proposal['actor']; fence: { expectEpoch?: number } } {
  const { chance } = choose
  const fence = chance(0.3) ? { expectEpoch: task.epoch - (chance(0.1) ? 1 : 0) } : {}
  if (chance(0.05)) return { actor: choose.anyone(), fence: {} }
  return {
    actor: task.owner === undefined || chance(0.2) ? OPERATOR : choose.as(task.owner),
    fence: fence.expectEpoch === -1 ? {} : fence,
  }
}

const isOwned = ({ owner }: TaskBook): boolean => owner !== undefined

export const joinTask: Maker = (choose) => {
  const task = choose.openTask(({ participants }) => participants.size < 6)
  const session = choose.openSession()
  if (task === undefined || session === undefined) return undefined
  if (choose.chance(0.7)) return { actor: choose.as(session.id), command: { type: 'JoinTask', taskId: task.id } }
  const { actor } = byOwner(task, choose)
  return { actor, command: { type: 'JoinTask', taskId: task.id, sessionId: session.id } }
}

export const leaveTask: Maker = (choose) => {
  const task = choose.openTask(({ participants, owner }) => participants.size > (owner === undefined ? 0 : 1))
  if (task === undefined) return undefined
  const id = choose.one(
    [...task.participants].filter((one) => one !== task.owner),
    [...task.participants],
  )
  if (id === undefined) return undefined
  if (choose.chance(0.7)) return { actor: choose.as(id), command: { type: 'LeaveTask', taskId: task.id } }
  return { actor: byOwner(task, choose).actor, command: { type: 'LeaveTask', taskId: task.id, sessionId: id } }
}

const NEXT: Readonly<Record<string, 'in_progress' | 'blocked'>> = {
  open: 'in_progress',
  in_progress: 'blocked',
  blocked: 'in_progress',
}

export const setTaskStatus: Maker = (choose) => {
  const task = choose.openTask()
  if (task === undefined) return undefined
  const { actor, fence } = byOwner(task, choose)
  const status = choose.chance(0.9) ? (NEXT[task.status] ?? 'open') : choose.random.pick(['open', 'blocked'] as const)
  const reason = choose.maybe(0.4, () => ({ reason: 'so' }))
  return { actor, command: { type: 'SetTaskStatus', taskId: task.id, status, ...fence, ...reason } }
}

/** One whose offer has run out, if there is one; whatever ends it says so. */
const lapsed = ({ ledger, now, chance }: Chooser): TaskBook | undefined =>
  chance(0.1)
    ? undefined
    : [...ledger.tasks.values()].find(
        ({ offer }) => offer?.expiresAt !== undefined && Date.parse(offer.expiresAt) <= now,
      )

export const closeTask: Maker = (choose) => {
  const task = lapsed(choose) ?? choose.openTask()
  if (task === undefined) return undefined
  const { actor, fence } = byOwner(task, choose)
  const outcome = choose.random.pick(['done', 'failed', 'cancelled'] as const)
  return { actor, command: { type: 'CloseTask', taskId: task.id, outcome, ...fence } }
}

export const claimTask: Maker = (choose) => {
  const task = choose.openTask((one) => !isOwned(one))
  const session = choose.openSession()
  if (task === undefined || session === undefined) return undefined
  if (choose.chance(0.8)) return { actor: choose.as(session.id), command: { type: 'ClaimTask', taskId: task.id } }
  return { actor: OPERATOR, command: { type: 'ClaimTask', taskId: task.id, sessionId: session.id } }
}

export const releaseTask: Maker = (choose) => {
  const task = lapsed(choose) ?? choose.openTask(isOwned)
  if (task === undefined) return undefined
  const { actor, fence } = byOwner(task, choose)
  return { actor, command: { type: 'ReleaseTask', taskId: task.id, ...fence } }
}

/** To somebody else than its owner. */
const another = (task: TaskBook, choose: Chooser): string | undefined => {
  const all = [...choose.ledger.sessions.values()]
  return choose.one(
    all.filter(({ id, status }) => status === 'open' && id !== task.owner),
    all,
  )?.id
}

export const assignTask: Maker = (choose) => {
  const task = lapsed(choose) ?? choose.openTask()
  if (task === undefined) return undefined
  const to = another(task, choose)
  if (to === undefined) return undefined
  const { actor, fence } = byOwner(task, choose)
  const participant = task.owner === undefined ? choose.one([...task.participants]) : undefined
  return {
    actor: participant === undefined ? actor : choose.as(participant),
    command: { type: 'AssignTask', taskId: task.id, to: address(to, choose), ...fence },
  }
}

export const handoff: Maker = (choose) => {
  const { random, chance, maybe } = choose
  const isOffer = chance(0.75)
  const task = choose.openTask((one) => isOwned(one) && (!isOffer || one.offer === undefined))
  if (task === undefined) return undefined
  const to = another(task, choose)
  if (to === undefined) return undefined
  const { actor, fence } = byOwner(task, choose)
  return {
    actor,
    command: {
      type: 'Handoff',
      taskId: task.id,
      to: address(to, choose),
      ...(isOffer && {
        mode: 'offer' as const,
        ...maybe(0.5, () => ({ expiresAt: choose.instant(1 + random.below(8_000)) })),
      }),
      ...maybe(0.5, () => ({ context: 'what you need to know' })),
      ...(actor.kind === 'operator' && { force: true, reason: 'it has to go on' }),
      ...fence,
    },
  }
}

/** One that has not run out. */
const onOffer = (choose: Chooser): TaskBook | undefined =>
  choose.openTask(
    ({ offer }) => offer !== undefined && (offer.expiresAt === undefined || Date.parse(offer.expiresAt) > choose.now),
  )

/** Sometimes in its name. */
const byTarget = ({ offer }: TaskBook, choose: Chooser): Proposal['actor'] =>
  offer === undefined || choose.chance(0.15) ? choose.anyone() : choose.as(offer.to)

export const acceptHandoff: Maker = (choose) => {
  const task = onOffer(choose)
  return task && { actor: byTarget(task, choose), command: { type: 'AcceptHandoff', taskId: task.id } }
}

export const declineHandoff: Maker = (choose) => {
  const task = onOffer(choose)
  return task && { actor: byTarget(task, choose), command: { type: 'DeclineHandoff', taskId: task.id, reason: 'no' } }
}

export const cancelHandoff: Maker = (choose) => {
  const task = onOffer(choose)
  return task && { actor: byOwner(task, choose).actor, command: { type: 'CancelHandoff', taskId: task.id } }
}
