import * as z from 'zod/mini'
import { decideBroadcast } from '../domain/rules/messages.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('Broadcast', ({ Address, words }) => ({
  /** A set: `task:<id>`, `group:<name>`, `children`, `siblings`, `descendants`, `ancestors`. */
  to: Address,
  includeSelf: z.optional(z.boolean()),
  /** A full mailbox refuses the whole of it. */
  requireAll: z.optional(z.boolean()),
  allowEmpty: z.optional(z.boolean()),
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
