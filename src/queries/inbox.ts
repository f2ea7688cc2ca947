/** What waits for a session, its runs, or the operator. Reading changes nothing. */
import { of } from '../domain/dict.ts'
import { unknownSession } from '../domain/find.ts'
import { entriesOf, type Delivery, type InboxEntry, type Message } from '../domain/mailbox.ts'
import type { Actor, StoredEvent } from '../log/commit.ts'
import { cursorAt, spanOf, type Bookmarks, type Span } from './bookmarks.ts'
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
  const found = await reading.ask(options, () => waiting(reading, owner(), { ...options, ...span, direction, limit }))
  const cache: LineCache = { ref: -1, commit: undefined }
  const messages: MessageView[] = []
  for (const each of found) messages.push(await withBody(reading, each.message, each.entry, cache))
  return messages
}

/** A message where it waits. */
interface Waiting {
  readonly entry: InboxEntry
  readonly message: Message
}

interface Wanted extends InboxFilter, Span {
  readonly direction: Direction
  readonly limit: number
}

function waiting(
  reading: Reading,
  { owner, mailbox }: Inboxed,
  { after, before, direction, limit, ...filter }: Wanted,
): Waiting[] {
  assertOwner(reading, owner)
  const found: Waiting[] = []
  const entries = entriesIn(reading, owner)
  for (const entry of direction === 'forward' ? entries : entries.toReversed()) {
    if (found.length >= limit) break
    if (entry.position <= after || entry.position >= before) continue
    const message = matching(reading, entry, mailbox === undefined ? filter : { ...filter, mailbox })
    if (message !== undefined) found.push({ entry, message })
  }
  return found
}

/** How many messages wait for a session and its runs, or in one of its mailboxes. */
export function countInbox({ states }: Reading, { owner, mailbox }: Inboxed): number {
  const counts = states.inbox(owner)?.counts ?? {}
  if (mailbox !== undefined) return of(counts, mailbox) ?? 0
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Taken now, oldest first: what is folded later belongs to another answer. */
export const entriesIn = ({ states }: Reading, owner: string): InboxEntry[] => entriesOf(states.inbox(owner))

export function assertOwner({ states }: Reading, owner: string): void {
  if (owner !== 'operator' && states.session(owner) === undefined) unknownSession(states, owner)
}

export function matching(
  reading: Reading,
  entry: InboxEntry,
  { from, kind, task, mailbox }: InboxFilter,
): Message | undefined {
  const message = reading.states.message(entry.messageId)
  if (message === undefined || (mailbox !== undefined && mailbox !== entry.mailbox)) return undefined
  if (kind !== undefined && message.kind !== kind) return undefined
  if (task !== undefined && message.taskId !== task) return undefined
  if (from !== undefined && ![message.from, message.by.id, message.from.replace(/^session:/, '')].includes(from))
    return undefined
  return message
}

export async function withBody(
  reading: Reading,
  message: Message,
  at: Pick<InboxEntry, 'mailbox' | 'position'>,
  cache?: LineCache,
): Promise<MessageView> {
  const { id, from, by, at: sentAt, kind, subject, taskId, threadId, inReplyTo, replyBy, expiresAt } = message
  const commit = await commitAt(reading.log, message.ref, cache)
  const { body, data } = (commit.events[message.index] as StoredEvent).d as { body: string; data?: unknown }
  // Most come with the commit that sent them; those that were moved on came later.
  const far = at.position - (message.position - message.index)
  const isHere = far >= 0 && far < commit.events.length
  return {
    id,
    position: at.position,
    cursor: isHere ? cursorOf(at.position, commit.crc) : await cursorAt(reading, at.position),
    mailbox: at.mailbox,
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
