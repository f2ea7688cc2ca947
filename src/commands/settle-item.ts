import * as z from 'zod'
import { decideSettleItem } from '../domain/rules/rounds.ts'
import { GroupName, Id, Json, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('SettleItem', {
  group: GroupName,
  /** The newest, if none is named. */
  round: z.number().int().min(1).optional(),
  itemId: Id,
  outcome: z.enum(['ok', 'failed']),
  result: Json.optional(),
  reason: Short.optional(),
})

export type SettleItem = z.infer<typeof schema>

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
