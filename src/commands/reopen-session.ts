import type * as z from 'zod'
import { decideReopenSession } from '../domain/rules/sessions.ts'
import { Id, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('ReopenSession', {
  sessionId: Id,
})

export type ReopenSession = z.infer<typeof schema>

export const reopenSession = defineCommand(schema, {
  summary: 'Open a closed session again',
  relies: ['session', 'run'],
  codes: ['INVALID_TRANSITION', 'NOT_ALLOWED'],
  decide: decideReopenSession,
})
