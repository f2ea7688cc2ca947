import { decideRemoveMember } from '../domain/rules/groups.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, GroupName } from './pieces.ts'

const schema = commandSchema('RemoveMember', () => ({
  group: GroupName,
  /** As the group lists it: `session:<id>`, or the bare id; `run:<id>`. */
  member: Address,
}))

export type RemoveMember = CommandOf<typeof schema>

export const removeMember = defineCommand(schema, {
  summary: 'Take a member out of a group; a member may leave by itself',
  relies: ['session', 'run', 'group'],
  codes: ['UNKNOWN_GROUP', 'GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'NOT_COORDINATOR', 'NOT_PARTICIPANT'],
  decide: decideRemoveMember,
})
