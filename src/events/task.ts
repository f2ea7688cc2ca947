/** STORED FORMAT. What happens to a task, on `task-<id>`. */
import { defineEvent } from './define.ts'

export const TaskOpened = defineEvent('TaskOpened', 1, ({ z, Id }) => ({ taskId: Id, title: z.string() }))
export const ParticipantJoined = defineEvent('ParticipantJoined', 1, ({ Id }) => ({ taskId: Id, sessionId: Id }))
export const ParticipantLeft = defineEvent('ParticipantLeft', 1, ({ z, Id }) => ({
  taskId: Id,
  sessionId: Id,
  reason: z.optional(z.string()),
}))

export const TaskStatusChanged = defineEvent('TaskStatusChanged', 1, ({ z, Id, TaskStatus }) => ({
  taskId: Id,
  from: TaskStatus,
  to: TaskStatus,
  reason: z.optional(z.string()),
}))

/** `owner` and `participants` as they were: it leaves their seats. */
export const TaskClosed = defineEvent('TaskClosed', 1, ({ z, Id }) => ({
  taskId: Id,
  outcome: z.enum(['done', 'failed', 'cancelled']),
  reason: z.optional(z.string()),
  owner: z.optional(Id),
  participants: z.array(Id),
}))

/** The epoch rises at every change of owner: whoever passes an older one is too late. */
export const OwnershipTransferred = defineEvent('OwnershipTransferred', 1, ({ z, Id, Count }) => ({
  taskId: Id,
  from: z.optional(Id),
  to: Id,
  epoch: Count,
  mode: z.enum(['opened', 'claimed', 'assigned', 'handoff', 'accepted', 'succession']),
  reason: z.optional(z.string()),
}))

export const OwnerReleased = defineEvent('OwnerReleased', 1, ({ z, Id, Count }) => ({
  taskId: Id,
  from: Id,
  epoch: Count,
  reason: z.optional(z.string()),
}))

export const HandoffOffered = defineEvent('HandoffOffered', 1, ({ z, Instant, offer }) => ({
  ...offer,
  context: z.optional(z.string()),
  expiresAt: z.optional(Instant),
}))
export const HandoffAccepted = defineEvent('HandoffAccepted', 1, ({ offer }) => offer)
export const HandoffDeclined = defineEvent('HandoffDeclined', 1, ({ z, offer }) => ({ ...offer, reason: z.string() }))
export const HandoffCancelled = defineEvent('HandoffCancelled', 1, ({ z, offer }) => ({ ...offer, reason: z.string() }))
export const HandoffExpired = defineEvent('HandoffExpired', 1, ({ offer }) => offer)
