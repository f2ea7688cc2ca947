import { decideCancelRun } from '../domain/rules/end-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short } from './pieces.ts'

const schema = commandSchema('CancelRun', () => ({
  runId: Id,
  reason: Short,
}))

export type CancelRun = CommandOf<typeof schema>

export const cancelRun = defineCommand(schema, {
  summary: 'Cancel a run and its descendants',
  relies: ['session', 'run', 'group'],
  codes: ['PAYLOAD_TOO_LARGE', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideCancelRun,
})
