import * as z from 'zod/mini'
import { decideReportProgress } from '../domain/rules/start-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('ReportProgress', ({ Id, Short, Values }) => ({
  runId: Id,
  percent: z.optional(z.number().check(z.minimum(0), z.maximum(100))),
  step: z.optional(Short),
  label: z.optional(Short),
  usage: z.optional(Values),
}))

export type ReportProgress = CommandOf<typeof schema>

export const reportProgress = defineCommand(schema, {
  summary: 'Say how far a run is',
  relies: ['session', 'run', 'work'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideReportProgress,
})
