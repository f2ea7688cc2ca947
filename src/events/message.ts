/**
 * STORED FORMAT. Messages and their deliveries. MessageSent stands on the sender's mailbox stream, what becomes of a
 * delivery on that of the mailbox it lies in. `sessionId` says in whose inbox a mailbox shows.
 */
import { defineEvent } from './define.ts'

export const MessageSent = defineEvent('MessageSent', 1, ({ z, Id, Mailbox, Instant, Json }) => ({
  messageId: Id,
  from: Mailbox,
  /** The address as it was written, and the mailboxes that it meant. */
  address: z.string(),
  to: z.array(Mailbox),
  taskId: z.optional(Id),
  kind: z.string(),
  subject: z.optional(z.string()),
  body: z.string(),
  data: z.optional(Json),
  inReplyTo: z.optional(Id),
  threadId: Id,
  /** Makes it a request: the first reply until then answers it. */
  replyBy: z.optional(Instant),
  expiresAt: z.optional(Instant),
}))

export const MessageDelivered = defineEvent('MessageDelivered', 1, ({ delivery }) => delivery)
export const MessageUndeliverable = defineEvent('MessageUndeliverable', 1, ({ z, delivery }) => ({
  ...delivery,
  reason: z.string(),
}))
export const MessageAcknowledged = defineEvent('MessageAcknowledged', 1, ({ delivery }) => delivery)

export const MessageTransferred = defineEvent('MessageTransferred', 1, ({ z, delivery, destination }) => ({
  ...delivery,
  ...destination,
  reason: z.string(),
}))
export const MessageDeadLettered = defineEvent('MessageDeadLettered', 1, ({ z, delivery }) => ({
  ...delivery,
  reason: z.string(),
}))
export const MessageExpired = defineEvent('MessageExpired', 1, ({ delivery }) => delivery)

/** On the stream of the mailbox that asked. The first of these counts. */
export const RequestAnswered = defineEvent('RequestAnswered', 1, ({ Id, delivery }) => ({ ...delivery, replyId: Id }))
export const RequestExpired = defineEvent('RequestExpired', 1, ({ delivery }) => delivery)

export const DeadLetterRequeued = defineEvent('DeadLetterRequeued', 1, ({ delivery, destination }) => ({
  ...delivery,
  ...destination,
}))
export const DeadLetterDiscarded = defineEvent('DeadLetterDiscarded', 1, ({ z, delivery }) => ({
  ...delivery,
  reason: z.string(),
}))
