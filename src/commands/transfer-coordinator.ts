import { decideTransferCoordinator } from '../domain/rules/groups.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, GroupName, Short } from './pieces.ts'

const schema = commandSchema('TransferCoordinator', () => ({
  group: GroupName,
  to: Address,
  reason: optional(Short),
}))

export type TransferCoordinator = CommandOf<typeof schema>

export const transferCoordinator = defineCommand(schema, {
  summary: "Hand the coordinator's seat over, or take a vacant one",
  relies: ['session', 'run', 'group'],
  codes: ['UNKNOWN_GROUP', 'GROUP_DISBANDED', 'AMBIGUOUS_ADDRESS', 'NOT_COORDINATOR', 'BAD_ADDRESS', 'LIMIT_EXCEEDED'],
  decide: decideTransferCoordinator,
})
