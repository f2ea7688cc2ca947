import { evolveInbox, inboxesOf, type Inbox } from '../domain/mailbox.ts'
import type { View } from './view.ts'

/** What is not acknowledged: each session's with its runs', by the session's id, and the operator's. */
export const inboxes: View<Inbox> = { name: 'inboxes', version: 1, keys: inboxesOf, evolve: evolveInbox }
