/** What waits for a session, its runs, or the operator. Reading changes nothing. */
import { of } from '../domain/dict.ts'
import { unknownSession } from '../domain/find.ts'
import type { Delivery, InboxEntry, Message } from '../domain/mailbox.ts'
import type { Actor } from '../log/commit.ts'
import { assertLimit, eventAt, type Freshness, type LineCache, type Reading } from './reading.ts'

export interface MessageView {
  readonly id: string
  /** Where it stands in its log: the cursor to go on from. */
  readonly position: number
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

export interface InboxFilter {
  /** A session, any of its runs included; a run as `run:<id>`; `operator`. */
  readonly from?: string
  readonly kind?: string
  readonly task?: string
  /** Of an inbox, this mailbox alone. */
  readonly mailbox?: string
}

export interface InboxOptions extends InboxFilter, Freshness {
  readonly limit?: number
  /** Exclusive. */
  readonly after?: number
}

/** What is not acknowledged, oldest first. `owner` is a session's id, or `operator`. */
export async function listInbox(reading: Reading, owner: string, options: InboxOptions = {}): Promise<MessageView[]> {
  await reading.reach(options)
  const limit = assertLimit(options.limit)
  const found: MessageView[] = []
  for (const entry of entriesAfter(reading, owner, options.after ?? 0)) {
    if (found.length >= limit) break
    const message = matching(reading, entry, options)
    if (message !== undefined) found.push(await withBody(reading, message, entry))
  }
  return found
}

/** How many messages wait for a session and its runs, or in one of its mailboxes. */
export function countInbox({ states }: Reading, owner: string, mailbox: string | undefined): number {
  const counts = states.inbox(owner)?.counts ?? {}
  if (mailbox !== undefined) return of(counts, mailbox) ?? 0
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Taken now: what is folded later belongs to another answer. */
export function entriesAfter(reading: Reading, owner: string, after: number): InboxEntry[] {
  if (owner !== 'operator' && reading.states.session(owner) === undefined) unknownSession(reading.states, owner)
  return Object.values(reading.states.inbox(owner)?.entries ?? {}).filter(({ position }) => position > after)
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
  { log }: Reading,
  message: Message,
  at: Pick<InboxEntry, 'mailbox' | 'position'>,
  cache?: LineCache,
): Promise<MessageView> {
  const { id, from, by, at: sentAt, kind, subject, taskId, threadId, inReplyTo, replyBy, expiresAt } = message
  const place = { ref: message.ref, index: message.index, position: message.position }
  const { body, data } = (await eventAt(log, place, cache)).data as { body: string; data?: unknown }
  return {
    id,
    position: at.position,
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
  await reading.reach(options)
  const message = reading.states.message(id)
  if (message === undefined) return undefined
  const { address, answeredBy, unanswered } = message
  const deliveries = structuredClone(message.deliveries)
  const { mailbox: _, ...view } = await withBody(reading, message, { mailbox: '', position: message.position })
  return {
    ...view,
    address,
    deliveries,
    ...(answeredBy !== undefined && { answeredBy }),
    ...(unanswered === true && { unanswered }),
  }
}
