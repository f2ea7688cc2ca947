import { decideDisbandGroup } from '../domain/rules/groups.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { GroupName, Short } from './pieces.ts'

const schema = commandSchema('DisbandGroup', () => ({
  group: GroupName,
  reason: optional(Short),
}))

export type DisbandGroup = CommandOf<typeof schema>

export const disbandGroup = defineCommand(schema, {
  summary: 'End a group for good',
  relies: ['session', 'run', 'group'],
  codes: ['UNKNOWN_GROUP', 'GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'NOT_COORDINATOR', 'ROUND_OPEN', 'LIMIT_EXCEEDED'],
  decide: decideDisbandGroup,
})
