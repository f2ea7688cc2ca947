import { evolveInbox, inboxOf, type Inbox } from '../domain/mailbox.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

const there = ({
  data,
}: BatonEvent<'MessageDelivered' | 'MessageAcknowledged' | 'MessageDeadLettered' | 'MessageExpired'>) => [inboxOf(data)]
const goal = ({ toSessionId }: { readonly toSessionId?: string | undefined }) => inboxOf({ sessionId: toSessionId })

/** What is not acknowledged: each session's with its runs', by the session's id, and the operator's. */
export const inboxes: View<Inbox> = {
  name: 'inboxes',
  version: 3,
  keys: {
    MessageDelivered: there,
    MessageAcknowledged: there,
    MessageDeadLettered: there,
    MessageExpired: there,
    MessageTransferred: ({ data }) => [inboxOf(data), goal(data)],
    DeadLetterRequeued: ({ data }) => [goal(data)],
  },
  evolve: evolveInbox,
}
