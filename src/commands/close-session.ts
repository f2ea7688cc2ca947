import { decideCloseSession } from '../domain/rules/close-session.ts'
import { flag, oneOf, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short } from './pieces.ts'

const schema = commandSchema('CloseSession', () => ({
  sessionId: Id,
  outcome: oneOf('done', 'failed', 'lost'),
  reason: optional(Short),
  /** Who gets its mail and its tasks. */
  successorId: optional(Id),
  /** Fails its live runs as lost. */
  force: optional(flag()),
}))

export type CloseSession = CommandOf<typeof schema>

export const closeSession = defineCommand(schema, {
  summary: 'Close a session: mail and tasks go to its successor',
  relies: ['session', 'seat', 'run', 'task', 'mailbox', 'group'],
  codes: ['RUNS_LIVE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideCloseSession,
})
