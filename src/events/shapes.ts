/**
 * STORED FORMAT. The pieces that events are made of. Loaded when the schema of one is asked for, and each made when an event
 * takes it: to make them all takes longer than a command.
 */
import * as mini from 'zod/mini'
import { once } from './once.ts'

/** Named one by one: a bundle takes in no others. */
const z = {
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

const id = once(() => z.string())
const anything = once(() => mini.unknown())
const count = once(() => mini.int().check(mini.nonnegative()))

export const shapes = {
  z,
  get Id() {
    return id()
  },
  /** `session:<id>`, `run:<id>`, `operator` or `system`: whose mailbox it is. */
  get Mailbox() {
    return id()
  },
  get Instant() {
    return mini.iso.datetime()
  },
  get Count() {
    return count()
  },
  /** Whatever JSON can hold. */
  get Json() {
    return anything()
  },
  get Values() {
    return z.record(z.string(), anything())
  },
  get Outcome() {
    return z.enum(['done', 'failed', 'lost'])
  },
  get RunEnd() {
    return z.enum(['completed', 'failed', 'cancelled'])
  },
  get TaskStatus() {
    return z.enum(['open', 'in_progress', 'blocked'])
  },

  /** Of a run: `sessionId` says whose seat it leaves. */
  get ended() {
    return { runId: id(), sessionId: id() }
  },

  /** Whose state: a session's or a run's. */
  get target() {
    return { scope: z.enum(['session', 'run']), id: id() }
  },

  get delivery() {
    return { messageId: id(), mailbox: id(), sessionId: z.optional(id()) }
  },
  /** Where a delivery goes instead. */
  get destination() {
    return { to: id(), toSessionId: z.optional(id()) }
  },

  /** Of a task. */
  get offer() {
    return { taskId: id(), offerId: id(), from: id(), to: id() }
  },

  /** `<root session>/<name>`: whoever forms it again, a day later, means the same group. */
  get GroupId() {
    return id()
  },
  get ofRound() {
    return { groupId: id(), round: count() }
  },
  /** A member is a session or a run; `sessionId` is the seat behind it. */
  get member() {
    return { member: id(), sessionId: id() }
  },
  /** An item's result. `omitted` results were too large to be told twice; the item has them. */
  get settled() {
    return {
      itemId: id(),
      outcome: z.enum(['ok', 'failed']),
      result: z.optional(anything()),
      omitted: z.optional(z.literal(true)),
    }
  },
}
