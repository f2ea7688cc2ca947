/** STORED FORMAT. What happens to a session: on `session-<id>`, its lease on `lease-<id>`. */
import * as z from 'zod'
import { defineEvent } from './define.ts'
import { Count, Id, Instant, Outcome, Values } from './shapes.ts'

export const SessionOpened = defineEvent('SessionOpened', 1, {
  sessionId: Id,
  rootSessionId: Id,
  parentSessionId: Id.optional(),
  depth: Count,
  label: z.string().optional(),
  harness: z.string().optional(),
  model: z.string().optional(),
  cwd: z.string().optional(),
  leaseMs: Count.optional(),
  leaseUntil: Instant.optional(),
  meta: Values.optional(),
})

/** From here on nothing can be attached to the session; what it holds is moved next. */
export const SessionClosing = defineEvent('SessionClosing', 1, {
  sessionId: Id,
  outcome: Outcome,
  reason: z.string().optional(),
  successorId: Id.optional(),
})

export const SessionClosed = defineEvent('SessionClosed', 1, {
  sessionId: Id,
  outcome: Outcome,
  reason: z.string().optional(),
  successorId: Id.optional(),
})

export const SessionReopened = defineEvent('SessionReopened', 1, {
  sessionId: Id,
  leaseMs: Count.optional(),
  leaseUntil: Instant.optional(),
})

/** Of a session or of a run, whichever is named. */
export const LeaseRenewed = defineEvent('LeaseRenewed', 1, {
  sessionId: Id.optional(),
  runId: Id.optional(),
  /** How long it was granted for: the time of the commit is later than that of the grant. */
  leaseMs: Count.optional(),
  leaseUntil: Instant,
})
