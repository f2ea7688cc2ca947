import * as z from 'zod/mini'
import { decideFormGroup } from '../domain/rules/groups.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('FormGroup', ({ Address, GroupName }) => ({
  /** `<name>`, of one's own root session; `<root session>/<name>` says whose. */
  name: GroupName,
  /** The session that forms it, if nobody is named. */
  coordinator: z.optional(Address),
  /** Sessions and runs. */
  members: z.optional(z.array(Address)),
}))

export type FormGroup = CommandOf<typeof schema>

export const formGroup = defineCommand(schema, {
  summary: 'Form a group, or find it again: its name lasts for ever',
  relies: ['session', 'run', 'group'],
  codes: ['GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'BAD_ADDRESS', 'UNRELATED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideFormGroup,
})
