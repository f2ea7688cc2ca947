import { evolveMessage, messagesOf, type Message } from '../domain/mailbox.ts'
import type { View } from './view.ts'

/** Each message with what became of its deliveries, by its id. The body stays in the log. */
export const messages: View<Message> = { name: 'messages', version: 1, keys: messagesOf, evolve: evolveMessage }
