import * as z from 'zod/mini'
import { decideBeginRun } from '../domain/rules/start-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('BeginRun', ({ Id, Short }) => ({
  runId: Id,
  modelUsed: z.optional(Short),
}))

export type BeginRun = CommandOf<typeof schema>

export const beginRun = defineCommand(schema, {
  summary: 'Say that a created run is at work',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideBeginRun,
})
