import type * as z from 'zod'
import { decideCompleteRun } from '../domain/rules/end-run.ts'
import { Id, Json, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('CompleteRun', {
  runId: Id,
  result: Json.optional(),
})

export type CompleteRun = z.infer<typeof schema>

export const completeRun = defineCommand(schema, {
  summary: 'End a run that has succeeded; its parent gets the result',
  relies: ['session', 'run', 'group'],
  codes: ['LIMIT_EXCEEDED', 'CHILDREN_LIVE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE'],
  decide: decideCompleteRun,
})
