import * as z from 'zod/mini'
import { decideTransferCoordinator } from '../domain/rules/groups.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('TransferCoordinator', ({ Address, GroupName, Short }) => ({
  group: GroupName,
  to: Address,
  reason: z.optional(Short),
}))

export type TransferCoordinator = CommandOf<typeof schema>

export const transferCoordinator = defineCommand(schema, {
  summary: "Hand the coordinator's seat over, or take a vacant one",
  relies: ['session', 'run', 'group'],
  codes: ['UNKNOWN_GROUP', 'GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'NOT_COORDINATOR', 'BAD_ADDRESS', 'LIMIT_EXCEEDED'],
  decide: decideTransferCoordinator,
})
