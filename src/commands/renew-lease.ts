import type * as z from 'zod'
import { decideRenewLease } from '../domain/rules/sessions.ts'
import { Id, LeaseMs, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('RenewLease', {
  sessionId: Id.optional(),
  runId: Id.optional(),
  leaseMs: LeaseMs.optional(),
})

export type RenewLease = z.infer<typeof schema>

export const renewLease = defineCommand(schema, {
  summary: 'Say that a session or a run is still alive',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED'],
  decide: decideRenewLease,
})
