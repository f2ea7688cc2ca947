import { decideAssignTask } from '../domain/rules/ownership.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, Epoch, Id, Short } from './pieces.ts'

const schema = commandSchema('AssignTask', () => ({
  taskId: Id,
  to: Address,
  reason: optional(Short),
  expectEpoch: optional(Epoch),
}))

export type AssignTask = CommandOf<typeof schema>

export const assignTask = defineCommand(schema, {
  summary: 'Make a session the owner of a task',
  relies: ['session', 'run', 'task'],
  codes: [
    'UNKNOWN_TASK',
    'TASK_CLOSED',
    'NOT_OWNER',
    'STALE_EPOCH',
    'NOT_PARTICIPANT',
    'ALREADY_OWNED',
    'BAD_ADDRESS',
    'AMBIGUOUS_ADDRESS',
    'LIMIT_EXCEEDED',
  ],
  decide: decideAssignTask,
})
