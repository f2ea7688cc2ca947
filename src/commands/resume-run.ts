import { decideResumeRun } from '../domain/rules/start-run.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id } from './pieces.ts'

const schema = commandSchema('ResumeRun', () => ({
  runId: Id,
}))

export type ResumeRun = CommandOf<typeof schema>

export const resumeRun = defineCommand(schema, {
  summary: 'Say that a waiting run is at work again',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED'],
  decide: decideResumeRun,
})
