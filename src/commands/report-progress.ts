import { decideReportProgress } from '../domain/rules/start-run.ts'
import { number, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short, Values } from './pieces.ts'

const schema = commandSchema('ReportProgress', () => ({
  runId: Id,
  percent: optional(number({ from: 0, upTo: 100 })),
  step: optional(Short),
  label: optional(Short),
  usage: optional(Values),
}))

export type ReportProgress = CommandOf<typeof schema>

export const reportProgress = defineCommand(schema, {
  summary: 'Say how far a run is',
  relies: ['session', 'run', 'work'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideReportProgress,
})
