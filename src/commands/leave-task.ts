import type * as z from 'zod'
import { decideLeaveTask } from '../domain/rules/tasks.ts'
import { Id, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('LeaveTask', {
  taskId: Id,
  sessionId: Id.optional(),
})

export type LeaveTask = z.infer<typeof schema>

export const leaveTask = defineCommand(schema, {
  summary: 'Take part in a task no longer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_ALLOWED', 'NOT_PARTICIPANT', 'OWNER_MUST_HAND_OFF'],
  decide: decideLeaveTask,
})
