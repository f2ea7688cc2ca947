import { decideOpenSession } from '../domain/rules/sessions.ts'
import { flag, optional, record } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { AbsolutePath, Id, Json, Key, Label, LeaseMs, Short } from './pieces.ts'

const schema = commandSchema('OpenSession', () => ({
  sessionId: optional(Id),
  label: optional(Label),
  harness: optional(Short),
  model: optional(Short),
  parentSessionId: optional(Id),
  cwd: optional(AbsolutePath),
  leaseMs: optional(LeaseMs),
  meta: optional(record(Key, Json)),
  /** Open already is fine: start hooks repeat it. */
  ensure: optional(flag()),
}))

export type OpenSession = CommandOf<typeof schema>

export const openSession = defineCommand(schema, {
  summary: 'Open a session: an agent seat with a mailbox',
  relies: ['session', 'run'],
  codes: ['SESSION_EXISTS', 'DEPTH_EXCEEDED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideOpenSession,
})
