import * as z from 'zod'
import { decideCloseSession } from '../domain/rules/close-session.ts'
import { Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('CloseSession', {
  sessionId: Id,
  outcome: z.enum(['done', 'failed', 'lost']),
  reason: Short.optional(),
  /** Who gets its mail and its tasks. */
  successorId: Id.optional(),
  /** Fails its live runs as lost. */
  force: z.boolean().optional(),
})

export type CloseSession = z.infer<typeof schema>

export const closeSession = defineCommand(schema, {
  summary: 'Close a session: mail and tasks go to its successor',
  relies: ['session', 'seat', 'run', 'task', 'mailbox', 'group'],
  codes: ['RUNS_LIVE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideCloseSession,
})
