/** Sending, broadcasting, acknowledging. */
import type { AcknowledgeMessage } from '../../commands/acknowledge-message.ts'
import type { Broadcast } from '../../commands/broadcast.ts'
import type { SendMessage } from '../../commands/send-message.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, nameOf, type Acting } from '../acting.ts'
import { resolveAnswer, resolveOne } from '../address.ts'
import { resolveSet } from '../address-set.ts'
import {
  acknowledged,
  assertPayload,
  backlog,
  deadlineOf,
  delivered,
  heir,
  messageSent,
  OWN_KINDS,
  undeliverable,
  type Letter,
} from '../deliver.ts'
import { unknownTask } from '../find.ts'
import { mailboxKind, mailboxStream, type Delivery, type Mailbox, type Message, type Recipient } from '../mailbox.ts'
import { refuse } from '../refuse.ts'
import { isLive } from '../run.ts'
import type { Context, Decide, World } from '../world.ts'

export const decideSendMessage: Decide<SendMessage> = (command, world, context) => {
  const by = acting(world, context)
  const answered = command.inReplyTo === undefined ? undefined : anyMessage(world, command.inReplyTo)
  const address = command.to ?? answerTo(answered, world)
  const letter = compose(command, address, answered, world, context)
  const answers = command.to === undefined && isReached(answered, by)
  const to = answers ? resolveAnswer(world, by, address) : resolveOne(world, by, address)
  if (isFull(to, world, context)) return inboxFull([to], world, context)
  const messageId = context.newId()
  return [
    messageSent(by.mailbox, [to], letter, messageId),
    delivered(messageId, to),
    ...answer(answered, messageId, [to], by, world, context),
  ]
}

export const decideBroadcast: Decide<Broadcast> = (command, world, context) => {
  const by = acting(world, context)
  const answered = command.inReplyTo === undefined ? undefined : anyMessage(world, command.inReplyTo)
  const taskId = command.task ?? (command.to.startsWith('task:') ? command.to.slice('task:'.length) : undefined)
  const members = resolveSet(world, by, command.to)
  const letter = compose({ ...command, task: taskId }, command.to, answered, world, context)
  const to =
    command.includeSelf === true
      ? members
      : members.filter(({ mailbox }) => mailbox !== by.mailbox.mailbox && !isOwnSeat(mailbox, by))
  if (to.length === 0 && command.allowEmpty !== true) {
    return refuse('NO_RECIPIENTS', `there is nobody to broadcast to at ${command.to}`, {
      details: { address: command.to, members: members.map(({ mailbox }) => mailbox) },
      hint: 'The sender is left out unless it asks for a copy: --include-self. With --allow-empty this is no error.',
    })
  }
  const full = new Set(to.filter((recipient) => isFull(recipient, world, context)))
  if (command.requireAll === true && full.size > 0) return inboxFull([...full], world, context)
  const messageId = context.newId()
  return [
    messageSent(by.mailbox, to, letter, messageId),
    ...to.map((each) => (full.has(each) ? undeliverable(messageId, each, 'inbox full') : delivered(messageId, each))),
    ...answer(
      answered,
      messageId,
      to.filter((each) => !full.has(each)),
      by,
      world,
      context,
    ),
  ]
}

/**
 * The first reply in time that reaches whoever asked, from somebody whom the request had reached, answers it. The second
 * is a message like any other, and so is what the asker adds.
 */
function answer(
  request: Message | undefined,
  replyId: string,
  to: readonly Recipient[],
  by: Acting,
  world: World,
  { now }: Context,
): Fact[] {
  if (request?.replyBy === undefined || request.answeredBy !== undefined || request.unanswered !== undefined) return []
  const { id: messageId, from: mailbox } = request
  if (now > Date.parse(request.replyBy) || mailbox === by.mailbox.mailbox || !wasAsked(request, by)) return []
  if (!to.some((each) => reaches(each, mailbox, world))) return []
  return [{ stream: mailboxStream(mailbox), type: 'RequestAnswered', data: { messageId, mailbox, replyId } }]
}

/** Not the operator, unless it was: what anybody may read was not asked of it. */
const wasAsked = ({ deliveries }: Message, by: Acting): boolean =>
  Object.entries(deliveries).some(([mailbox, delivery]) => isFor(mailbox, delivery, { ...by, operator: false }))

/** Whether a mailbox is that of whoever asked, or of its session, or of who inherited that one's mail. */
function reaches({ mailbox, sessionId }: Recipient, asker: Mailbox, world: World): boolean {
  if (mailbox === asker) return true
  const [kind, id] = mailboxKind(asker)
  // Which session a run belongs to never changes.
  const seat = kind === 'run' ? world.peek.run(id)?.sessionId : id
  if (sessionId === undefined || seat === undefined) return false
  return sessionId === seat || sessionId === heir(world, seat)?.id
}

