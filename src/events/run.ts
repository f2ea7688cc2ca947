/**
 * STORED FORMAT. What happens to a run: its lifecycle, its children and its effects on `run-<id>`, its work on
 * `work-<id>`, and the places that it holds on `place-<hash>`.
 */
import { flag, number, object, oneOf, optional, text } from '../schema/schema.ts'
import { defineEvent } from './define.ts'
import { Count, ended, Id, Instant, Json, RunEnd, Values } from './pieces.ts'

export const RunStarted = defineEvent('RunStarted', 1, () => ({
  runId: Id,
  sessionId: Id,
  rootSessionId: Id,
  parentRunId: optional(Id),
  rootRunId: Id,
  depth: Count,
  effectId: optional(Id),
  harness: optional(text()),
  /** The model that was asked for; RunBegan says which one was used. */
  model: optional(text()),
  context: oneOf('isolated', 'shared'),
  runDir: optional(text()),
  worktree: optional(object({ path: text(), branch: optional(text()), baseRef: optional(text()) })),
  background: flag(),
  leaseMs: optional(Count),
  leaseUntil: optional(Instant),
  label: optional(text()),
}))

/** On `seat-<session>`: for whoever has to know that no run starts there meanwhile. */
export const RunSeated = defineEvent('RunSeated', 1, () => ({ runId: Id, sessionId: Id }))

export const RunBegan = defineEvent('RunBegan', 1, () => ({ runId: Id, modelUsed: optional(text()) }))
export const RunSuspended = defineEvent('RunSuspended', 1, () => ({ runId: Id, reason: text() }))
/** While it waits no lease runs. */
export const RunResumed = defineEvent('RunResumed', 1, () => ({
  runId: Id,
  leaseMs: optional(Count),
  leaseUntil: optional(Instant),
}))

export const RunProgressed = defineEvent('RunProgressed', 1, () => ({
  runId: Id,
  percent: optional(number()),
  step: optional(text()),
  label: optional(text()),
  usage: optional(Values),
}))

export const RunCheckpointed = defineEvent('RunCheckpointed', 1, () => ({
  runId: Id,
  label: text(),
  result: optional(Json),
}))

export const RunCompleted = defineEvent('RunCompleted', 1, () => ({
  ...ended,
  result: optional(Json),
}))

export const RunFailed = defineEvent('RunFailed', 1, () => ({
  ...ended,
  reason: oneOf('error', 'timeout', 'lost', 'budget', 'rejected'),
  error: text(),
  partial: optional(Json),
  endedWith: optional(Id),
}))

export const RunCancelled = defineEvent('RunCancelled', 1, () => ({
  ...ended,
  reason: text(),
  endedWith: optional(Id),
}))

/** On the parent's stream. */
export const ChildRunLinked = defineEvent('ChildRunLinked', 1, () => ({
  runId: Id,
  childRunId: Id,
  effectId: optional(Id),
  background: flag(),
}))

/** On the parent's stream. */
export const ChildRunSettled = defineEvent('ChildRunSettled', 1, () => ({
  runId: Id,
  childRunId: Id,
  outcome: RunEnd,
}))

export const EffectRegistered = defineEvent('EffectRegistered', 1, () => ({
  runId: Id,
  effectId: Id,
  kind: optional(text()),
  label: optional(text()),
}))

export const EffectSettled = defineEvent('EffectSettled', 1, () => ({
  runId: Id,
  effectId: Id,
  outcome: oneOf('ok', 'error', 'cancelled'),
  result: optional(Json),
  /** The run that served it. */
  childRunId: optional(Id),
}))

export const PlaceTaken = defineEvent('PlaceTaken', 1, () => ({
  path: text(),
  use: oneOf('worktree', 'runDir'),
  runId: Id,
}))

export const PlaceReleased = defineEvent('PlaceReleased', 1, () => ({ path: text(), runId: Id }))
