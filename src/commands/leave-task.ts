import { decideLeaveTask } from '../domain/rules/tasks.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id } from './pieces.ts'

const schema = commandSchema('LeaveTask', () => ({
  taskId: Id,
  sessionId: optional(Id),
}))

export type LeaveTask = CommandOf<typeof schema>

export const leaveTask = defineCommand(schema, {
  summary: 'Take part in a task no longer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_ALLOWED', 'NOT_PARTICIPANT', 'OWNER_MUST_HAND_OFF'],
  decide: decideLeaveTask,
})
