import { decideRequeueDeadLetter } from '../domain/rules/dead-letters.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, Id } from './pieces.ts'

const schema = commandSchema('RequeueDeadLetter', () => ({
  messageId: Id,
  /** Where it died; without it, wherever it did. */
  mailbox: optional(Address),
  /** Where it goes instead. */
  to: optional(Address),
}))

export type RequeueDeadLetter = CommandOf<typeof schema>

export const requeueDeadLetter = defineCommand(schema, {
  summary: 'Deliver a dead letter after all',
  relies: ['session', 'run', 'mailbox', 'task', 'group'],
  codes: [
    'UNKNOWN_MESSAGE',
    'INVALID_TRANSITION',
    'NOT_ALLOWED',
    'BAD_ADDRESS',
    'AMBIGUOUS_ADDRESS',
    'UNKNOWN_EFFECT',
    'UNKNOWN_TASK',
    'UNKNOWN_GROUP',
    'GROUP_DISBANDED',
    'NO_RECIPIENTS',
    'LIMIT_EXCEEDED',
  ],
  decide: decideRequeueDeadLetter,
})
