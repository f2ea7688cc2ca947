import type * as z from 'zod'
import { decideCancelHandoff } from '../domain/rules/handoff.ts'
import { Id, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('CancelHandoff', {
  taskId: Id,
  reason: Short.optional(),
})

export type CancelHandoff = z.infer<typeof schema>

export const cancelHandoff = defineCommand(schema, {
  summary: 'Withdraw an offer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NO_PENDING_HANDOFF', 'NOT_OWNER', 'LIMIT_EXCEEDED'],
  decide: decideCancelHandoff,
})
