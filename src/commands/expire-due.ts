import * as z from 'zod/mini'
import { decideExpireDue } from '../domain/rules/expire-due.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('ExpireDue', ({ Instant }) => ({
  /** Since when the sweeper is awake: a lease that ran out while it was not may still be renewed for as long again. */
  awakeSince: z.optional(Instant),
  /** What was due then: whoever is stopped between looking and acting ends nothing that fell due meanwhile. */
  until: z.optional(Instant),
  /** The clock is right, though the newest event is long ago. */
  force: z.optional(z.boolean()),
}))

export type ExpireDue = CommandOf<typeof schema>

export const expireDue = defineCommand(schema, {
  summary: 'End whatever is due: messages, requests, offers, leases, rounds, half-closed sessions',
  relies: ['session', 'lease', 'run', 'work', 'task', 'mailbox', 'group'],
  codes: ['NOT_ALLOWED', 'INVALID_TRANSITION', 'LIMIT_EXCEEDED'],
  decide: decideExpireDue,
  namesNothing: true,
})
