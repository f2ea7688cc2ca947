import * as z from 'zod/mini'
import { decideOpenSession } from '../domain/rules/sessions.ts'
import { commandSchema, defineCommand, type CommandOf } from './define.ts'

const schema = commandSchema('OpenSession', ({ AbsolutePath, Id, Json, Key, LeaseMs, Short }) => ({
  sessionId: z.optional(Id),
  label: z.optional(Short.check(z.minLength(1))),
  harness: z.optional(Short),
  model: z.optional(Short),
  parentSessionId: z.optional(Id),
  cwd: z.optional(AbsolutePath),
  leaseMs: z.optional(LeaseMs),
  meta: z.optional(z.record(Key, Json)),
  /** Open already is fine: start hooks repeat it. */
  ensure: z.optional(z.boolean()),
}))

export type OpenSession = CommandOf<typeof schema>

export const openSession = defineCommand(schema, {
  summary: 'Open a session: an agent seat with a mailbox',
  relies: ['session', 'run'],
  codes: ['SESSION_EXISTS', 'DEPTH_EXCEEDED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideOpenSession,
})
