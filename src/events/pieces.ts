/** STORED FORMAT. The pieces that events are made of. */
import { anything, instant, oneOf, only, optional, record, text, whole } from '../schema/schema.ts'

export const Id = text()
/** `session:<id>`, `run:<id>`, `operator` or `system`: whose mailbox it is. */
export const Mailbox = text()
export const Instant = instant()
export const Count = whole({ from: 0 })
/** Whatever JSON can hold. */
export const Json = anything()
export const Values = record(text(), Json)
export const Outcome = oneOf('done', 'failed', 'lost')
export const RunEnd = oneOf('completed', 'failed', 'cancelled')
export const TaskStatus = oneOf('open', 'in_progress', 'blocked')

/** Of a run: `sessionId` says whose seat it leaves. */
export const ended = { runId: Id, sessionId: Id }

/** Whose state: a session's or a run's. */
export const target = { scope: oneOf('session', 'run'), id: Id }

export const delivery = { messageId: Id, mailbox: Mailbox, sessionId: optional(Id) }
/** Where a delivery goes instead. */
export const destination = { to: Mailbox, toSessionId: optional(Id) }

/** Of a task. */
export const offer = { taskId: Id, offerId: Id, from: Id, to: Id }

/** `<root session>/<name>`: whoever forms it again, a day later, means the same group. */
export const GroupId = text()
export const ofRound = { groupId: GroupId, round: Count }
/** A member is a session or a run; `sessionId` is the seat behind it. */
export const member = { member: Id, sessionId: Id }
/** An item's result. `omitted` results were too large to be told twice; the item has them. */
export const settled = {
  itemId: Id,
  outcome: oneOf('ok', 'failed'),
  result: optional(Json),
  omitted: optional(only(true)),
}
