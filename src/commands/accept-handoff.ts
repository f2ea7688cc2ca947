import * as z from 'zod/mini'
import { decideAcceptHandoff } from '../domain/rules/handoff.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('AcceptHandoff', ({ Epoch, Id }) => ({
  taskId: Id,
  expectEpoch: z.optional(Epoch),
}))

export type AcceptHandoff = CommandOf<typeof schema>

export const acceptHandoff = defineCommand(schema, {
  summary: 'Take a task that is on offer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NO_PENDING_HANDOFF', 'NOT_TARGET', 'STALE_EPOCH', 'LIMIT_EXCEEDED'],
  decide: decideAcceptHandoff,
})
