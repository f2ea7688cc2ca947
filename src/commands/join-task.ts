import { decideJoinTask } from '../domain/rules/tasks.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id } from './pieces.ts'

const schema = commandSchema('JoinTask', () => ({
  taskId: Id,
  sessionId: optional(Id),
}))

export type JoinTask = CommandOf<typeof schema>

export const joinTask = defineCommand(schema, {
  summary: 'Take part in a task',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideJoinTask,
})
