import * as z from 'zod/mini'
import { decideStartRun } from '../domain/rules/start-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('StartRun', ({ AbsolutePath, Id, LeaseMs, Short }) => ({
  runId: z.optional(Id),
  sessionId: z.optional(Id),
  parentRunId: z.optional(Id),
  /** The piece of the parent's work that it serves. */
  effectId: z.optional(Id),
  harness: z.optional(Short),
  model: z.optional(Short),
  isolation: z.optional(
    z.strictObject({
      context: z.optional(z.enum(['isolated', 'shared'])),
      runDir: z.optional(AbsolutePath),
      worktree: z.optional(
        z.strictObject({ path: AbsolutePath, branch: z.optional(Short), baseRef: z.optional(Short) }),
      ),
    }),
  ),
  /** It may outlive its parent. */
  background: z.optional(z.boolean()),
  leaseMs: z.optional(LeaseMs),
  label: z.optional(Short),
  begin: z.optional(z.boolean()),
}))

export type StartRun = CommandOf<typeof schema>

export const startRun = defineCommand(schema, {
  summary: 'Start a run: one attempt at work inside a session',
  relies: ['session', 'run', 'place'],
  codes: [
    'RUN_EXISTS',
    'DEPTH_EXCEEDED',
    'PLACE_IN_USE',
    'UNRELATED',
    'INVALID_TRANSITION',
    'NOT_ALLOWED',
    'LIMIT_EXCEEDED',
  ],
  decide: decideStartRun,
})
