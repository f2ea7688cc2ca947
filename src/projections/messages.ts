import { evolveMessage, type Message } from '../domain/mailbox.ts'
import type { View } from './view.ts'

const messageId = ({ data }: { readonly data: { readonly messageId: string } }): readonly string[] => [data.messageId]

/** Each message with what became of its deliveries, by its id. The body stays in the log. */
export const messages: View<Message> = {
  name: 'messages',
  version: 1,
  keys: {
    // A reply changes what it answers.
    MessageSent: ({ data: { messageId: id, inReplyTo } }) =>
      inReplyTo === undefined || inReplyTo === id ? [id] : [id, inReplyTo],
    MessageDelivered: messageId,
    MessageUndeliverable: messageId,
    MessageAcknowledged: messageId,
    MessageTransferred: messageId,
    MessageDeadLettered: messageId,
    DeadLetterRequeued: messageId,
    DeadLetterDiscarded: messageId,
  },
  evolve: evolveMessage,
}
