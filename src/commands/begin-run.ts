import type * as z from 'zod'
import { decideBeginRun } from '../domain/rules/start-run.ts'
import { Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('BeginRun', {
  runId: Id,
  modelUsed: Short.optional(),
})

export type BeginRun = z.infer<typeof schema>

export const beginRun = defineCommand(schema, {
  summary: 'Say that a created run is at work',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideBeginRun,
})
