import * as z from 'zod/mini'
import { decideCloseTask } from '../domain/rules/tasks.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('CloseTask', ({ Epoch, Id, Short }) => ({
  taskId: Id,
  outcome: z.enum(['done', 'failed', 'cancelled']),
  reason: z.optional(Short),
  expectEpoch: z.optional(Epoch),
}))

export type CloseTask = CommandOf<typeof schema>

export const closeTask = defineCommand(schema, {
  summary: 'Close a task',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'LIMIT_EXCEEDED'],
  decide: decideCloseTask,
})
