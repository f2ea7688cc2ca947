import * as z from 'zod/mini'
import { decideReleaseTask } from '../domain/rules/ownership.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('ReleaseTask', ({ Epoch, Id, Short }) => ({
  taskId: Id,
  reason: z.optional(Short),
  expectEpoch: z.optional(Epoch),
}))

export type ReleaseTask = CommandOf<typeof schema>

export const releaseTask = defineCommand(schema, {
  summary: 'Let a task go, to nobody',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideReleaseTask,
})
