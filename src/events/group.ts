/**
 * STORED FORMAT. What happens to a group and its rounds, on `group-<root session>/<name>`; that an item waits for a run
 * also on that run's stream.
 */
import { defineEvent } from './define.ts'

export const GroupFormed = defineEvent('GroupFormed', 1, ({ z, Id, GroupId, member }) => ({
  groupId: GroupId,
  name: Id,
  rootSessionId: Id,
  coordinator: Id,
  members: z.array(z.strictObject(member)),
}))

export const MemberAdded = defineEvent('MemberAdded', 1, ({ GroupId, member }) => ({ groupId: GroupId, ...member }))
export const MemberRemoved = defineEvent('MemberRemoved', 1, ({ GroupId, member }) => ({ groupId: GroupId, ...member }))

export const CoordinatorChanged = defineEvent('CoordinatorChanged', 1, ({ z, Id, GroupId }) => ({
  groupId: GroupId,
  from: z.optional(Id),
  to: Id,
  reason: z.optional(z.string()),
}))

/** Nobody coordinates the group until somebody takes the seat. */
export const CoordinatorVacated = defineEvent('CoordinatorVacated', 1, ({ z, Id, GroupId }) => ({
  groupId: GroupId,
  from: Id,
  reason: z.string(),
}))

export const RoundDispatched = defineEvent('RoundDispatched', 1, ({ z, Id, Instant, Count, Json, ofRound }) => ({
  ...ofRound,
  items: z.array(
    z.strictObject({
      itemId: Id,
      /** Who settles it: a run by its end, a session, an effect of a run by being settled. None of them: the coordinator. */
      runId: z.optional(Id),
      sessionId: z.optional(Id),
      effectId: z.optional(Id),
      /** The dispatch message that went out for it; the payload lies there, or here where there is none. */
      messageId: z.optional(Id),
      payload: z.optional(Json),
    }),
  ),
  fanIn: z.strictObject({
    mode: z.enum(['all', 'any', 'quorum', 'settled']),
    /** How many items have to succeed; under `settled`, have to be settled at all. */
    needed: Count,
    deadline: z.optional(Instant),
  }),
}))

/** On the run's stream: its end settles the item. With `effectId` it is that effect of the run that settles it. */
export const ItemBound = defineEvent('ItemBound', 1, ({ z, Id, ofRound }) => ({
  runId: Id,
  ...ofRound,
  itemId: Id,
  effectId: z.optional(Id),
}))

/** Its session closed, and the successor goes on with it. */
export const ItemReassigned = defineEvent('ItemReassigned', 1, ({ Id, ofRound }) => ({
  ...ofRound,
  itemId: Id,
  from: Id,
  to: Id,
}))

export const ItemSettled = defineEvent('ItemSettled', 1, ({ z, Id, Json, ofRound }) => ({
  ...ofRound,
  itemId: Id,
  outcome: z.enum(['ok', 'failed']),
  result: z.optional(Json),
  /** There was no room for the result: the run has it. */
  omitted: z.optional(z.literal(true)),
  reason: z.optional(z.string()),
  /** The run that it was bound to, and of its effect the run that served it. */
  runId: z.optional(Id),
  servedBy: z.optional(Id),
  /** The round had fanned in before: it changes nothing any more. */
  late: z.boolean(),
}))

export const FanInReached = defineEvent('FanInReached', 1, ({ z, Id, settled, ofRound }) => ({
  ...ofRound,
  verdict: z.enum(['complete', 'failed', 'partial']),
  results: z.array(z.strictObject(settled)),
  missing: z.array(Id),
}))

export const GroupCheckpointed = defineEvent('GroupCheckpointed', 1, ({ z, Id, Json, settled, ofRound }) => ({
  ...ofRound,
  label: z.string(),
  settled: z.array(z.strictObject(settled)),
  pending: z.array(Id),
  partial: z.optional(Json),
}))

/** `runIds` are those to which an item of it was still bound. */
export const RoundCancelled = defineEvent('RoundCancelled', 1, ({ z, Id, ofRound }) => ({
  ...ofRound,
  reason: z.string(),
  runIds: z.array(Id),
}))

/** `coordinator` and `members` as they were: it leaves their seats. */
export const GroupDisbanded = defineEvent('GroupDisbanded', 1, ({ z, Id, GroupId, member }) => ({
  groupId: GroupId,
  reason: z.optional(z.string()),
  coordinator: z.optional(Id),
  members: z.array(z.strictObject(member)),
}))
