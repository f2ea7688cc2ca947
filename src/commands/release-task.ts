import type * as z from 'zod'
import { decideReleaseTask } from '../domain/rules/ownership.ts'
import { Epoch, Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('ReleaseTask', {
  taskId: Id,
  reason: Short.optional(),
  expectEpoch: Epoch.optional(),
})

export type ReleaseTask = z.infer<typeof schema>

export const releaseTask = defineCommand(schema, {
  summary: 'Let a task go, to nobody',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideReleaseTask,
})
