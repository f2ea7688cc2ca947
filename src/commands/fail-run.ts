import { decideFailRun } from '../domain/rules/end-run.ts'
import { oneOf, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Json, Text } from './pieces.ts'

const schema = commandSchema('FailRun', () => ({
  runId: Id,
  reason: oneOf('error', 'timeout', 'lost', 'budget', 'rejected'),
  error: Text,
  partial: optional(Json),
}))

export type FailRun = CommandOf<typeof schema>

export const failRun = defineCommand(schema, {
  summary: 'End a run that has failed, and its descendants',
  relies: ['session', 'run', 'group'],
  codes: ['LIMIT_EXCEEDED', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideFailRun,
})
