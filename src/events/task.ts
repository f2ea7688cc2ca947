/** STORED FORMAT. What happens to a task, on `task-<id>`. */
import * as z from 'zod/mini'
import { defineEvent } from './define.ts'
import { Count, Id, Instant } from './shapes.ts'

const taskId = Id
const reason = z.optional(z.string())

export const TaskOpened = defineEvent('TaskOpened', 1, () => ({ taskId, title: z.string() }))
export const ParticipantJoined = defineEvent('ParticipantJoined', 1, () => ({ taskId, sessionId: Id }))
export const ParticipantLeft = defineEvent('ParticipantLeft', 1, () => ({ taskId, sessionId: Id, reason }))

const status = z.enum(['open', 'in_progress', 'blocked'])
export const TaskStatusChanged = defineEvent('TaskStatusChanged', 1, () => ({
  taskId,
  from: status,
  to: status,
  reason,
}))

/** `owner` and `participants` as they were: it leaves their seats. */
export const TaskClosed = defineEvent('TaskClosed', 1, () => ({
  taskId,
  outcome: z.enum(['done', 'failed', 'cancelled']),
  reason,
  owner: z.optional(Id),
  participants: z.array(Id),
}))

/** The epoch rises at every change of owner: whoever passes an older one is too late. */
export const OwnershipTransferred = defineEvent('OwnershipTransferred', 1, () => ({
  taskId,
  from: z.optional(Id),
  to: Id,
  epoch: Count,
  mode: z.enum(['opened', 'claimed', 'assigned', 'handoff', 'accepted', 'succession']),
  reason,
}))

export const OwnerReleased = defineEvent('OwnerReleased', 1, () => ({ taskId, from: Id, epoch: Count, reason }))

const offer = { taskId, offerId: Id, from: Id, to: Id }

export const HandoffOffered = defineEvent('HandoffOffered', 1, () => ({
  ...offer,
  context: z.optional(z.string()),
  expiresAt: z.optional(Instant),
}))
export const HandoffAccepted = defineEvent('HandoffAccepted', 1, () => offer)
export const HandoffDeclined = defineEvent('HandoffDeclined', 1, () => ({ ...offer, reason: z.string() }))
export const HandoffCancelled = defineEvent('HandoffCancelled', 1, () => ({ ...offer, reason: z.string() }))
export const HandoffExpired = defineEvent('HandoffExpired', 1, () => offer)
