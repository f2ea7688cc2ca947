import { decideHandoff } from '../domain/rules/handoff.ts'
import { flag, oneOf, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Address, Epoch, Id, Instant, LeaseMs, Short, Text } from './pieces.ts'

const schema = commandSchema('Handoff', () => ({
  taskId: Id,
  to: Address,
  /** `immediate` is the default. */
  mode: optional(oneOf('immediate', 'offer')),
  /** What the next owner needs to know. */
  context: optional(Text),
  expiresAt: optional(Instant),
  expiresWithinMs: optional(LeaseMs),
  expectEpoch: optional(Epoch),
  /** The operator hands over what is another's. */
  force: optional(flag()),
  reason: optional(Short),
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
