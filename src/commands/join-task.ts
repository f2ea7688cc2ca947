import type * as z from 'zod'
import { decideJoinTask } from '../domain/rules/tasks.ts'
import { Id, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('JoinTask', {
  taskId: Id,
  sessionId: Id.optional(),
})

export type JoinTask = z.infer<typeof schema>

export const joinTask = defineCommand(schema, {
  summary: 'Take part in a task',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideJoinTask,
})
