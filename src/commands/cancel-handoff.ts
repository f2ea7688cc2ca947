import * as z from 'zod/mini'
import { decideCancelHandoff } from '../domain/rules/handoff.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('CancelHandoff', ({ Id, Short }) => ({
  taskId: Id,
  reason: z.optional(Short),
}))

export type CancelHandoff = CommandOf<typeof schema>

export const cancelHandoff = defineCommand(schema, {
  summary: 'Withdraw an offer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NO_PENDING_HANDOFF', 'NOT_OWNER', 'LIMIT_EXCEEDED'],
  decide: decideCancelHandoff,
})
