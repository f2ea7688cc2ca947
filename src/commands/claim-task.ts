import * as z from 'zod/mini'
import { decideClaimTask } from '../domain/rules/ownership.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('ClaimTask', ({ Id }) => ({
  taskId: Id,
  sessionId: z.optional(Id),
}))

export type ClaimTask = CommandOf<typeof schema>

export const claimTask = defineCommand(schema, {
  summary: 'Take a task that nobody owns',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'ALREADY_OWNED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideClaimTask,
})
