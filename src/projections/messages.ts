import { evolveMessage, type Message } from '../domain/mailbox.ts'
import type { View } from './view.ts'

const messageId = ({ data }: { readonly data: { readonly messageId: string } }): readonly string[] => [data.messageId]

/** Each message with what became of its deliveries, by its id. The body stays in the log. */
export const messages: View<Message> = {
  name: 'messages',
  version: 1,
  keys: {
    MessageSent: messageId,
    MessageDelivered: messageId,
    MessageUndeliverable: messageId,
    MessageAcknowledged: messageId,
    MessageTransferred: messageId,
    MessageExpired: messageId,
    RequestAnswered: messageId,
    RequestExpired: messageId,
    MessageDeadLettered: messageId,
    DeadLetterRequeued: messageId,
    DeadLetterDiscarded: messageId,
  },
  evolve: evolveMessage,
}
