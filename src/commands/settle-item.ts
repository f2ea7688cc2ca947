import { decideSettleItem } from '../domain/rules/rounds.ts'
import { oneOf, optional, whole } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { GroupName, Id, Json, Short } from './pieces.ts'

const schema = commandSchema('SettleItem', () => ({
  group: GroupName,
  /** The newest, if none is named. */
  round: optional(whole({ from: 1 })),
  itemId: Id,
  outcome: oneOf('ok', 'failed'),
  result: optional(Json),
  reason: optional(Short),
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
