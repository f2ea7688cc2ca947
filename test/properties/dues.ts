/** What falls due, and when: counted from the books alone. */
import { isDeepStrictEqual } from 'node:util'
import type { SeenReplica as Replica } from './watched.ts'
import { must, type Books } from './books.ts'
import { sorted } from './equal.ts'
import type { Ledger } from './ledger.ts'

interface Due {
  readonly at: string
  readonly id: string
  readonly mailbox?: string
  readonly round?: number
  readonly leaseMs?: number
  readonly graceMs?: number
}

type Dues = Readonly<Record<string, Record<string, Due>>>

/** Whoever closes a session is left to it for so long. */
const CLOSING_MS = 10_000

/** By kind, as the view of the timers sorts them. */
function duesIn({ sessions, runs, tasks, messages, rounds }: Books): Dues {
  const kinds: Record<string, Record<string, Due>> = {}
  const add = (kind: string, key: string, due: Due): void => void ((kinds[kind] ??= {})[key] = due)
  for (const { id, lease, closingSince } of sessions.values()) {
    if (closingSince !== undefined) add('closing', id, { at: closingSince, id, graceMs: CLOSING_MS })
    if (lease !== undefined) add('sessionLeases', id, { at: lease.until, id, leaseMs: lease.ms })
  }
  for (const { id, lease } of runs.values()) {
    if (lease !== undefined) add('runLeases', id, { at: lease.until, id, leaseMs: lease.ms })
  }
  for (const { group: id, number: round, deadline, status } of rounds.values()) {
    if (status === 'open' && deadline !== undefined) add('rounds', `${id} ${round}`, { at: deadline, id, round })
  }
  for (const { id, offer } of tasks.values()) {
    if (offer?.expiresAt !== undefined) add('offers', id, { at: offer.expiresAt, id })
  }
  for (const { id, request, replyBy, expiresAt, deliveries } of messages.values()) {
    if (request === 'open' && replyBy !== undefined) add('requests', id, { at: replyBy, id })
    if (expiresAt === undefined) continue
    for (const [mailbox, { state, expires }] of deliveries) {
      if (state === 'pending' && expires) add('messages', `${id} ${mailbox}`, { at: expiresAt, id, mailbox })
    }
  }
  return kinds
}

/** The timers are what is still to come, no more and no less. */
export function assertTimers(replica: Replica, ledger: Ledger): void {
  const dues = duesIn(ledger)
  for (const kind of new Set([...replica.documents('timers').keys(), ...Object.keys(dues)])) {
    const [shown, expected] = [replica.get('timers', kind) ?? {}, dues[kind] ?? {}]
    if (isDeepStrictEqual(shown, expected)) continue
    const off = sorted(new Set([...Object.keys(shown), ...Object.keys(expected)])).filter(
      (key) => !isDeepStrictEqual((shown as Dues[string])[key], expected[key]),
    )
    const [key = ''] = off
    const both = JSON.stringify([(shown as Dues[string])[key], expected[key]])
    throw new Error(`the ${kind} that fall due: ${off.join(', ')}: ${both}`)
  }
}

/** What is due at this time, for somebody who is awake since then. */
export function dueIn(books: Books, now: number, awakeSince = 0): string[] {
  return Object.entries(duesIn(books)).flatMap(([kind, dues]) =>
    Object.entries(dues)
      .filter(([, { at, leaseMs }]) => Date.parse(at) <= now && (leaseMs === undefined || awakeSince + leaseMs <= now))
      .map(([key]) => `${kind} ${key}`),
  )
}

export function assertNothingDue(books: Books, now: number, awakeSince: number | undefined): void {
  const left = dueIn(books, now, awakeSince)
  must(left.length === 0, `it is ${new Date(now).toISOString()}, and due is still: ${left.join(', ')}`)
}
