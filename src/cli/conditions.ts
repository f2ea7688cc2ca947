/** What `wait` can wait for: `mail`, `position=4711`, `task/t1=closed`. One more is one more entry in the table. */
import type { Hub } from '../index.ts'
import { theGroup, theRun, theSession, theTask } from './named.ts'
import { EXIT, unknownWord, UsageError } from './usage.ts'

/** What made it hold. */
export interface Held {
  readonly text: string
  readonly found: unknown
}

/** Undefined while it does not hold; throws where it never will. */
export type Ask = () => Promise<Held | undefined>

export interface Asked {
  readonly hub: Hub
  /** Whose mail is meant where nobody is named. */
  readonly me: () => Promise<string>
}

interface Kind {
  /** As help shows it. */
  readonly form: string
  readonly about: string
  /** The states that may be waited for; none where it has no `=state`, or takes a number. */
  readonly states?: readonly string[]
  readonly needsId?: boolean
  /** Answers what to ask, once it is known that what it names is there. */
  readonly open: (hub: Hub, id: string, state: string, me: Asked['me']) => Promise<Ask>
}

const OVER: readonly string[] = ['completed', 'failed', 'cancelled']

export const CONDITIONS: Readonly<Record<string, Kind>> = {
  mail: { form: 'mail[/mailbox]', about: 'a message waits', open: mail },
  position: { form: 'position=n', about: 'an event stands there', open: position },
  task: {
    form: 'task/t1=state',
    about: 'a task is so',
    states: ['open', 'in_progress', 'blocked', 'closed'],
    needsId: true,
    open: task,
  },
  run: {
    form: 'run/r1=state',
    about: 'a run is so; settled is ended, however',
    states: ['settled', 'created', 'running', 'waiting', ...OVER],
    needsId: true,
    open: run,
  },
  group: {
    form: 'group/name[#round]=state',
    about: 'its newest round, or that one, has fanned in; or a group is so',
    states: ['reached', 'idle', 'disbanded'],
    needsId: true,
    open: group,
  },
  session: {
    form: 'session/s1=state',
    about: 'a session is so',
    states: ['open', 'closed'],
    needsId: true,
    open: session,
  },
  message: {
    form: 'message/id=state',
    about: 'all its recipients have, or one of them has',
    states: ['acknowledged', 'answered'],
    needsId: true,
    open: message,
  },
}

const forms = (): string =>
  Object.values(CONDITIONS)
    .map(({ form }) => form)
    .join(', ')

/** Reads `text`, and makes sure that what it names is there. */
export async function conditionOf(text: string, { hub, me }: Asked): Promise<Ask> {
  const [, name = '', id = '', state = ''] = /^(\w*)(?:\/(.*?))?(?:=([^=]*))?$/s.exec(text) ?? []
  if (!Object.hasOwn(CONDITIONS, name))
    throw unknownWord('condition', text, Object.keys(CONDITIONS), `There is ${forms()}.`)
  const kind = CONDITIONS[name] as Kind
  const { form, states, needsId } = kind
  if (needsId === true && id === '')
    throw new UsageError(`${text} names no ${name}`, `For example ${example(form, states)}.`)
  if (states !== undefined && !states.includes(state)) {
    const known = `One of ${states.join(', ')}.`
    if (state === '') throw new UsageError(`${text} names no state to wait for`, known)
    throw unknownWord(`state of a ${name}`, state, states, known)
  }
  return kind.open(hub, id, state, me)
}

const example = (form: string, states: readonly string[] = []): string =>
  form.replace(/\[.*?\]/, '').replace(/state$/, states.at(-1) ?? '')

/** It will not come about any more: to wait for it would be to wait for ever. */
const never = (why: string): never => {
  throw new UsageError(why, 'It will not come about any more.', EXIT.refused)
}

async function mail(hub: Hub, mailbox: string, state: string, me: Asked['me']): Promise<Ask> {
  if (state !== '') throw new UsageError('mail has no states', 'For example mail, or mail/coder.')
  const whose = mailbox === '' ? await me() : mailbox
  const inbox = hub.inbox(whose)
  return async () => {
    const [first] = await inbox.list({ limit: 1 })
    if (first === undefined) return undefined
    const waiting = await inbox.count()
    const { id, from, kind, subject, taskId, sentAt } = first
    return {
      text: `${waiting} waiting for ${whose}; read: baton inbox ${whose}`,
      found: {
        mailbox: whose,
        waiting,
        oldest: {
          id,
          from,
          kind,
          ...(subject !== undefined && { subject }),
          ...(taskId !== undefined && { taskId }),
          sentAt,
        },
      },
    }
  }
}

