import { isLive, type MessageBook } from './books.ts'
import { OPERATOR, type Chooser, type Maker, type Proposal } from './chooser.ts'

type Actor = Proposal['actor']

const words = ({ random, ledger, maybe, one, instant }: Chooser) => {
  const task = one([...ledger.tasks.keys()])
  return {
    body: random.pick(['', 'hello', 'schöne Grüße \u2028']),
    ...maybe(0.3, () => ({ data: { n: [random.below(9)] } })),
    ...maybe(0.2, () => ({ kind: 'question', subject: 'why' })),
    ...maybe(0.3, () =>
      random.below(2) === 0
        ? { replyBy: instant(1 + random.below(40_000)) }
        : { replyWithinMs: 1 + random.below(40_000) },
    ),
    ...maybe(0.3, () => ({ expiresAt: instant(1 + random.below(40_000)) })),
    ...(task !== undefined && maybe(0.15, () => ({ task }))),
  }
}

export const sendMessage: Maker = (choose) => {
  if (choose.chance(0.4)) return answer(choose)
  const actor = choose.anyone()
  const message = choose.one([...choose.ledger.messages.values()])
  if (message !== undefined && choose.chance(0.1)) {
    const to = choose.maybe(0.1, () => ({ to: 'operator' }))
    return { actor, command: { type: 'SendMessage', inReplyTo: message.id, ...to, ...words(choose) } }
  }
  const to = addressFor(actor, choose)
  return to === undefined ? undefined : { actor, command: { type: 'SendMessage', to, ...words(choose) } }
}

/** By one of those whom a request has reached, in time or just too late; hardly ever by whoever asked. */
const answer: Maker = (choose) => {
  const { ledger, now, one } = choose
  const isThere = (from: string): boolean =>
    !from.startsWith('session:') || ledger.sessions.get(from.slice('session:'.length))?.status === 'open'
  const asked = one(
    [...ledger.messages.values()].filter(
      ({ request, replyBy = '', from }) => request === 'open' && Date.parse(replyBy) > now - 5_000 && isThere(from),
    ),
  )
  const others = [...(asked?.deliveries ?? [])].filter(([mailbox]) => mailbox !== asked?.from || choose.chance(0.1))
  const readers = others.map(([, { sessionId }]) => sessionId)
  const seat = one(readers.filter((id) => id === undefined || ledger.sessions.get(id)?.status === 'open'))
  if (asked === undefined || readers.length === 0) return undefined
  const actor = seat === undefined ? OPERATOR : choose.as(seat)
  return { actor, command: { type: 'SendMessage', inReplyTo: asked.id, ...words(choose) } }
}

/** Every kind of address that means one mailbox. */
function addressFor(actor: Actor, choose: Chooser): string | undefined {
  const { random, ledger } = choose
  const related = (root: string): boolean =>
    actor.kind === 'operator' || ledger.sessions.get(actor.id ?? '')?.root === root
  const runs = [...ledger.runs.values()]
  switch (random.below(9)) {
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
    case 6: {
      const all = [...ledger.groups.values()]
      const group = choose.one(
        all.filter(({ status, coordinator }) => status !== 'disbanded' && coordinator !== undefined),
        all,
      )
      return group && `coordinator@group:${group.id}`
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
  if (chance(0.25)) {
    const all = [...ledger.groups.values()]
    const group = choose.one(
      all.filter(({ status, members }) => status !== 'disbanded' && members.size > 1),
      all,
    )
    const able = [group?.coordinator, ...(group?.members.values() ?? [])]
    const by = choose.one(able.filter((id) => id !== undefined && ledger.sessions.get(id)?.status === 'open'))
    if (group === undefined) return undefined
    const actor = by === undefined || chance(0.2) ? OPERATOR : choose.as(by)
    return { actor, command: { type: 'Broadcast', to: `group:${group.id}`, ...flags, ...words(choose) } }
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
