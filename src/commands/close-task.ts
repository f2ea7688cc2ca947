import { decideCloseTask } from '../domain/rules/tasks.ts'
import { oneOf, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Epoch, Id, Short } from './pieces.ts'

const schema = commandSchema('CloseTask', () => ({
  taskId: Id,
  outcome: oneOf('done', 'failed', 'cancelled'),
  reason: optional(Short),
  expectEpoch: optional(Epoch),
}))

export type CloseTask = CommandOf<typeof schema>

export const closeTask = defineCommand(schema, {
  summary: 'Close a task',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NOT_OWNER', 'STALE_EPOCH', 'LIMIT_EXCEEDED'],
  decide: decideCloseTask,
})
