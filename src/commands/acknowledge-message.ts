import * as z from 'zod/mini'
import { decideAcknowledgeMessage } from '../domain/rules/messages.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('AcknowledgeMessage', ({ Id }) => ({
  messageIds: z.array(Id).check(z.minLength(1), z.maxLength(1_000, 'LIMIT_EXCEEDED')),
}))

export type AcknowledgeMessage = CommandOf<typeof schema>

export const acknowledgeMessage = defineCommand(schema, {
  summary: 'Say that messages were taken care of',
  relies: ['session', 'run', 'mailbox'],
  codes: ['UNKNOWN_MESSAGE', 'NOT_RECIPIENT', 'LIMIT_EXCEEDED'],
  decide: decideAcknowledgeMessage,
})
