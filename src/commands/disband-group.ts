import type * as z from 'zod'
import { decideDisbandGroup } from '../domain/rules/groups.ts'
import { GroupName, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('DisbandGroup', {
  group: GroupName,
  reason: Short.optional(),
})

export type DisbandGroup = z.infer<typeof schema>

export const disbandGroup = defineCommand(schema, {
  summary: 'End a group for good',
  relies: ['session', 'run', 'group'],
  codes: ['UNKNOWN_GROUP', 'GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'NOT_COORDINATOR', 'ROUND_OPEN', 'LIMIT_EXCEEDED'],
  decide: decideDisbandGroup,
})
