import { decideCheckpointGroup } from '../domain/rules/rounds.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { GroupName, Json, Short } from './pieces.ts'

const schema = commandSchema('CheckpointGroup', () => ({
  group: GroupName,
  label: Short,
  partial: optional(Json),
}))

export type CheckpointGroup = CommandOf<typeof schema>

export const checkpointGroup = defineCommand(schema, {
  summary: 'Keep what the open round has so far',
  relies: ['session', 'run', 'group'],
  codes: [
    'UNKNOWN_GROUP',
    'GROUP_DISBANDED',
    'AMBIGUOUS_ADDRESS',
    'NOT_COORDINATOR',
    'INVALID_TRANSITION',
    'PAYLOAD_TOO_LARGE',
    'LIMIT_EXCEEDED',
  ],
  decide: decideCheckpointGroup,
})
