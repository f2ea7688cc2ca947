import { decideAcceptHandoff } from '../domain/rules/handoff.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Epoch, Id } from './pieces.ts'

const schema = commandSchema('AcceptHandoff', () => ({
  taskId: Id,
  expectEpoch: optional(Epoch),
}))

export type AcceptHandoff = CommandOf<typeof schema>

export const acceptHandoff = defineCommand(schema, {
  summary: 'Take a task that is on offer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NO_PENDING_HANDOFF', 'NOT_TARGET', 'STALE_EPOCH', 'LIMIT_EXCEEDED'],
  decide: decideAcceptHandoff,
})
