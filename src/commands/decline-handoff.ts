import { decideDeclineHandoff } from '../domain/rules/handoff.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Id, Short } from './pieces.ts'

const schema = commandSchema('DeclineHandoff', () => ({
  taskId: Id,
  reason: Short,
}))

export type DeclineHandoff = CommandOf<typeof schema>

export const declineHandoff = defineCommand(schema, {
  summary: 'Decline a task that is on offer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NO_PENDING_HANDOFF', 'NOT_TARGET', 'LIMIT_EXCEEDED'],
  decide: decideDeclineHandoff,
})
