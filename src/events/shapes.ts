/** STORED FORMAT. The pieces that events are made of. Loaded when the schema of one is asked for. */
import * as mini from 'zod/mini'

/** Named one by one: a bundle takes in no others. */
export const z = {
  array: mini.array,
  boolean: mini.boolean,
  enum: mini.enum,
  literal: mini.literal,
  number: mini.number,
  optional: mini.optional,
  record: mini.record,
  strictObject: mini.strictObject,
  string: mini.string,
}

export const Id = z.string()
/** `session:<id>`, `run:<id>`, `operator` or `system`: whose mailbox it is. */
export const Mailbox = z.string()
export const Instant = mini.iso.datetime()
export const Count = mini.int().check(mini.nonnegative())
/** Whatever JSON can hold. */
export const Json = mini.unknown()
export const Values = z.record(z.string(), Json)
export const Outcome = z.enum(['done', 'failed', 'lost'])
export const RunEnd = z.enum(['completed', 'failed', 'cancelled'])
export const TaskStatus = z.enum(['open', 'in_progress', 'blocked'])

/** Of a run: `sessionId` says whose seat it leaves. */
export const ended = { runId: Id, sessionId: Id }

/** Whose state: a session's or a run's. */
export const target = { scope: z.enum(['session', 'run']), id: Id }

export const delivery = { messageId: Id, mailbox: Mailbox, sessionId: z.optional(Id) }
/** Where a delivery goes instead. */
export const destination = { to: Mailbox, toSessionId: z.optional(Id) }

/** Of a task. */
export const offer = { taskId: Id, offerId: Id, from: Id, to: Id }

/** `<root session>/<name>`: whoever forms it again, a day later, means the same group. */
export const GroupId = z.string()
export const ofRound = { groupId: GroupId, round: Count }
/** A member is a session or a run; `sessionId` is the seat behind it. */
export const member = { member: Mailbox, sessionId: Id }
/** An item's result. `omitted` results were too large to be told twice; the item has them. */
export const settled = {
  itemId: Id,
  outcome: z.enum(['ok', 'failed']),
  result: z.optional(Json),
  omitted: z.optional(z.literal(true)),
}
