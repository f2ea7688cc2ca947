import { decideSendMessage } from '../domain/rules/messages.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, words } from './pieces.ts'

const schema = commandSchema('SendMessage', () => ({
  /** Without it, `inReplyTo` says whom to answer. */
  to: optional(Address),
  ...words,
}))

export type SendMessage = CommandOf<typeof schema>

export const sendMessage = defineCommand(schema, {
  summary: 'Send a message to one mailbox',
  relies: ['session', 'run', 'task', 'group'],
  codes: [
    'BAD_ADDRESS',
    'AMBIGUOUS_ADDRESS',
    'UNKNOWN_EFFECT',
    'UNKNOWN_TASK',
    'UNKNOWN_GROUP',
    'GROUP_DISBANDED',
    'UNKNOWN_MESSAGE',
    'UNRELATED',
    'NO_RECIPIENTS',
    'INBOX_FULL',
    'PAYLOAD_TOO_LARGE',
    'LIMIT_EXCEEDED',
  ],
  decide: decideSendMessage,
})
