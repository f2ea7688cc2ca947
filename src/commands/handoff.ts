import * as z from 'zod'
import { decideHandoff } from '../domain/rules/handoff.ts'
import { Address, Epoch, Id, Instant, LeaseMs, Short, Text, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('Handoff', {
  taskId: Id,
  to: Address,
  /** `immediate` is the default. */
  mode: z.enum(['immediate', 'offer']).optional(),
  /** What the next owner needs to know. */
  context: Text.optional(),
  expiresAt: Instant.optional(),
  expiresWithinMs: LeaseMs.optional(),
  expectEpoch: Epoch.optional(),
  /** The operator hands over what is another's. */
  force: z.boolean().optional(),
  reason: Short.optional(),
})

export type Handoff = z.infer<typeof schema>

export const handoff = defineCommand(schema, {
  summary: 'Hand a task over to another session, or offer it',
  relies: ['session', 'run', 'task'],
  codes: [
    'UNKNOWN_TASK',
    'TASK_CLOSED',
    'NOT_OWNER',
    'STALE_EPOCH',
    'NOT_ALLOWED',
    'HANDOFF_TO_SELF',
    'HANDOFF_PENDING',
    'BAD_ADDRESS',
    'AMBIGUOUS_ADDRESS',
    'PAYLOAD_TOO_LARGE',
    'LIMIT_EXCEEDED',
  ],
  decide: decideHandoff,
})
