/** Mailboxes, inboxes and messages: who gets a message, and what becomes of each delivery. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import { of } from './dict.ts'
import type { Writer } from './state.ts'

/** `session:<id>`, `run:<id>`, `operator` or `system`. */
export type Mailbox = string

export const mailboxStream = (mailbox: Mailbox): string => `mailbox-${mailbox.replace(':', '-')}`

/** The mailbox of a name that an event holds. */
export const mailboxKind = (mailbox: Mailbox): readonly [kind: string, id: string] => {
  const colon = mailbox.indexOf(':')
  return colon < 0 ? [mailbox, ''] : [mailbox.slice(0, colon), mailbox.slice(colon + 1)]
}

/** A mailbox, and the session in whose inbox it shows. */
export interface Recipient {
  readonly mailbox: Mailbox
  readonly sessionId?: string
}

export const OPERATOR: Recipient = { mailbox: 'operator' }
export const sessionMailbox = (sessionId: string): Recipient => ({ mailbox: `session:${sessionId}`, sessionId })
export const runMailbox = (run: { readonly id: string; readonly sessionId: string }): Recipient => ({
  mailbox: `run:${run.id}`,
  sessionId: run.sessionId,
})

// ---- the inbox of a session with its runs, or of the operator

export interface InboxEntry {
  readonly messageId: string
  readonly mailbox: Mailbox
  /** The position at which it came: the cursor behind it. */
  readonly position: number
  /** The place in the log of the commit with which it came. */
  readonly ref: number
}

/** What is not acknowledged. */
export interface Inbox {
  /** How many in all. It comes first: `countInText` reads it there. */
  count: number
  /** By mailbox. */
  readonly boxes: Dict<Box>
}

/** In log order, as lists side by side: an object for each message takes several times as long to parse. */
interface Box {
  readonly ids: string[]
  readonly positions: number[]
  readonly refs: number[]
}

export const inboxOf = ({ sessionId }: { readonly sessionId?: string | undefined }): string => sessionId ?? 'operator'

export function evolveInbox(inbox: Inbox = { count: 0, boxes: {} }, event: BatonEvent, owner: string): Inbox {
  switch (event.type) {
    case 'MessageDelivered':
      return put(inbox, event.data.messageId, event.data.mailbox, event)
    case 'MessageAcknowledged':
    case 'MessageDeadLettered':
    case 'MessageExpired':
      return take(inbox, event.data.messageId, event.data.mailbox)
    case 'MessageTransferred': {
      const { messageId, mailbox, to, toSessionId } = event.data
      if (owner === inboxOf(event.data)) take(inbox, messageId, mailbox)
      return owner === (toSessionId ?? 'operator') ? put(inbox, messageId, to, event) : inbox
    }
    case 'DeadLetterRequeued':
      return put(inbox, event.data.messageId, event.data.to, event)
    default:
      return inbox
  }
}

/** What waits there, in log order. */
export const entriesOf = (inbox: Inbox | undefined): InboxEntry[] =>
  Object.entries(inbox?.boxes ?? {})
    .flatMap(([mailbox, { ids, positions, refs }]) =>
      ids.map((messageId, i) => ({ messageId, mailbox, position: positions[i] as number, ref: refs[i] as number })),
    )
    .toSorted((a, b) => a.position - b.position)

/** How many wait in a mailbox. */
export const countIn = (inbox: Inbox | undefined, mailbox: Mailbox): number =>
  of(inbox?.boxes, mailbox)?.ids.length ?? 0

