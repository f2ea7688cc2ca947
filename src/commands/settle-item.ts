import * as z from 'zod/mini'
import { decideSettleItem } from '../domain/rules/rounds.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('SettleItem', ({ GroupName, Id, Json, Short }) => ({
  group: GroupName,
  /** The newest, if none is named. */
  round: z.optional(z.int().check(z.minimum(1))),
  itemId: Id,
  outcome: z.enum(['ok', 'failed']),
  result: z.optional(Json),
  reason: z.optional(Short),
}))

export type SettleItem = CommandOf<typeof schema>

export const settleItem = defineCommand(schema, {
  summary: 'Say how an item of a round went',
  relies: ['session', 'run', 'group'],
  codes: [
    'UNKNOWN_GROUP',
    'GROUP_DISBANDED',
    'AMBIGUOUS_ADDRESS',
    'UNKNOWN_ITEM',
    'NOT_ALLOWED',
    'INVALID_TRANSITION',
    'PAYLOAD_TOO_LARGE',
    'LIMIT_EXCEEDED',
  ],
  decide: decideSettleItem,
})
