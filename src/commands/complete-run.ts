import * as z from 'zod/mini'
import { decideCompleteRun } from '../domain/rules/end-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('CompleteRun', ({ Id, Json }) => ({
  runId: Id,
  result: z.optional(Json),
}))

export type CompleteRun = CommandOf<typeof schema>

export const completeRun = defineCommand(schema, {
  summary: 'End a run that has succeeded; its parent gets the result',
  relies: ['session', 'run', 'group'],
  codes: ['LIMIT_EXCEEDED', 'CHILDREN_LIVE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideCompleteRun,
})
