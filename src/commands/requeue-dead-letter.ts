import type * as z from 'zod'
import { decideRequeueDeadLetter } from '../domain/rules/dead-letters.ts'
import { Address, Id, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('RequeueDeadLetter', {
  messageId: Id,
  /** Where it died; without it, wherever it did. */
  mailbox: Address.optional(),
  /** Where it goes instead. */
  to: Address.optional(),
})

export type RequeueDeadLetter = z.infer<typeof schema>

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
