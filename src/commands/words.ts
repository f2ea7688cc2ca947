/**
 * What a message says, to whomever it goes. A time can be given as so long from now on, too: said again under its key
 * that is the same command.
 */
import { Id, Instant, Json, Kind, LeaseMs, Short, Text } from './define.ts'

export const words = {
  task: Id.optional(),
  kind: Kind.optional(),
  subject: Short.optional(),
  body: Text,
  data: Json.optional(),
  inReplyTo: Id.optional(),
  /** Makes it a request: the first reply until then answers it. */
  replyBy: Instant.optional(),
  replyWithinMs: LeaseMs.optional(),
  expiresAt: Instant.optional(),
  expiresWithinMs: LeaseMs.optional(),
}
