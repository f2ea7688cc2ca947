/**
 * STORED FORMAT. What happens to a run: its lifecycle, its children and its effects on `run-<id>`, its work on
 * `work-<id>`, and the places that it holds on `place-<hash>`.
 */
import * as z from 'zod'
import { defineEvent } from './define.ts'
import { Count, Id, Instant, Json, RunEnd, Values } from './shapes.ts'

export const RunStarted = defineEvent('RunStarted', 1, {
  runId: Id,
  sessionId: Id,
  rootSessionId: Id,
  parentRunId: Id.optional(),
  rootRunId: Id,
  depth: Count,
  effectId: Id.optional(),
  harness: z.string().optional(),
  /** The model that was asked for; RunBegan says which one was used. */
  model: z.string().optional(),
  context: z.enum(['isolated', 'shared']),
  runDir: z.string().optional(),
  worktree: z
    .strictObject({ path: z.string(), branch: z.string().optional(), baseRef: z.string().optional() })
    .optional(),
  background: z.boolean(),
  leaseMs: Count.optional(),
  leaseUntil: Instant.optional(),
  label: z.string().optional(),
})

/** On `seat-<session>`: for whoever has to know that no run starts there meanwhile. */
export const RunSeated = defineEvent('RunSeated', 1, { runId: Id, sessionId: Id })

export const RunBegan = defineEvent('RunBegan', 1, { runId: Id, modelUsed: z.string().optional() })
export const RunSuspended = defineEvent('RunSuspended', 1, { runId: Id, reason: z.string() })
/** While it waits no lease runs. */
export const RunResumed = defineEvent('RunResumed', 1, {
  runId: Id,
  leaseMs: Count.optional(),
  leaseUntil: Instant.optional(),
})

export const RunProgressed = defineEvent('RunProgressed', 1, {
  runId: Id,
  percent: z.number().optional(),
  step: z.string().optional(),
  label: z.string().optional(),
  usage: Values.optional(),
})

export const RunCheckpointed = defineEvent('RunCheckpointed', 1, {
  runId: Id,
  label: z.string(),
  result: Json.optional(),
})

/** `sessionId` says whose seat it leaves. */
const ended = { runId: Id, sessionId: Id }
/** The run whose end ended this one too. */
const endedWith = Id.optional()

export const RunCompleted = defineEvent('RunCompleted', 1, { ...ended, result: Json.optional() })

export const RunFailed = defineEvent('RunFailed', 1, {
  ...ended,
  reason: z.enum(['error', 'timeout', 'lost', 'budget', 'rejected']),
  error: z.string(),
  partial: Json.optional(),
  endedWith,
})

export const RunCancelled = defineEvent('RunCancelled', 1, { ...ended, reason: z.string(), endedWith })

/** On the parent's stream. */
export const ChildRunLinked = defineEvent('ChildRunLinked', 1, {
  runId: Id,
  childRunId: Id,
  effectId: Id.optional(),
  background: z.boolean(),
})

/** On the parent's stream. */
export const ChildRunSettled = defineEvent('ChildRunSettled', 1, { runId: Id, childRunId: Id, outcome: RunEnd })

export const EffectRegistered = defineEvent('EffectRegistered', 1, {
  runId: Id,
  effectId: Id,
  kind: z.string().optional(),
  label: z.string().optional(),
})

export const EffectSettled = defineEvent('EffectSettled', 1, {
  runId: Id,
  effectId: Id,
  outcome: z.enum(['ok', 'error', 'cancelled']),
  result: Json.optional(),
  /** The run that served it. */
  childRunId: Id.optional(),
})

export const PlaceTaken = defineEvent('PlaceTaken', 1, {
  path: z.string(),
  use: z.enum(['worktree', 'runDir']),
  runId: Id,
})

export const PlaceReleased = defineEvent('PlaceReleased', 1, { path: z.string(), runId: Id })
