/** What waits for a session, its runs, or the operator. Reading changes nothing. */
import { countIn, entriesOf, type Delivery, type InboxEntry, type Message } from '../domain/mailbox.ts'
import { upcast, type EventData } from '../events/catalog.ts'
import type { Actor, Commit, StoredEvent } from '../log/commit.ts'
import { isForeign } from '../projections/replica.ts'
import { cursorAt, spanOf, type Bookmarks } from './bookmarks.ts'
import {
  assertDirection,
  assertLimit,
  commitAt,
  cursorOf,
  type Freshness,
  type LineCache,
  type Reading,
  type Direction,
} from './reading.ts'

/** A message where it waits. */
export interface MessageView {
  readonly id: string
  /** Where it came. */
  readonly position: number
  /** To go on behind it: the position, as it stands in this log and no other. */
  readonly cursor: string
  /** `session:<id>`, or `run:<id>` where it is for one of the session's runs. */
  readonly mailbox: string
  readonly from: string
  readonly by: Actor
  readonly sentAt: string
  readonly kind: string
  readonly subject?: string
  readonly taskId?: string
  readonly threadId: string
  readonly inReplyTo?: string
  readonly replyBy?: string
  readonly expiresAt?: string
  readonly body: string
  readonly data?: unknown
}

/** Which messages of an inbox. */
export interface InboxFilter {
  /** A session, any of its runs included; a run as `run:<id>`; `operator`. */
  readonly from?: string
  readonly kind?: string
  readonly task?: string
  /** Of an inbox, this mailbox alone. */
  readonly mailbox?: string
}

/** `after` and `before` are exclusive. */
export interface InboxOptions extends InboxFilter, Bookmarks, Freshness {
  readonly limit?: number
  /** `forward`, the default, begins with the oldest. */
  readonly direction?: Direction
}

/** Whose inbox it is, a session's id or `operator`; and which mailbox of it alone. */
export interface Inboxed {
  readonly owner: string
  readonly mailbox?: string
}

/** What is not acknowledged. `owner` is asked in the turn of the answer. */
export async function listInbox(
  reading: Reading,
  owner: () => Inboxed,
  options: InboxOptions = {},
): Promise<MessageView[]> {
  const limit = assertLimit(options.limit)
  const direction = assertDirection(options.direction)
  const span = await spanOf(reading, options, options)
  const { entries, only } = await reading.ask(options, () => {
    const { owner: id, mailbox } = owner()
    const found = entriesIn(reading, id).filter(({ position }) => position > span.after && position < span.before)
    return {
      entries: direction === 'forward' ? found : found.toReversed(),
      only: mailbox === undefined ? options : { ...options, mailbox },
    }
  })
  // What is read from here on never changes.
  const cache: LineCache = { ref: -1, commit: undefined }
  const messages: MessageView[] = []
  for (const entry of entries) {
    if (messages.length >= limit) break
    const message = await arrived(reading, entry, only, cache)
    if (message !== undefined) messages.push(message)
  }
  return messages
}

/** How many messages wait for a session and its runs, or in one of its mailboxes. */
export function countInbox({ states }: Reading, { owner, mailbox }: Inboxed): number {
  return mailbox === undefined ? states.waiting(owner) : countIn(states.inbox(owner), mailbox)
}

/** Taken now, oldest first: what is folded later belongs to another answer. */
export const entriesIn = ({ states }: Reading, owner: string): InboxEntry[] => entriesOf(states.inbox(owner))

/** A message as it came, if it is wanted. */
export async function arrived(
  reading: Reading,
  { messageId, mailbox, position, ref }: InboxEntry,
  filter: InboxFilter,
  cache?: LineCache,
): Promise<MessageView | undefined> {
  if (filter.mailbox !== undefined && filter.mailbox !== mailbox) return undefined
  const commit = await commitAt(reading.log, ref, cache)
  const came = { mailbox, position, cursor: cursorOf(position, commit.crc) }
  const index = commit.events.findIndex((event) => sentBy(event)?.messageId === messageId)
  const view = index === -1 ? await sentBefore(reading, messageId, came) : viewOf(commit, index, came)
  return view !== undefined && matches(view, filter) ? view : undefined
}

/** Most come with the commit that sent them. Those that were moved on came later: their document says where they were sent. */
async function sentBefore(reading: Reading, id: string, came: Came): Promise<MessageView | undefined> {
  const message = await reading.ask({}, () => reading.states.message(id))
  return message && viewOf(await commitAt(reading.log, message.ref), message.index, came)
}

function matches(message: MessageView, { from, kind, task }: InboxFilter): boolean {
  if (kind !== undefined && message.kind !== kind) return false
  if (task !== undefined && message.taskId !== task) return false
  return from === undefined || [message.from, message.by.id, message.from.replace(/^session:/, '')].includes(from)
}

/** A message with its body, as it came to a mailbox. */
export async function withBody(
  reading: Reading,
  message: Message,
  { mailbox, position }: Omit<Came, 'cursor'>,
  cache?: LineCache,
): Promise<MessageView> {
  const commit = await commitAt(reading.log, message.ref, cache)
  const far = position - (message.position - message.index)
  const isHere = far >= 0 && far < commit.events.length
  const cursor = isHere ? cursorOf(position, commit.crc) : await cursorAt(reading, position)
  return viewOf(commit, message.index, { mailbox, position, cursor })
}

type Came = Pick<MessageView, 'mailbox' | 'position' | 'cursor'>

function sentBy({ s, t, v, d }: StoredEvent): EventData<'MessageSent'> | undefined {
  return t === 'MessageSent' && !isForeign(s) ? (upcast(t, v, d) as EventData<'MessageSent'> | undefined) : undefined
}

function viewOf({ events, at: sentAt, by }: Commit, index: number, { mailbox, position, cursor }: Came): MessageView {
  const sent = sentBy(events[index] as StoredEvent) as EventData<'MessageSent'>
  const { messageId: id, from, kind, subject, taskId, threadId, inReplyTo, replyBy, expiresAt, body, data } = sent
  return {
    id,
    position,
    cursor,
    mailbox,
    from,
    by: { ...by },
    sentAt,
    kind,
    ...(subject !== undefined && { subject }),
    ...(taskId !== undefined && { taskId }),
    threadId,
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(replyBy !== undefined && { replyBy }),
    ...(expiresAt !== undefined && { expiresAt }),
    body,
    ...(data !== undefined && { data: structuredClone(data) }),
  }
}

/** A message with what became of each of its deliveries. */
export interface MessageStatus extends Omit<MessageView, 'mailbox'> {
  readonly address: string
  readonly deliveries: Readonly<Record<string, Delivery>>
  readonly answeredBy?: string
  /** Nobody answered in time. */
  readonly unanswered?: true
}

export async function messageStatus(
  reading: Reading,
  id: string,
  options: Freshness = {},
): Promise<MessageStatus | undefined> {
  const message = await reading.ask(options, () => structuredClone(reading.states.message(id)))
  return message === undefined ? undefined : statusOf(reading, message)
}

/** `message` is the caller's: a copy, as it was in the turn of the answer. */
export async function statusOf(reading: Reading, message: Message, cache?: LineCache): Promise<MessageStatus> {
  const { address, answeredBy, unanswered, deliveries, position } = message
  const { mailbox: _, ...view } = await withBody(reading, message, { mailbox: '', position }, cache)
  return {
    ...view,
    address,
    deliveries,
    ...(answeredBy !== undefined && { answeredBy }),
    ...(unanswered === true && { unanswered }),
  }
}
