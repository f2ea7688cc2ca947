import * as z from 'zod/mini'
import { decideDiscardDeadLetter } from '../domain/rules/dead-letters.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('DiscardDeadLetter', ({ Address, Id, Short }) => ({
  messageId: Id,
  mailbox: z.optional(Address),
  reason: Short,
}))

export type DiscardDeadLetter = CommandOf<typeof schema>

export const discardDeadLetter = defineCommand(schema, {
  summary: 'Give a dead letter up',
  relies: ['mailbox'],
  codes: ['UNKNOWN_MESSAGE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideDiscardDeadLetter,
})
