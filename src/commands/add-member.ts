import { decideAddMember } from '../domain/rules/groups.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, GroupName } from './pieces.ts'

const schema = commandSchema('AddMember', () => ({
  group: GroupName,
  member: Address,
}))

export type AddMember = CommandOf<typeof schema>

export const addMember = defineCommand(schema, {
  summary: 'Take a session or a run into a group',
  relies: ['session', 'run', 'group'],
  codes: [
    'UNKNOWN_GROUP',
    'GROUP_DISBANDED',
    'AMBIGUOUS_ADDRESS',
    'NOT_COORDINATOR',
    'BAD_ADDRESS',
    'UNRELATED',
    'LIMIT_EXCEEDED',
  ],
  decide: decideAddMember,
})
