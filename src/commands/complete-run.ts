import { decideCompleteRun } from '../domain/rules/end-run.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Json } from './pieces.ts'

const schema = commandSchema('CompleteRun', () => ({
  runId: Id,
  result: optional(Json),
}))

export type CompleteRun = CommandOf<typeof schema>

export const completeRun = defineCommand(schema, {
  summary: 'End a run that has succeeded; its parent gets the result',
  relies: ['session', 'run', 'group'],
  codes: ['LIMIT_EXCEEDED', 'CHILDREN_LIVE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideCompleteRun,
})
