import * as z from 'zod/mini'
import { decideDisbandGroup } from '../domain/rules/groups.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('DisbandGroup', ({ GroupName, Short }) => ({
  group: GroupName,
  reason: z.optional(Short),
}))

export type DisbandGroup = CommandOf<typeof schema>

export const disbandGroup = defineCommand(schema, {
  summary: 'End a group for good',
  relies: ['session', 'run', 'group'],
  codes: ['UNKNOWN_GROUP', 'GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'NOT_COORDINATOR', 'ROUND_OPEN', 'LIMIT_EXCEEDED'],
  decide: decideDisbandGroup,
})
