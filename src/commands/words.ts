/** What a message says, to whomever it goes. */
import { Id, Instant, Json, Kind, Short, Text } from './define.ts'

export const words = {
  task: Id.optional(),
  kind: Kind.optional(),
  subject: Short.optional(),
  body: Text,
  data: Json.optional(),
  inReplyTo: Id.optional(),
  /** Makes it a request: the first reply until then answers it. */
  replyBy: Instant.optional(),
  expiresAt: Instant.optional(),
}
