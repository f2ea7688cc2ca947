import { decideStartRun } from '../domain/rules/start-run.ts'
import { flag, object, oneOf, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { AbsolutePath, Id, LeaseMs, Short } from './pieces.ts'

const schema = commandSchema('StartRun', () => ({
  runId: optional(Id),
  sessionId: optional(Id),
  parentRunId: optional(Id),
  /** The piece of the parent's work that it serves. */
  effectId: optional(Id),
  harness: optional(Short),
  model: optional(Short),
  isolation: optional(
    object({
      context: optional(oneOf('isolated', 'shared')),
      runDir: optional(AbsolutePath),
      worktree: optional(object({ path: AbsolutePath, branch: optional(Short), baseRef: optional(Short) })),
    }),
  ),
  /** It may outlive its parent. */
  background: optional(flag()),
  leaseMs: optional(LeaseMs),
  label: optional(Short),
  begin: optional(flag()),
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
