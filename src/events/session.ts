/** STORED FORMAT. What happens to a session: on `session-<id>`, its lease on `lease-<id>`. */
import { defineEvent } from './define.ts'

export const SessionOpened = defineEvent('SessionOpened', 1, ({ z, Id, Instant, Count, Values }) => ({
  sessionId: Id,
  rootSessionId: Id,
  parentSessionId: z.optional(Id),
  depth: Count,
  label: z.optional(z.string()),
  harness: z.optional(z.string()),
  model: z.optional(z.string()),
  cwd: z.optional(z.string()),
  leaseMs: z.optional(Count),
  leaseUntil: z.optional(Instant),
  meta: z.optional(Values),
}))

/** From here on nothing can be attached to the session; what it holds is moved next. */
export const SessionClosing = defineEvent('SessionClosing', 1, ({ z, Id, Outcome }) => ({
  sessionId: Id,
  outcome: Outcome,
  reason: z.optional(z.string()),
  successorId: z.optional(Id),
}))

export const SessionClosed = defineEvent('SessionClosed', 1, ({ z, Id, Outcome }) => ({
  sessionId: Id,
  outcome: Outcome,
  reason: z.optional(z.string()),
  successorId: z.optional(Id),
}))

export const SessionReopened = defineEvent('SessionReopened', 1, ({ z, Id, Instant, Count }) => ({
  sessionId: Id,
  leaseMs: z.optional(Count),
  leaseUntil: z.optional(Instant),
}))

/** Of a session or of a run, whichever is named. */
export const LeaseRenewed = defineEvent('LeaseRenewed', 1, ({ z, Id, Instant, Count }) => ({
  sessionId: z.optional(Id),
  runId: z.optional(Id),
  /** How long it was granted for: the time of the commit is later than that of the grant. */
  leaseMs: z.optional(Count),
  leaseUntil: Instant,
}))
