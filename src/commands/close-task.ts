import * as z from 'zod'
import { decideCloseTask } from '../domain/rules/tasks.ts'
import { Epoch, Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('CloseTask', {
  taskId: Id,
  outcome: z.enum(['done', 'failed', 'cancelled']),
  reason: Short.optional(),
  expectEpoch: Epoch.optional(),
})

export type CloseTask = z.infer<typeof schema>

export const closeTask = defineCommand(schema, {
  summary: 'Close a task',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'LIMIT_EXCEEDED'],
  decide: decideCloseTask,
})
