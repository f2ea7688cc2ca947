import * as z from 'zod'
import { decideOpenSession } from '../domain/rules/sessions.ts'
import { AbsolutePath, Id, Json, Key, LeaseMs, Short, commandSchema, defineCommand } from './define.ts'

const schema = commandSchema('OpenSession', {
  sessionId: Id.optional(),
  label: Short.min(1).optional(),
  harness: Short.optional(),
  model: Short.optional(),
  parentSessionId: Id.optional(),
  cwd: AbsolutePath.optional(),
  leaseMs: LeaseMs.optional(),
  meta: z.record(Key, Json).optional(),
  /** Open already is fine: start hooks repeat it. */
  ensure: z.boolean().optional(),
})

export type OpenSession = z.infer<typeof schema>

export const openSession = defineCommand(schema, {
  summary: 'Open a session: an agent seat with a mailbox',
  relies: ['session', 'run'],
  codes: ['SESSION_EXISTS', 'DEPTH_EXCEEDED', 'PAYLOAD_TOO_LARGE', 'LIMIT_EXCEEDED'],
  decide: decideOpenSession,
})
