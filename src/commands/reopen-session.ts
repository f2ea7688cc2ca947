import { decideReopenSession } from '../domain/rules/sessions.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id } from './pieces.ts'

const schema = commandSchema('ReopenSession', () => ({
  sessionId: Id,
}))

export type ReopenSession = CommandOf<typeof schema>

export const reopenSession = defineCommand(schema, {
  summary: 'Open a closed session again',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED'],
  decide: decideReopenSession,
})
