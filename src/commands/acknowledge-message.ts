import * as z from 'zod'
import { decideAcknowledgeMessage } from '../domain/rules/messages.ts'
import { Id, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('AcknowledgeMessage', {
  messageIds: z.array(Id).min(1).max(1_000, 'LIMIT_EXCEEDED'),
})

export type AcknowledgeMessage = z.infer<typeof schema>

export const acknowledgeMessage = defineCommand(schema, {
  summary: 'Say that messages were taken care of',
  relies: ['session', 'run', 'mailbox'],
  codes: ['UNKNOWN_MESSAGE', 'NOT_RECIPIENT', 'LIMIT_EXCEEDED'],
  decide: decideAcknowledgeMessage,
})
