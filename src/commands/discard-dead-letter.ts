import type * as z from 'zod'
import { decideDiscardDeadLetter } from '../domain/rules/dead-letters.ts'
import { Address, Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('DiscardDeadLetter', {
  messageId: Id,
  mailbox: Address.optional(),
  reason: Short,
})

export type DiscardDeadLetter = z.infer<typeof schema>

export const discardDeadLetter = defineCommand(schema, {
  summary: 'Give a dead letter up',
  relies: ['mailbox'],
  codes: ['UNKNOWN_MESSAGE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideDiscardDeadLetter,
})
