import { decideReleaseTask } from '../domain/rules/ownership.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Epoch, Id, Short } from './pieces.ts'

const schema = commandSchema('ReleaseTask', () => ({
  taskId: Id,
  reason: optional(Short),
  expectEpoch: optional(Epoch),
}))

export type ReleaseTask = CommandOf<typeof schema>

export const releaseTask = defineCommand(schema, {
  summary: 'Let a task go, to nobody',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideReleaseTask,
})
