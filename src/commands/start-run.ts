import * as z from 'zod'
import { decideStartRun } from '../domain/rules/start-run.ts'
import { AbsolutePath, Id, LeaseMs, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('StartRun', {
  runId: Id.optional(),
  sessionId: Id.optional(),
  parentRunId: Id.optional(),
  /** The piece of the parent's work that it serves. */
  effectId: Id.optional(),
  harness: Short.optional(),
  model: Short.optional(),
  isolation: z
    .strictObject({
      context: z.enum(['isolated', 'shared']).optional(),
      runDir: AbsolutePath.optional(),
      worktree: z.strictObject({ path: AbsolutePath, branch: Short.optional(), baseRef: Short.optional() }).optional(),
    })
    .optional(),
  /** It may outlive its parent. */
  background: z.boolean().optional(),
  leaseMs: LeaseMs.optional(),
  label: Short.optional(),
  begin: z.boolean().optional(),
})

export type StartRun = z.infer<typeof schema>

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
