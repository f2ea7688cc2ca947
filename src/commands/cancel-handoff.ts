import { decideCancelHandoff } from '../domain/rules/handoff.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short } from './pieces.ts'

const schema = commandSchema('CancelHandoff', () => ({
  taskId: Id,
  reason: optional(Short),
}))

export type CancelHandoff = CommandOf<typeof schema>

export const cancelHandoff = defineCommand(schema, {
  summary: 'Withdraw an offer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NO_PENDING_HANDOFF', 'NOT_OWNER', 'LIMIT_EXCEEDED'],
  decide: decideCancelHandoff,
})
