import * as z from 'zod/mini'
import { decideRequeueDeadLetter } from '../domain/rules/dead-letters.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('RequeueDeadLetter', ({ Address, Id }) => ({
  messageId: Id,
  /** Where it died; without it, wherever it did. */
  mailbox: z.optional(Address),
  /** Where it goes instead. */
  to: z.optional(Address),
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
