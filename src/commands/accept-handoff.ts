import type * as z from 'zod'
import { decideAcceptHandoff } from '../domain/rules/handoff.ts'
import { Epoch, Id, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('AcceptHandoff', {
  taskId: Id,
  expectEpoch: Epoch.optional(),
})

export type AcceptHandoff = z.infer<typeof schema>

export const acceptHandoff = defineCommand(schema, {
  summary: 'Take a task that is on offer',
  relies: ['session', 'run', 'task'],
  codes: ['UNKNOWN_TASK', 'TASK_CLOSED', 'NO_PENDING_HANDOFF', 'NOT_TARGET', 'STALE_EPOCH', 'LIMIT_EXCEEDED'],
  decide: decideAcceptHandoff,
})
