import { decideBeginRun } from '../domain/rules/start-run.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short } from './pieces.ts'

const schema = commandSchema('BeginRun', () => ({
  runId: Id,
  modelUsed: optional(Short),
}))

export type BeginRun = CommandOf<typeof schema>

export const beginRun = defineCommand(schema, {
  summary: 'Say that a created run is at work',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideBeginRun,
})
