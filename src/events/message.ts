/**
 * STORED FORMAT. Messages and their deliveries. MessageSent stands on the sender's mailbox stream, what becomes of a
 * delivery on that of the mailbox it lies in. `sessionId` says in whose inbox a mailbox shows.
 */
import { list, optional, text } from '../schema/schema.ts'
import { defineEvent } from './define.ts'
import { delivery, destination, Id, Instant, Json, Mailbox } from './pieces.ts'

const MessageSent = defineEvent('MessageSent', 1, () => ({
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

const MessageDelivered = defineEvent('MessageDelivered', 1, () => delivery)
const MessageUndeliverable = defineEvent('MessageUndeliverable', 1, () => ({
  ...delivery,
  reason: text(),
}))
const MessageAcknowledged = defineEvent('MessageAcknowledged', 1, () => delivery)

const MessageTransferred = defineEvent('MessageTransferred', 1, () => ({
  ...delivery,
  ...destination,
  reason: text(),
}))
const MessageDeadLettered = defineEvent('MessageDeadLettered', 1, () => ({
  ...delivery,
  reason: text(),
}))
const MessageExpired = defineEvent('MessageExpired', 1, () => delivery)

/** On the stream of the mailbox that asked. The first of these counts. */
const RequestAnswered = defineEvent('RequestAnswered', 1, () => ({ ...delivery, replyId: Id }))
const RequestExpired = defineEvent('RequestExpired', 1, () => delivery)

const DeadLetterRequeued = defineEvent('DeadLetterRequeued', 1, () => ({
  ...delivery,
  ...destination,
}))
const DeadLetterDiscarded = defineEvent('DeadLetterDiscarded', 1, () => ({
  ...delivery,
  reason: text(),
}))

export const message = {
  DeadLetterDiscarded,
  DeadLetterRequeued,
  MessageAcknowledged,
  MessageDeadLettered,
  MessageDelivered,
  MessageExpired,
  MessageSent,
  MessageTransferred,
  MessageUndeliverable,
  RequestAnswered,
  RequestExpired,
}
