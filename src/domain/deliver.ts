/** Messages on their way: the events of one, and what Baton itself has to say. */
import type { EventData, Fact } from '../events/catalog.ts'
import {
  countIn,
  mailboxKind,
  mailboxStream,
  OPERATOR,
  runMailbox,
  sessionMailbox,
  type Mailbox,
  type Recipient,
} from './mailbox.ts'
import { isLive, type Run } from './run.ts'
import { refuse } from './refuse.ts'
import type { Session } from './session.ts'
import { isoTime } from '../iso-time.ts'
import type { Context, World } from './world.ts'

/** What a message says, beside whom it goes to. */
export type Letter = Omit<EventData<'MessageSent'>, 'messageId' | 'from' | 'to' | 'threadId'> & {
  readonly threadId?: string
}

/** Kinds that no caller can send: a handoff that is none would be believed. */
export const OWN_KINDS: ReadonlySet<string> = new Set(['handoff', 'result', 'dispatch', 'notice'])

export const messageSent = (from: Recipient, to: readonly Recipient[], letter: Letter, messageId: string): Fact => ({
  stream: mailboxStream(from.mailbox),
  type: 'MessageSent',
  data: {
    messageId,
    from: from.mailbox,
    to: to.map(({ mailbox }) => mailbox),
    threadId: messageId,
    ...letter,
  },
})

const delivery = (messageId: string, { mailbox, sessionId }: Recipient) => ({
  messageId,
  mailbox,
  ...(sessionId !== undefined && { sessionId }),
})

export const delivered = (messageId: string, to: Recipient): Fact => ({
  stream: mailboxStream(to.mailbox),
  type: 'MessageDelivered',
  data: delivery(messageId, to),
})

export const undeliverable = (messageId: string, to: Recipient, reason: string): Fact => ({
  stream: mailboxStream(to.mailbox),
  type: 'MessageUndeliverable',
  data: { ...delivery(messageId, to), reason },
})

export const acknowledged = (messageId: string, at: Recipient): Fact => ({
  stream: mailboxStream(at.mailbox),
  type: 'MessageAcknowledged',
  data: delivery(messageId, at),
})

export const transferred = (messageId: string, at: Recipient, to: Recipient, reason: string): Fact => ({
  stream: mailboxStream(at.mailbox),
  type: 'MessageTransferred',
  data: { ...delivery(messageId, at), ...destination(to), reason },
})

export const expired = (messageId: string, at: Recipient): Fact => ({
  stream: mailboxStream(at.mailbox),
  type: 'MessageExpired',
  data: delivery(messageId, at),
})

export const deadLettered = (messageId: string, at: Recipient, reason: string): Fact => ({
  stream: mailboxStream(at.mailbox),
  type: 'MessageDeadLettered',
  data: { ...delivery(messageId, at), reason },
})

export const destination = ({ mailbox, sessionId }: Recipient) => ({
  to: mailbox,
  ...(sessionId !== undefined && { toSessionId: sessionId }),
})

/** How much of its limit a mailbox has left. Looked at, not relied on: n senders at once may overshoot by n. */
export function backlog(world: World, { mailbox, sessionId }: Recipient): number {
  return countIn(world.peek.inbox(sessionId ?? 'operator'), mailbox)
}

export function assertPayload(body: string, data: unknown, { limits }: Context): void {
  const size = Buffer.byteLength(body) + (data === undefined ? 0 : Buffer.byteLength(JSON.stringify(data)))
  if (size <= limits.payloadBytes) return
  refuse('PAYLOAD_TOO_LARGE', `${size} bytes are over the limit of ${limits.payloadBytes} for a message`, {
    details: { limit: limits.payloadBytes, size },
    hint: 'Put it into a file, and send where it lies.',
  })
}

/** A deadline, as an instant or as so long from now on. One that has passed already is a mistake, and so are two. */
export function deadlineOf(
  at: string | undefined,
  withinMs: number | undefined,
  path: string,
  { now }: Context,
): string | undefined {
  if (at === undefined) return withinMs === undefined ? undefined : isoTime(now + withinMs)
  if (withinMs !== undefined) return refuse('INVALID_COMMAND', `${path} is given twice`, { details: { path } })
  if (Date.parse(at) > now) return at
  return refuse('INVALID_COMMAND', `${path} is ${at}, and it is ${isoTime(now)} already`, { details: { path } })
}

// ---- Baton's own messages: never refused for want of room

/** Where mail for a session ends up: with itself while it is open, else with its successor. Relies on every session asked. */
export function heir(world: World, sessionId: string): Session | undefined {
  const asked = new Set<string>()
  for (let id: string | undefined = sessionId; id !== undefined && !asked.has(id);) {
    asked.add(id)
    const session = world.session(id)
    if (session === undefined || session.status === 'open') return session
    id = session.closing?.successorId
  }
  return undefined
}

/** A message to a session, or to whoever inherited its mail; with nobody there it is kept as a dead letter. */
export function tell(
  world: World,
  context: Context,
  from: Recipient,
  sessionId: string,
  letter: Omit<Letter, 'address'>,
): Fact[] {
  const seat = heir(world, sessionId)
  const to = sessionMailbox(seat?.id ?? sessionId)
  const messageId = context.newId()
  return [
    messageSent(from, [to], { ...letter, address: `session:${sessionId}` }, messageId),
    seat === undefined ? deadLettered(messageId, to, `session ${sessionId} is closed`) : delivered(messageId, to),
  ]
}

/** A message to a run, as a child's result is; where that has ended, to its session. */
export function tellRun(
  world: World,
  context: Context,
  from: Recipient,
  run: Run,
  letter: Omit<Letter, 'address'>,
): Fact[] {
  const address = `run:${run.id}`
  const messageId = context.newId()
  const seat = heir(world, run.sessionId)
  const atHome = isLive(run) && seat?.id === run.sessionId
  const to = atHome ? runMailbox(run) : sessionMailbox(seat?.id ?? run.sessionId)
  return [
    messageSent(from, [to], { ...letter, address }, messageId),
    seat === undefined ? deadLettered(messageId, to, `session ${run.sessionId} is closed`) : delivered(messageId, to),
  ]
}

/** A word to whoever sent a message, wherever that is now; to nobody, where nobody is left to read it. */
export function tellSender(
  world: World,
  context: Context,
  from: Recipient,
  sender: Mailbox,
  letter: Omit<Letter, 'address'>,
): Fact[] {
  const [kind, id] = mailboxKind(sender)
  if (kind === 'operator') {
    const messageId = context.newId()
    return [messageSent(from, [OPERATOR], { ...letter, address: sender }, messageId), delivered(messageId, OPERATOR)]
  }
  const run = kind === 'run' ? world.run(id) : undefined
  const sessionId = run?.sessionId ?? (kind === 'session' ? id : undefined)
  if (sessionId === undefined || heir(world, sessionId) === undefined) return []
  return run === undefined ? tell(world, context, from, sessionId, letter) : tellRun(world, context, from, run, letter)
}
