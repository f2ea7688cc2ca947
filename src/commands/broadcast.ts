import { decideBroadcast } from '../domain/rules/messages.ts'
import { flag, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, words } from './pieces.ts'

const schema = commandSchema('Broadcast', () => ({
  /** A set: `task:<id>`, `group:<name>`, `children`, `siblings`, `descendants`, `ancestors`. */
  to: Address,
  includeSelf: optional(flag()),
  /** A full mailbox refuses the whole of it. */
  requireAll: optional(flag()),
  allowEmpty: optional(flag()),
  ...words,
}))

export type Broadcast = CommandOf<typeof schema>

export const broadcast = defineCommand(schema, {
  summary: 'Send a message to every member of a set',
  relies: ['session', 'run', 'task', 'group'],
  codes: [
    'BAD_ADDRESS',
    'UNKNOWN_TASK',
    'UNKNOWN_GROUP',
    'AMBIGUOUS_ADDRESS',
    'GROUP_DISBANDED',
    'UNKNOWN_MESSAGE',
    'TASK_CLOSED',
    'NOT_PARTICIPANT',
    'NO_RECIPIENTS',
    'INBOX_FULL',
    'PAYLOAD_TOO_LARGE',
    'LIMIT_EXCEEDED',
  ],
  decide: decideBroadcast,
})
