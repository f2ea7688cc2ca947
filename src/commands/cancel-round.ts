import { decideCancelRound } from '../domain/rules/rounds.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { GroupName, Short } from './pieces.ts'

const schema = commandSchema('CancelRound', () => ({
  group: GroupName,
  reason: Short,
}))

export type CancelRound = CommandOf<typeof schema>

export const cancelRound = defineCommand(schema, {
  summary: 'Give the open round up',
  relies: ['session', 'run', 'group'],
  codes: [
    'UNKNOWN_GROUP',
    'GROUP_DISBANDED',
    'AMBIGUOUS_ADDRESS',
    'NOT_COORDINATOR',
    'INVALID_TRANSITION',
    'LIMIT_EXCEEDED',
  ],
  decide: decideCancelRound,
})
