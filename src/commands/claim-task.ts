import { decideClaimTask } from '../domain/rules/ownership.ts'
import { optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id } from './pieces.ts'

const schema = commandSchema('ClaimTask', () => ({
  taskId: Id,
  sessionId: optional(Id),
}))

export type ClaimTask = CommandOf<typeof schema>

export const claimTask = defineCommand(schema, {
  summary: 'Take a task that nobody owns',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'ALREADY_OWNED', 'NOT_ALLOWED', 'LIMIT_EXCEEDED'],
  decide: decideClaimTask,
})
