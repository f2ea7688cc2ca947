import * as z from 'zod/mini'
import { decideJoinTask } from '../domain/rules/tasks.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('JoinTask', ({ Id }) => ({
  taskId: Id,
  sessionId: z.optional(Id),
}))

export type JoinTask = CommandOf<typeof schema>

export const joinTask = defineCommand(schema, {
  summary: 'Take part in a task',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideJoinTask,
})
