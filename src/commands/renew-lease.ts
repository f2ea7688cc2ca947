import { decideRenewLease } from '../domain/rules/sessions.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, LeaseMs } from './pieces.ts'

const schema = commandSchema('RenewLease', () => ({
  sessionId: optional(Id),
  runId: optional(Id),
  leaseMs: optional(LeaseMs),
}))

export type RenewLease = CommandOf<typeof schema>

export const renewLease = defineCommand(schema, {
  summary: 'Say that a session or a run is still alive',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED'],
  decide: decideRenewLease,
})
