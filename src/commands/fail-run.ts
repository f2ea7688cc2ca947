import * as z from 'zod/mini'
import { decideFailRun } from '../domain/rules/end-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('FailRun', ({ Id, Json, Text }) => ({
  runId: Id,
  reason: z.enum(['error', 'timeout', 'lost', 'budget', 'rejected']),
  error: Text,
  partial: z.optional(Json),
}))

export type FailRun = CommandOf<typeof schema>

export const failRun = defineCommand(schema, {
  summary: 'End a run that has failed, and its descendants',
  relies: ['session', 'run', 'group'],
  codes: ['LIMIT_EXCEEDED', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideFailRun,
})