/** In a task the session takes part, also where one of its runs speaks. */
const isOwnSeat = (mailbox: string, by: Acting): boolean => mailbox === `session:${by.session?.id ?? ''}`

type Words = Pick<
  SendMessage,
  | 'body'
  | 'data'
  | 'kind'
  | 'subject'
  | 'task'
  | 'inReplyTo'
  | 'replyBy'
  | 'replyWithinMs'
  | 'expiresAt'
  | 'expiresWithinMs'
>

function compose(words: Words, address: string, answered: Message | undefined, world: World, context: Context): Letter {
  const { body, data, kind = 'message', subject, task, inReplyTo } = words
  if (OWN_KINDS.has(kind)) {
    return refuse('INVALID_COMMAND', `messages of kind ${kind} are Baton's own`, {
      details: { path: 'kind', kind },
      hint: 'A handoff is sent by Handoff, a result by CompleteRun; choose another kind.',
    })
  }
  assertPayload(body, data, context)
  const replyBy = deadlineOf(words.replyBy, words.replyWithinMs, 'replyBy', context)
  const expiresAt = deadlineOf(words.expiresAt, words.expiresWithinMs, 'expiresAt', context)
  // A task never vanishes: that it is there needs no relying on.
  if (task !== undefined && world.peek.task(task) === undefined) unknownTask(world.peek, task)
  return {
    address,
    kind,
    subject,
    body,
    data,
    taskId: task ?? answered?.taskId,
    ...(answered !== undefined && { threadId: answered.threadId, inReplyTo }),
    replyBy,
    expiresAt,
  }
}

/** An answer goes to the run that wrote, or to its session where that run is gone. */
function answerTo(answered: Message | undefined, world: World): string {
  if (answered === undefined) {
    return refuse('INVALID_COMMAND', 'a message needs an address, or a message that it answers', {
      details: { path: 'to' },
    })
  }
  const { from, by } = answered
  if (!from.startsWith('run:')) return from === 'system' ? 'operator' : from
  // Relied on by resolving the address; that the run has ended does not change any more.
  const run = world.peek.run(from.slice('run:'.length))
  return run !== undefined && isLive(run) ? from : `session:${run?.sessionId ?? by.id ?? ''}`
}

/** Messages never vanish: to find one needs no relying on. */
function anyMessage(world: World, id: string): Message {
  const message = world.peek.message(id)
  if (message !== undefined) return message
  return refuse('UNKNOWN_MESSAGE', `there is no message ${id}`, { details: { messageId: id } })
}

function isFull(to: Recipient, world: World, { limits }: Context): boolean {
  return to.mailbox !== 'operator' && backlog(world, to) >= limits.inbox
}

function inboxFull(full: readonly Recipient[], world: World, { limits }: Context): never {
  const mailboxes = full.map(({ mailbox }) => mailbox)
  const [first] = full as [Recipient, ...Recipient[]]
  return refuse(
    'INBOX_FULL',
    `${mailboxes.join(', ')}: ${backlog(world, first)} unacknowledged messages, the limit is ${limits.inbox}`,
    {
      details: { mailboxes, limit: limits.inbox, size: backlog(world, first) },
      hint: 'Wait until its reader has acknowledged some; a broadcast without --require-all goes to the others.',
    },
  )
}

// ---- acknowledging

export const decideAcknowledgeMessage: Decide<AcknowledgeMessage> = ({ messageIds }, world, context) => {
  const by = acting(world, context)
  return [...new Set(messageIds)].flatMap((id) => acknowledging(anyMessage(world, id), by, world))
}

function acknowledging(message: Message, by: Acting, world: World): Fact[] {
  const mine = Object.entries(message.deliveries).filter(([mailbox, delivery]) => isFor(mailbox, delivery, by))
  if (mine.length === 0) {
    return refuse('NOT_RECIPIENT', `message ${message.id} did not go to ${nameOf(by)}`, {
      details: { messageId: message.id, deliveries: Object.keys(message.deliveries).slice(0, 20) },
    })
  }
  return mine
    .filter(([, { state }]) => state === 'pending')
    .map(([mailbox, { sessionId }]) => {
      const at = sessionId === undefined ? { mailbox } : { mailbox, sessionId }
      // While its session is being closed the mail moves: then, and only then, the mailbox itself is relied on.
      if (sessionId !== undefined && world.session(sessionId)?.status !== 'open') world.inbox(at, [mailbox])
      return acknowledged(message.id, at)
    })
}

const isReached = (message: Message | undefined, by: Acting): boolean =>
  Object.entries(message?.deliveries ?? {}).some(([mailbox, delivery]) => isFor(mailbox, delivery, by))

/** A session acknowledges its own mail and its runs'; the operator anybody's. */
const isFor = (mailbox: string, { sessionId }: Delivery, by: Acting): boolean =>
  by.operator || mailbox === by.mailbox.mailbox || (sessionId !== undefined && sessionId === by.session?.id)
