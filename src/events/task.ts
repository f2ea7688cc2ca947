/** STORED FORMAT. What happens to a task, on `task-<id>`. */
import { list, oneOf, optional, text } from '../schema/schema.ts'
import { defineEvent } from './define.ts'
import { Count, Id, Instant, offer, TaskStatus } from './pieces.ts'

export const TaskOpened = defineEvent('TaskOpened', 1, () => ({ taskId: Id, title: text() }))
export const ParticipantJoined = defineEvent('ParticipantJoined', 1, () => ({ taskId: Id, sessionId: Id }))
export const ParticipantLeft = defineEvent('ParticipantLeft', 1, () => ({
  taskId: Id,
  sessionId: Id,
  reason: optional(text()),
}))

export const TaskStatusChanged = defineEvent('TaskStatusChanged', 1, () => ({
  taskId: Id,
  from: TaskStatus,
  to: TaskStatus,
  reason: optional(text()),
}))

/** `owner` and `participants` as they were: it leaves their seats. */
export const TaskClosed = defineEvent('TaskClosed', 1, () => ({
  taskId: Id,
  outcome: oneOf('done', 'failed', 'cancelled'),
  reason: optional(text()),
  owner: optional(Id),
  participants: list(Id),
}))

/** The epoch rises at every change of owner: whoever passes an older one is too late. */
export const OwnershipTransferred = defineEvent('OwnershipTransferred', 1, () => ({
  taskId: Id,
  from: optional(Id),
  to: Id,
  epoch: Count,
  mode: oneOf('opened', 'claimed', 'assigned', 'handoff', 'accepted', 'succession'),
  reason: optional(text()),
}))

export const OwnerReleased = defineEvent('OwnerReleased', 1, () => ({
  taskId: Id,
  from: Id,
  epoch: Count,
  reason: optional(text()),
}))

export const HandoffOffered = defineEvent('HandoffOffered', 1, () => ({
  ...offer,
  context: optional(text()),
  expiresAt: optional(Instant),
}))
export const HandoffAccepted = defineEvent('HandoffAccepted', 1, () => offer)
export const HandoffDeclined = defineEvent('HandoffDeclined', 1, () => ({ ...offer, reason: text() }))
export const HandoffCancelled = defineEvent('HandoffCancelled', 1, () => ({ ...offer, reason: text() }))
export const HandoffExpired = defineEvent('HandoffExpired', 1, () => offer)
