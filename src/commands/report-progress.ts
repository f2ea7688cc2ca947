import * as z from 'zod'
import { decideReportProgress } from '../domain/rules/start-run.ts'
import { Id, Short, Values, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('ReportProgress', {
  runId: Id,
  percent: z.number().min(0).max(100).optional(),
  step: Short.optional(),
  label: Short.optional(),
  usage: Values.optional(),
})

export type ReportProgress = z.infer<typeof schema>

export const reportProgress = defineCommand(schema, {
  summary: 'Say how far a run is',
  relies: ['session', 'run', 'work'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideReportProgress,
})
