import { decideSuspendRun } from '../domain/rules/start-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short } from './pieces.ts'

const schema = commandSchema('SuspendRun', () => ({
  runId: Id,
  reason: Short,
}))

export type SuspendRun = CommandOf<typeof schema>

export const suspendRun = defineCommand(schema, {
  summary: 'Say that a run waits for something',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideSuspendRun,
})
