import * as z from 'zod'
import { decideFormGroup } from '../domain/rules/groups.ts'
import { Address, GroupName, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('FormGroup', {
  /** `<name>`, of one's own root session; `<root session>/<name>` says whose. */
  name: GroupName,
  /** The session that forms it, if nobody is named. */
  coordinator: Address.optional(),
  /** Sessions and runs. */
  members: z.array(Address).optional(),
})

export type FormGroup = z.infer<typeof schema>

export const formGroup = defineCommand(schema, {
  summary: 'Form a group, or find it again: its name lasts for ever',
  relies: ['session', 'run', 'group'],
  codes: ['GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'BAD_ADDRESS', 'UNRELATED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideFormGroup,
})
