import * as z from 'zod/mini'
import { decideCloseSession } from '../domain/rules/close-session.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('CloseSession', ({ Id, Short }) => ({
  sessionId: Id,
  outcome: z.enum(['done', 'failed', 'lost']),
  reason: z.optional(Short),
  /** Who gets its mail and its tasks. */
  successorId: z.optional(Id),
  /** Fails its live runs as lost. */
  force: z.optional(z.boolean()),
}))

export type CloseSession = CommandOf<typeof schema>

export const closeSession = defineCommand(schema, {
  summary: 'Close a session: mail and tasks go to its successor',
  relies: ['session', 'seat', 'run', 'task', 'mailbox', 'group'],
  codes: ['RUNS_LIVE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideCloseSession,
})
