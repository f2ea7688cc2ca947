import { decideAcknowledgeMessage } from '../domain/rules/messages.ts'
import { list } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id } from './pieces.ts'

const schema = commandSchema('AcknowledgeMessage', () => ({
  messageIds: list(Id, { min: 1, max: 1_000 }),
}))

export type AcknowledgeMessage = CommandOf<typeof schema>

export const acknowledgeMessage = defineCommand(schema, {
  summary: 'Say that messages were taken care of',
  relies: ['session', 'run', 'mailbox'],
  codes: ['UNKNOWN_MESSAGE', 'NOT_RECIPIENT', 'LIMIT_EXCEEDED'],
  decide: decideAcknowledgeMessage,
})
