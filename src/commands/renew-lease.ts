import * as z from 'zod/mini'
import { decideRenewLease } from '../domain/rules/sessions.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('RenewLease', ({ Id, LeaseMs }) => ({
  sessionId: z.optional(Id),
  runId: z.optional(Id),
  leaseMs: z.optional(LeaseMs),
}))

export type RenewLease = CommandOf<typeof schema>

export const renewLease = defineCommand(schema, {
  summary: 'Say that a session or a run is still alive',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED'],
  decide: decideRenewLease,
})
