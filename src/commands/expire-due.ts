import { decideExpireDue } from '../domain/rules/expire-due.ts'
import { flag, optional } from '../schema/schema.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'
import { Instant } from './pieces.ts'

const schema = commandSchema('ExpireDue', () => ({
  /** Since when the sweeper is awake: a lease that ran out while it was not may still be renewed for as long again. */
  awakeSince: optional(Instant),
  /** What was due then: whoever is stopped between looking and acting ends nothing that fell due meanwhile. */
  until: optional(Instant),
  /** The clock is right, though the newest event is long ago. */
  force: optional(flag()),
}))

export type ExpireDue = CommandOf<typeof schema>

export const expireDue = defineCommand(schema, {
  summary: 'End whatever is due: messages, requests, offers, leases, rounds, half-closed sessions',
  relies: ['session', 'lease', 'run', 'work', 'task', 'mailbox', 'group'],
  codes: ['NOT_ALLOWED', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideExpireDue,
  namesNothing: true,
})
