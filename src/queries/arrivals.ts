/**
 * What came into inboxes lately, so that whoever follows one need not look through all that waits there for what is new.
 * As many as fit; whoever is further behind looks into the inbox itself.
 */
import { inboxOf, type InboxEntry } from '../domain/mailbox.ts'
import type { Judged } from '../log/judging.ts'
import { isForeign } from '../projections/replica.ts'

export interface Arrivals {
  /** To be called with every line that is folded. */
  readonly observe: (judged: Judged) => void
  /** What came to an owner behind a position, oldest first; undefined where that is too long ago to be known. */
  readonly since: (owner: string, position: number) => InboxEntry[] | undefined
}

interface Arrival extends InboxEntry {
  readonly owner: string
}

const KEPT = 4_096

export function createArrivals(kept = KEPT): Arrivals {
  let ring: Arrival[] = []
  /** How many there were: the newest is at `(count - 1) % kept`. */
  let count = 0
  /** All that came in between is known, but for what the ring has dropped. */
  let [from, to] = [0, -1]

  function observe({ commit, entry, raises, position }: Judged): void {
    if (commit === undefined || raises === undefined) return
    if (position !== to + 1) forget(position)
    for (const [i, { s, t, d }] of commit.events.entries()) {
      if (isForeign(s)) continue
      const arrival = arrivalOf(t, d, { position: position + i, ref: entry.ref })
      if (arrival === undefined) continue
      const dropped = ring[count % kept]
      if (dropped !== undefined) from = dropped.position
      ring[count++ % kept] = arrival
    }
    to = position + raises.length - 1
  }

  /** The fold began somewhere: at the beginning once more, or behind a snapshot. */
  function forget(position: number): void {
    ring = []
    count = 0
    from = position - 1
  }

  return {
    observe,
    since(owner, position) {
      if (to === -1 || position < from) return undefined
      const found: InboxEntry[] = []
      for (let i = count - 1; i >= 0 && i >= count - kept; i--) {
        const arrival = ring[i % kept] as Arrival
        if (arrival.position <= position) break
        if (arrival.owner === owner) found.push(arrival)
      }
      return found.toReversed()
    },
  }
}

interface Delivery {
  readonly messageId: string
  readonly mailbox: string
  readonly sessionId?: string
  readonly to: string
  readonly toSessionId?: string
}

/** The events by which something comes into an inbox, as the view of the inboxes knows them. */
function arrivalOf(type: string, data: unknown, place: Pick<Arrival, 'position' | 'ref'>): Arrival | undefined {
  const { messageId, mailbox, to, sessionId, toSessionId } = (data ?? {}) as Delivery
  switch (type) {
    case 'MessageDelivered':
      return { messageId, mailbox, ...place, owner: inboxOf({ sessionId }) }
    case 'MessageTransferred':
    case 'DeadLetterRequeued':
      return { messageId, mailbox: to, ...place, owner: inboxOf({ sessionId: toSessionId }) }
    default:
      return undefined
  }
}