/** How many wait in an inbox, by its text: a full one takes longer to parse than all else that a list asks for. */
export const countInText = (json: string): number => Number(/^\{"count":(\d+)/.exec(json)?.[1])

/** Where it came last, if it waits there. Most of those that are asked for have only just come. */
export function waitsAt(inbox: Inbox | undefined, messageId: string, mailbox: Mailbox): number | undefined {
  const box = of(inbox?.boxes, mailbox)
  const at = box?.ids.lastIndexOf(messageId) ?? -1
  return at === -1 ? undefined : box?.positions[at]
}

/** One delivery of one message: it may lie in several mailboxes. */
export const entryKey = (messageId: string, mailbox: Mailbox): string => `${messageId} ${mailbox}`

function put(inbox: Inbox, messageId: string, mailbox: Mailbox, { type, position, ref }: BatonEvent): Inbox {
  const box = of(inbox.boxes, mailbox) ?? (inbox.boxes[mailbox] = { ids: [], positions: [], refs: [] })
  // Moved on, it may wait there already: whoever was in the same broadcast as its predecessor has it.
  if (type !== 'MessageDelivered' && box.ids.includes(messageId)) return inbox
  inbox.count++
  box.ids.push(messageId)
  box.positions.push(position)
  box.refs.push(ref)
  return inbox
}

function take(inbox: Inbox, messageId: string, mailbox: Mailbox): Inbox {
  const box = of(inbox.boxes, mailbox)
  const at = box?.ids.indexOf(messageId) ?? -1
  if (box === undefined || at === -1) return inbox
  inbox.count--
  for (const list of [box.ids, box.positions, box.refs]) list.splice(at, 1)
  if (box.ids.length === 0) delete inbox.boxes[mailbox]
  return inbox
}

// ---- one message with its deliveries

/** `pending` until the first settlement in log order; a requeued one is pending again. */
export interface Delivery {
  readonly sessionId?: string
  state: 'pending' | 'acknowledged' | 'expired' | 'transferred' | 'dead' | 'discarded'
  /** Where the last of it stands. */
  position: number
  at: string
  reason?: string
  /** Where it was transferred or requeued to. */
  to?: Mailbox
}

export interface Message {
  readonly id: string
  /** The commit's place in the log, and the event in it: there lies the body. */
  readonly ref: number
  readonly index: number
  readonly position: number
  readonly at: string
  readonly by: Writer
  readonly from: Mailbox
  readonly address: string
  readonly kind: string
  readonly subject?: string
  readonly taskId?: string
  readonly threadId: string
  readonly inReplyTo?: string
  readonly replyBy?: string
  readonly expiresAt?: string
  readonly deliveries: Dict<Delivery>
  /** The reply that answered it, where it is a request. */
  answeredBy?: string
  /** Nobody answered in time. */
  unanswered?: true
}

export function evolveMessage(message: Message | undefined, event: BatonEvent): Message | undefined {
  if (event.type === 'MessageSent') return messageSent(event)
  if (message === undefined) return undefined
  const { position, at } = event
  switch (event.type) {
    case 'MessageDelivered': {
      const { mailbox, sessionId } = event.data
      message.deliveries[mailbox] ??= { ...(sessionId !== undefined && { sessionId }), state: 'pending', position, at }
      return message
    }
    case 'MessageUndeliverable': {
      const { mailbox, sessionId, reason } = event.data
      message.deliveries[mailbox] = {
        ...(sessionId !== undefined && { sessionId }),
        state: 'dead',
        position,
        at,
        reason,
      }
      return message
    }
    case 'MessageAcknowledged':
      return settle(message, event.data.mailbox, { state: 'acknowledged', position, at })
    case 'MessageExpired':
      return settle(message, event.data.mailbox, { state: 'expired', position, at })
    case 'RequestAnswered':
      // Of several replies at once the first one answers; what comes too late is a message like any other.
      if (message.answeredBy === undefined && message.unanswered === undefined) message.answeredBy = event.data.replyId
      return message
    case 'RequestExpired':
      if (message.answeredBy === undefined) message.unanswered = true
      return message
    case 'MessageDeadLettered': {
      const { mailbox, sessionId, reason } = event.data
      message.deliveries[mailbox] ??= { ...(sessionId !== undefined && { sessionId }), state: 'pending', position, at }
      return settle(message, mailbox, { state: 'dead', position, at, reason })
    }
    case 'MessageTransferred': {
      const { mailbox, to, toSessionId, reason } = event.data
      settle(message, mailbox, { state: 'transferred', position, at, reason, to })
      return arrive(message, to, toSessionId, event)
    }
    case 'DeadLetterRequeued': {
      const { mailbox, to, toSessionId } = event.data
      if (mailbox !== to) settle(message, mailbox, { state: 'transferred', position, at, to }, 'dead')
      return arrive(message, to, toSessionId, event)
    }
    case 'DeadLetterDiscarded':
      return settle(
        message,
        event.data.mailbox,
        { state: 'discarded', position, at, reason: event.data.reason },
        'dead',
      )
    default:
      return message
  }
}

function messageSent({ data, ref, index, position, at, by }: BatonEvent<'MessageSent'>): Message {
  const { messageId: id, from, address, kind, subject, taskId, threadId, inReplyTo, replyBy, expiresAt } = data
  return {
    id,
    ref,
    index,
    position,
    at,
    by,
    from,
    address,
    kind,
    ...(subject !== undefined && { subject }),
    ...(taskId !== undefined && { taskId }),
    threadId,
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(replyBy !== undefined && { replyBy }),
    ...(expiresAt !== undefined && { expiresAt }),
    deliveries: {},
  }
}

type Settlement = Omit<Delivery, 'sessionId'>

/** Of several settlements the first in log order counts. */
function settle(
  message: Message,
  mailbox: Mailbox,
  settlement: Settlement,
  from: Delivery['state'] = 'pending',
): Message {
  const delivery = of(message.deliveries, mailbox)
  if (delivery?.state === from) message.deliveries[mailbox] = { ...seatOf(delivery), ...settlement }
  return message
}

const seatOf = ({ sessionId }: Delivery): Pick<Delivery, 'sessionId'> => (sessionId === undefined ? {} : { sessionId })

/** It may wait there already: who was in the same broadcast as its predecessor has it once. */
function arrive(message: Message, to: Mailbox, sessionId: string | undefined, event: BatonEvent): Message {
  if (of(message.deliveries, to)?.state === 'pending') return message
  const { position, at } = event
  message.deliveries[to] = { ...(sessionId !== undefined && { sessionId }), state: 'pending', position, at }
  return message
}
