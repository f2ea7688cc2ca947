/** STORED FORMAT. What happens to a session: on `session-<id>`, its lease on `lease-<id>`. */
import { optional, text } from '../schema/schema.ts'
import { defineEvent } from './define.ts'
import { Count, Id, Instant, Outcome, Values } from './pieces.ts'

export const SessionOpened = defineEvent('SessionOpened', 1, () => ({
  sessionId: Id,
  rootSessionId: Id,
  parentSessionId: optional(Id),
  depth: Count,
  label: optional(text()),
  harness: optional(text()),
  model: optional(text()),
  cwd: optional(text()),
  leaseMs: optional(Count),
  leaseUntil: optional(Instant),
  meta: optional(Values),
}))

/** From here on nothing can be attached to the session; what it holds is moved next. */
export const SessionClosing = defineEvent('SessionClosing', 1, () => ({
  sessionId: Id,
  outcome: Outcome,
  reason: optional(text()),
  successorId: optional(Id),
}))

export const SessionClosed = defineEvent('SessionClosed', 1, () => ({
  sessionId: Id,
  outcome: Outcome,
  reason: optional(text()),
  successorId: optional(Id),
}))

export const SessionReopened = defineEvent('SessionReopened', 1, () => ({
  sessionId: Id,
  leaseMs: optional(Count),
  leaseUntil: optional(Instant),
}))

/** Of a session or of a run, whichever is named. */
export const LeaseRenewed = defineEvent('LeaseRenewed', 1, () => ({
  sessionId: optional(Id),
  runId: optional(Id),
  /** How long it was granted for: the time of the commit is later than that of the grant. */
  leaseMs: optional(Count),
  leaseUntil: Instant,
}))
