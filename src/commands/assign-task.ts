import * as z from 'zod/mini'
import { decideAssignTask } from '../domain/rules/ownership.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('AssignTask', ({ Address, Epoch, Id, Short }) => ({
  taskId: Id,
  to: Address,
  reason: z.optional(Short),
  expectEpoch: z.optional(Epoch),
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
