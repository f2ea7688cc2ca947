import { decideDiscardDeadLetter } from '../domain/rules/dead-letters.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, Id, Short } from './pieces.ts'

const schema = commandSchema('DiscardDeadLetter', () => ({
  messageId: Id,
  mailbox: optional(Address),
  reason: Short,
}))

export type DiscardDeadLetter = CommandOf<typeof schema>

export const discardDeadLetter = defineCommand(schema, {
  summary: 'Give a dead letter up',
  relies: ['mailbox'],
  codes: ['UNKNOWN_MESSAGE', 'INVALID_TRANSITION', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideDiscardDeadLetter,
})
