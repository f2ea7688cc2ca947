import * as z from 'zod/mini'
import { decideSetTaskStatus } from '../domain/rules/tasks.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('SetTaskStatus', ({ Epoch, Id, Short }) => ({
  taskId: Id,
  status: z.enum(['open', 'in_progress', 'blocked']),
  reason: z.optional(Short),
  expectEpoch: z.optional(Epoch),
}))

export type SetTaskStatus = CommandOf<typeof schema>

export const setTaskStatus = defineCommand(schema, {
  summary: 'Say how a task stands',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideSetTaskStatus,
})
