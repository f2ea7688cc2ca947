import { isLive, type MessageBook } from './books.ts'
import { OPERATOR, type Chooser, type Maker, type Proposal } from './chooser.ts'

type Actor = Proposal['actor']

const words = ({ random, ledger, maybe, one, instant }: Chooser) => {
  const task = one([...ledger.tasks.keys()])
  return {
    body: random.pick(['', 'hello', 'schöne Grüße \u2028']),
    ...maybe(0.3, () => ({ data: { n: [random.below(9)] } })),
    ...maybe(0.2, () => ({ kind: 'question', subject: 'why' })),
    ...maybe(0.2, () => ({ replyBy: instant(60_000) })),
    ...maybe(0.2, () => ({ expiresAt: instant(60_000) })),
    ...(task !== undefined && maybe(0.15, () => ({ task }))),
  }
}

export const sendMessage: Maker = (choose) => {
  const actor = choose.anyone()
  const message = choose.one([...choose.ledger.messages.values()])
  if (message !== undefined && choose.chance(0.2)) {
    const to = choose.maybe(0.1, () => ({ to: 'operator' }))
    return { actor, command: { type: 'SendMessage', inReplyTo: message.id, ...to, ...words(choose) } }
  }
  const to = addressFor(actor, choose)
  return to === undefined ? undefined : { actor, command: { type: 'SendMessage', to, ...words(choose) } }
}

/** Every kind of address that means one mailbox. */
function addressFor(actor: Actor, choose: Chooser): string | undefined {
  const { random, ledger } = choose
  const related = (root: string): boolean =>
    actor.kind === 'operator' || ledger.sessions.get(actor.id ?? '')?.root === root
  const runs = [...ledger.runs.values()]
  switch (random.below(8)) {
    case 0: {
      const run = choose.one(
        runs.filter((one) => isLive(one) && related(one.root)),
        runs,
      )
      return run && `run:${run.id}`
    }
    case 1: {
      const run = choose.one(
        runs.filter((one) => isLive(one) && related(one.root) && one.effects.size > 0),
        runs,
      )
      return run && `effect:${run.id}/${choose.one([...run.effects.keys()]) ?? 'none'}`
    }
    case 2: {
      const task = choose.openTask(({ owner }) => owner !== undefined)
      return task && `owner@task:${task.id}`
    }
    case 3:
      return choose.chance(0.3) ? 'operator' : choose.openSession()?.id
    case 4: {
      const run = ledger.runs.get(actor.run ?? '')
      const has = run === undefined ? ledger.sessions.get(actor.id ?? '')?.parent : run.parent
      return has === undefined ? sessionAddress(choose) : random.pick(['parent', 'root'])
    }
    case 5: {
      const open = [...ledger.sessions.values()].filter(({ label, status }) => label !== undefined && status === 'open')
      const alone = open.filter(({ label }) => open.filter((other) => other.label === label).length === 1)
      return choose.one(alone, open)?.label
    }
    default:
      return sessionAddress(choose)
  }
}

function sessionAddress(choose: Chooser): string | undefined {
  const session = choose.openSession()
  return session && `session:${session.id}`
}

export const broadcast: Maker = (choose) => {
  const { random, ledger, chance, maybe } = choose
  const flags = {
    ...maybe(0.2, () => ({ includeSelf: true })),
    ...maybe(0.1, () => ({ requireAll: true })),
    ...maybe(0.2, () => ({ allowEmpty: true })),
  }
  if (chance(0.5)) {
    const task = choose.openTask(({ participants }) => participants.size > 1)
    const participant = task && choose.one([...task.participants], [...ledger.sessions.keys()])
    if (task === undefined || participant === undefined) return undefined
    const actor = chance(0.2) ? OPERATOR : choose.as(participant)
    return { actor, command: { type: 'Broadcast', to: `task:${task.id}`, ...flags, ...words(choose) } }
  }
  const open = [...ledger.sessions.values()].filter(({ status }) => status === 'open')
  const isAbove = (id: string) => open.some(({ parent }) => parent === id)
  const parent = choose.one(open.filter(({ id }) => isAbove(id)))
  if (parent === undefined) return undefined
  const child = choose.one(open.filter((one) => one.parent === parent.id))
  const downward = child === undefined || chance(0.6)
  const actor = chance(0.8) ? { kind: 'session', id: (downward ? parent : child).id } : choose.anyone()
  const to = downward ? random.pick(['children', 'descendants']) : random.pick(['ancestors', 'siblings'])
  return { actor, command: { type: 'Broadcast', to, ...flags, ...words(choose) } }
}

const waits = ({ deliveries }: MessageBook): boolean =>
  [...deliveries.values()].some(({ state }) => state === 'pending')

export const acknowledgeMessage: Maker = (choose) => {
  const { ledger, chance } = choose
  const all = [...ledger.messages.values()]
  const message = choose.one(all.filter(waits), all)
  if (message === undefined) return undefined
  const seats = [...message.deliveries.values()].filter(({ state }) => state === 'pending' || chance(0.1))
  const seat = choose.one(seats)?.sessionId
  const isOpen = seat !== undefined && ledger.sessions.get(seat)?.status === 'open'
  const actor = isOpen && chance(0.9) ? { kind: 'session', id: seat } : chance(0.8) ? OPERATOR : choose.anyone()
  const others = all.filter((one) => [...one.deliveries.values()].some(({ sessionId }) => sessionId === seat))
  const messageIds = [message, ...(chance(0.3) ? others.slice(0, 3) : [])].map(({ id }) => id)
  return { actor, command: { type: 'AcknowledgeMessage', messageIds } }
}

const isDead = ({ deliveries }: MessageBook): boolean => [...deliveries.values()].some(({ state }) => state === 'dead')

function deadOne(choose: Chooser): { message: MessageBook; at: Partial<{ mailbox: string }> } | undefined {
  const all = [...choose.ledger.messages.values()]
  const message = choose.one(all.filter(isDead), all)
  if (message === undefined) return undefined
  const dead = [...message.deliveries].filter(([, { state }]) => state === 'dead').map(([mailbox]) => mailbox)
  const mailbox = choose.one(dead, [...message.deliveries.keys()])
  return { message, at: mailbox === undefined ? {} : choose.maybe(0.5, () => ({ mailbox })) }
}

export const requeueDeadLetter: Maker = (choose) => {
  const found = deadOne(choose)
  if (found === undefined) return undefined
  const { message, at } = found
  const to = choose.chance(0.6) ? choose.openSession()?.id : choose.chance(0.3) ? 'operator' : undefined
  const where = to === undefined ? {} : { to: to === 'operator' ? to : `session:${to}` }
  const actor = choose.chance(0.04) ? choose.anyone() : OPERATOR
  return { actor, command: { type: 'RequeueDeadLetter', messageId: message.id, ...at, ...where } }
}

export const discardDeadLetter: Maker = (choose) => {
  const found = deadOne(choose)
  if (found === undefined) return undefined
  const actor = choose.chance(0.04) ? choose.anyone() : OPERATOR
  return { actor, command: { type: 'DiscardDeadLetter', messageId: found.message.id, ...found.at, reason: 'too late' } }
}
