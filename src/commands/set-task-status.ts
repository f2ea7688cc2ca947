import { decideSetTaskStatus } from '../domain/rules/tasks.ts'
import { oneOf, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Epoch, Id, Short } from './pieces.ts'

const schema = commandSchema('SetTaskStatus', () => ({
  taskId: Id,
  status: oneOf('open', 'in_progress', 'blocked'),
  reason: optional(Short),
  expectEpoch: optional(Epoch),
}))

export type SetTaskStatus = CommandOf<typeof schema>

export const setTaskStatus = defineCommand(schema, {
  summary: 'Say how a task stands',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideSetTaskStatus,
})