async function position(hub: Hub, id: string, state: string): Promise<Ask> {
  if (id !== '' || !/^#?\d{1,15}$/.test(state)) throw new UsageError('which position?', 'For example position=4711.')
  const wanted = Number(state.replace('#', ''))
  return async () => {
    await hub.catchUp()
    const { position: at } = hub.head
    return at < wanted ? undefined : { text: `the log is at #${at}`, found: { position: at } }
  }
}

async function task(hub: Hub, id: string, state: string): Promise<Ask> {
  await theTask(hub, id)
  return async () => {
    const found = await theTask(hub, id)
    const { status, outcome, owner } = found
    if (status === state) return { text: `task ${id} is ${status}${of(outcome ?? owner)}`, found }
    return status === 'closed' ? never(`task ${id} is closed${of(outcome)}`) : undefined
  }
}

async function run(hub: Hub, id: string, state: string): Promise<Ask> {
  await theRun(hub, id)
  return async () => {
    const found = await theRun(hub, id)
    const { status, error, reason } = found
    const isOver = OVER.includes(status)
    if (status === state || (state === 'settled' && isOver)) {
      return { text: `run ${id} is ${status}${of(error ?? reason)}`, found }
    }
    return isOver ? never(`run ${id} is ${status}${of(error ?? reason)}`) : undefined
  }
}

const of = (detail: string | undefined): string => (detail === undefined ? '' : ` (${detail})`)

async function group(hub: Hub, id: string, state: string): Promise<Ask> {
  const [, name = id, number] = /^(.*?)#(\d{1,9})$/.exec(id) ?? []
  if (number !== undefined && state !== 'reached') throw new UsageError(`a round is not ${state}`, 'It is reached.')
  const { rounds } = await theGroup(hub, name)
  // The one that is meant now: a later one is another wait.
  const round = number === undefined ? Math.max(1, rounds) : Number(number)
  return async () => {
    const found = await theGroup(hub, name, { round })
    const { status } = found
    if (state !== 'reached') {
      const holds = status === state || (state === 'idle' && status === 'formed')
      if (holds) return { text: `group ${found.id} is ${status}`, found }
      return status === 'disbanded' ? never(`group ${found.id} is disbanded`) : undefined
    }
    const { round: at } = found
    if (at?.status === 'reached') {
      return { text: `round ${round} of group ${found.id} is reached${of(at.verdict)}`, found }
    }
    if (at?.status === 'cancelled') never(`round ${round} of group ${found.id} was cancelled${of(at.reason)}`)
    return status === 'disbanded' ? never(`group ${found.id} is disbanded`) : undefined
  }
}

async function session(hub: Hub, id: string, state: string): Promise<Ask> {
  await theSession(hub, id)
  return async () => {
    const found = await theSession(hub, id)
    const { status, closing } = found
    return status === state ? { text: `session ${id} is ${status}${of(closing?.outcome)}`, found } : undefined
  }
}

async function message(hub: Hub, id: string, state: string): Promise<Ask> {
  const find = async () => {
    const found = await hub.message(id)
    if (found !== undefined) return found
    throw new UsageError(`there is no message ${id}`, 'See what was sent: baton log --type MessageSent', EXIT.notFound)
  }
  await find()
  return async () => {
    const found = await find()
    const { answeredBy, unanswered, deliveries } = found
    if (state === 'answered') {
      if (answeredBy !== undefined) return { text: `message ${id} is answered by ${answeredBy}`, found }
      return unanswered === true ? never(`nobody answered message ${id} in time`) : undefined
    }
    const states = Object.entries(deliveries).filter(([, delivery]) => delivery.state !== 'transferred')
    if (states.every(([, delivery]) => delivery.state === 'acknowledged')) {
      return { text: `message ${id} is acknowledged by ${states.map(([mailbox]) => mailbox).join(', ')}`, found }
    }
    const expired = states.find(([, delivery]) => delivery.state === 'expired')
    return expired === undefined ? undefined : never(`message ${id} to ${expired[0]} has expired`)
  }
}
