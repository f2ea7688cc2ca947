/** What falls due, and when: one document for each kind. Whatever settles a thing takes its timer away in the same event. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import { of } from './dict.ts'
import { entryKey } from './mailbox.ts'
import { roundKey } from './round.ts'

export const TIMER_KINDS = [
  'closing',
  'runLeases',
  'sessionLeases',
  'rounds',
  'offers',
  'requests',
  'messages',
] as const
export type TimerKind = (typeof TIMER_KINDS)[number]

export interface Timer {
  readonly at: string
  /** The session, run, task or message that it is about; the group of a round. */
  readonly id: string
  /** Of a message: the mailbox in which it expires. */
  readonly mailbox?: string
  readonly round?: number
  /** Of a lease: how long it was granted for. */
  readonly leaseMs?: number
  /** How long it is left to whoever is about it. */
  readonly graceMs?: number
}

/** Whoever closes a session does so in several commits: this long nobody finishes it in their place. */
const CLOSING_MS = 10_000

export type Timers = Dict<Timer>

/**
 * When it is due. Whoever sweeps by hand means it; for the others a lease is not due before its holder has had as long
 * as it runs to renew it, since the sweeper is awake: while a laptop sleeps nobody can.
 */
export function dueAt({ at, leaseMs = 0, graceMs = 0 }: Timer, awakeSince: number | undefined): number {
  const due = Date.parse(at)
  return awakeSince === undefined ? due : Math.max(due + graceMs, leaseMs === 0 ? 0 : awakeSince + leaseMs)
}

export function evolveTimers(timers: Timers = {}, event: BatonEvent, kind: string): Timers {
  switch (event.type) {
    case 'SessionOpened':
    case 'SessionReopened':
      return lease(timers, event.data.sessionId, event.data)
    case 'RunStarted':
    case 'RunResumed':
      return lease(timers, event.data.runId, event.data)
    case 'LeaseRenewed': {
      const { sessionId, runId, leaseUntil } = event.data
      const id = runId ?? sessionId ?? ''
      // Two at once may come in any order.
      return leaseUntil > (of(timers, id)?.at ?? '') ? lease(timers, id, event.data) : timers
    }
    case 'SessionClosing': {
      const { sessionId: id } = event.data
      return kind === 'closing' ? start(timers, id, { at: event.at, id, graceMs: CLOSING_MS }) : stop(timers, id)
    }
    case 'SessionClosed':
      return stop(timers, event.data.sessionId)
    case 'RunSuspended':
    case 'RunCompleted':
    case 'RunFailed':
    case 'RunCancelled':
      return stop(timers, event.data.runId)
    case 'RoundDispatched': {
      const { groupId: id, round, fanIn } = event.data
      return start(timers, roundKey(id, round), { at: fanIn.deadline, id, round })
    }
    case 'FanInReached':
    case 'RoundCancelled':
      return stop(timers, roundKey(event.data.groupId, event.data.round))
    case 'HandoffOffered':
      return start(timers, event.data.taskId, { at: event.data.expiresAt, id: event.data.taskId })
    case 'HandoffAccepted':
    case 'HandoffDeclined':
    case 'HandoffCancelled':
    case 'HandoffExpired':
      return stop(timers, event.data.taskId)
    case 'MessageSent':
      return kind === 'requests' ? asked(timers, event) : sent(timers, event)
    case 'RequestAnswered':
    case 'RequestExpired':
      return stop(timers, event.data.messageId)
    case 'MessageTransferred':
      return move(timers, event.data.messageId, event.data.mailbox, event.data.to)
    case 'MessageUndeliverable':
    case 'MessageAcknowledged':
    case 'MessageDeadLettered':
    case 'MessageExpired':
      return stop(timers, entryKey(event.data.messageId, event.data.mailbox))
    default:
      return timers
  }
}

function start(timers: Timers, key: string, { at, ...timer }: { at: string | undefined } & Omit<Timer, 'at'>): Timers {
  if (at !== undefined) timers[key] = { at, ...timer }
  return timers
}

function stop(timers: Timers, key: string): Timers {
  delete timers[key]
  return timers
}

const lease = (
  timers: Timers,
  id: string,
  { leaseMs, leaseUntil: at }: { readonly leaseMs?: number | undefined; readonly leaseUntil?: string | undefined },
): Timers => start(timers, id, { at, id, ...(leaseMs !== undefined && { leaseMs }) })

const asked = (timers: Timers, { data: { messageId, replyBy } }: BatonEvent<'MessageSent'>): Timers =>
  start(timers, messageId, { at: replyBy, id: messageId })

function sent(timers: Timers, { data: { messageId, to, expiresAt } }: BatonEvent<'MessageSent'>): Timers {
  for (const mailbox of to) start(timers, entryKey(messageId, mailbox), { at: expiresAt, id: messageId, mailbox })
  return timers
}

function move(timers: Timers, messageId: string, from: string, to: string): Timers {
  const timer = of(timers, entryKey(messageId, from))
  if (timer === undefined) return timers
  stop(timers, entryKey(messageId, from))
  return start(timers, entryKey(messageId, to), { ...timer, mailbox: to })
}
