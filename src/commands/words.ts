/**
 * What a message says, to whomever it goes. A time can be given as so long from now on, too: said again under its key
 * that is the same command.
 */
import * as z from 'zod/mini'
import { Id, Instant, Json, Kind, LeaseMs, Short, Text } from './define.ts'

export const words = {
  task: z.optional(Id),
  kind: z.optional(Kind),
  subject: z.optional(Short),
  body: Text,
  data: z.optional(Json),
  inReplyTo: z.optional(Id),
  /** Makes it a request: the first reply until then answers it. */
  replyBy: z.optional(Instant),
  replyWithinMs: z.optional(LeaseMs),
  expiresAt: z.optional(Instant),
  expiresWithinMs: z.optional(LeaseMs),
}
