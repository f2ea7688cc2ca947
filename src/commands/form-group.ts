import { decideFormGroup } from '../domain/rules/groups.ts'
import { list, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, GroupName } from './pieces.ts'

const schema = commandSchema('FormGroup', () => ({
  /** `<name>`, of one's own root session; `<root session>/<name>` says whose. */
  name: GroupName,
  /** The session that forms it, if nobody is named. */
  coordinator: optional(Address),
  /** Sessions and runs. */
  members: optional(list(Address)),
}))

export type FormGroup = CommandOf<typeof schema>

export const formGroup = defineCommand(schema, {
  summary: 'Form a group, or find it again: its name lasts for ever',
  relies: ['session', 'run', 'group'],
  codes: ['GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'BAD_ADDRESS', 'UNRELATED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideFormGroup,
})
