/**
 * STORED FORMAT. What happens to a run: its lifecycle, its children and its effects on `run-<id>`, its work on
 * `work-<id>`, and the places that it holds on `place-<hash>`.
 */
import { defineEvent } from './define.ts'

export const RunStarted = defineEvent('RunStarted', 1, ({ z, Id, Instant, Count }) => ({
  runId: Id,
  sessionId: Id,
  rootSessionId: Id,
  parentRunId: z.optional(Id),
  rootRunId: Id,
  depth: Count,
  effectId: z.optional(Id),
  harness: z.optional(z.string()),
  /** The model that was asked for; RunBegan says which one was used. */
  model: z.optional(z.string()),
  context: z.enum(['isolated', 'shared']),
  runDir: z.optional(z.string()),
  worktree: z.optional(
    z.strictObject({ path: z.string(), branch: z.optional(z.string()), baseRef: z.optional(z.string()) }),
  ),
  background: z.boolean(),
  leaseMs: z.optional(Count),
  leaseUntil: z.optional(Instant),
  label: z.optional(z.string()),
}))

/** On `seat-<session>`: for whoever has to know that no run starts there meanwhile. */
export const RunSeated = defineEvent('RunSeated', 1, ({ Id }) => ({ runId: Id, sessionId: Id }))

export const RunBegan = defineEvent('RunBegan', 1, ({ z, Id }) => ({ runId: Id, modelUsed: z.optional(z.string()) }))
export const RunSuspended = defineEvent('RunSuspended', 1, ({ z, Id }) => ({ runId: Id, reason: z.string() }))
/** While it waits no lease runs. */
export const RunResumed = defineEvent('RunResumed', 1, ({ z, Id, Instant, Count }) => ({
  runId: Id,
  leaseMs: z.optional(Count),
  leaseUntil: z.optional(Instant),
}))

export const RunProgressed = defineEvent('RunProgressed', 1, ({ z, Id, Values }) => ({
  runId: Id,
  percent: z.optional(z.number()),
  step: z.optional(z.string()),
  label: z.optional(z.string()),
  usage: z.optional(Values),
}))

export const RunCheckpointed = defineEvent('RunCheckpointed', 1, ({ z, Id, Json }) => ({
  runId: Id,
  label: z.string(),
  result: z.optional(Json),
}))

export const RunCompleted = defineEvent('RunCompleted', 1, ({ z, Json, ended }) => ({
  ...ended,
  result: z.optional(Json),
}))

export const RunFailed = defineEvent('RunFailed', 1, ({ z, Id, Json, ended }) => ({
  ...ended,
  reason: z.enum(['error', 'timeout', 'lost', 'budget', 'rejected']),
  error: z.string(),
  partial: z.optional(Json),
  endedWith: z.optional(Id),
}))

export const RunCancelled = defineEvent('RunCancelled', 1, ({ z, Id, ended }) => ({
  ...ended,
  reason: z.string(),
  endedWith: z.optional(Id),
}))

/** On the parent's stream. */
export const ChildRunLinked = defineEvent('ChildRunLinked', 1, ({ z, Id }) => ({
  runId: Id,
  childRunId: Id,
  effectId: z.optional(Id),
  background: z.boolean(),
}))

/** On the parent's stream. */
export const ChildRunSettled = defineEvent('ChildRunSettled', 1, ({ Id, RunEnd }) => ({
  runId: Id,
  childRunId: Id,
  outcome: RunEnd,
}))

export const EffectRegistered = defineEvent('EffectRegistered', 1, ({ z, Id }) => ({
  runId: Id,
  effectId: Id,
  kind: z.optional(z.string()),
  label: z.optional(z.string()),
}))

export const EffectSettled = defineEvent('EffectSettled', 1, ({ z, Id, Json }) => ({
  runId: Id,
  effectId: Id,
  outcome: z.enum(['ok', 'error', 'cancelled']),
  result: z.optional(Json),
  /** The run that served it. */
  childRunId: z.optional(Id),
}))

export const PlaceTaken = defineEvent('PlaceTaken', 1, ({ z, Id }) => ({
  path: z.string(),
  use: z.enum(['worktree', 'runDir']),
  runId: Id,
}))

export const PlaceReleased = defineEvent('PlaceReleased', 1, ({ z, Id }) => ({ path: z.string(), runId: Id }))
