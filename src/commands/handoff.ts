import * as z from 'zod/mini'
import { decideHandoff } from '../domain/rules/handoff.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('Handoff', ({ Address, Epoch, Id, Instant, LeaseMs, Short, Text }) => ({
  taskId: Id,
  to: Address,
  /** `immediate` is the default. */
  mode: z.optional(z.enum(['immediate', 'offer'])),
  /** What the next owner needs to know. */
  context: z.optional(Text),
  expiresAt: z.optional(Instant),
  expiresWithinMs: z.optional(LeaseMs),
  expectEpoch: z.optional(Epoch),
  /** The operator hands over what is another's. */
  force: z.optional(z.boolean()),
  reason: z.optional(Short),
}))

export type Handoff = CommandOf<typeof schema>

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
