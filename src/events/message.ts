/**
 * STORED FORMAT. Messages and their deliveries. MessageSent stands on the sender's mailbox stream, what becomes of a
 * delivery on that of the mailbox it lies in. `sessionId` says in whose inbox a mailbox shows.
 */
import { list, optional, text } from '../schema/schema.ts'
import { defineEvent } from './define.ts'
import { delivery, destination, Id, Instant, Json, Mailbox } from './pieces.ts'

export const MessageSent = defineEvent('MessageSent', 1, () => ({
  messageId: Id,
  from: Mailbox,
  /** The address as it was written, and the mailboxes that it meant. */
  address: text(),
  to: list(Mailbox),
  taskId: optional(Id),
  kind: text(),
  subject: optional(text()),
  body: text(),
  data: optional(Json),
  inReplyTo: optional(Id),
  threadId: Id,
  /** Makes it a request: the first reply until then answers it. */
  replyBy: optional(Instant),
  expiresAt: optional(Instant),
}))

export const MessageDelivered = defineEvent('MessageDelivered', 1, () => delivery)
export const MessageUndeliverable = defineEvent('MessageUndeliverable', 1, () => ({
  ...delivery,
  reason: text(),
}))
export const MessageAcknowledged = defineEvent('MessageAcknowledged', 1, () => delivery)

export const MessageTransferred = defineEvent('MessageTransferred', 1, () => ({
  ...delivery,
  ...destination,
  reason: text(),
}))
export const MessageDeadLettered = defineEvent('MessageDeadLettered', 1, () => ({
  ...delivery,
  reason: text(),
}))
export const MessageExpired = defineEvent('MessageExpired', 1, () => delivery)

/** On the stream of the mailbox that asked. The first of these counts. */
export const RequestAnswered = defineEvent('RequestAnswered', 1, () => ({ ...delivery, replyId: Id }))
export const RequestExpired = defineEvent('RequestExpired', 1, () => delivery)

export const DeadLetterRequeued = defineEvent('DeadLetterRequeued', 1, () => ({
  ...delivery,
  ...destination,
}))
export const DeadLetterDiscarded = defineEvent('DeadLetterDiscarded', 1, () => ({
  ...delivery,
  reason: text(),
}))
