/**
 * STORED FORMAT. What happens to a group and its rounds, on `group-<root session>/<name>`; that an item waits for a run
 * also on that run's stream.
 */
import { flag, list, object, oneOf, only, optional, text } from '../schema/schema.ts'
import { defineEvent } from './define.ts'
import { Count, GroupId, Id, Instant, Json, member, ofRound, settled } from './pieces.ts'

export const GroupFormed = defineEvent('GroupFormed', 1, () => ({
  groupId: GroupId,
  name: Id,
  rootSessionId: Id,
  coordinator: Id,
  members: list(object(member)),
}))

export const MemberAdded = defineEvent('MemberAdded', 1, () => ({ groupId: GroupId, ...member }))
export const MemberRemoved = defineEvent('MemberRemoved', 1, () => ({ groupId: GroupId, ...member }))

export const CoordinatorChanged = defineEvent('CoordinatorChanged', 1, () => ({
  groupId: GroupId,
  from: optional(Id),
  to: Id,
  reason: optional(text()),
}))

/** Nobody coordinates the group until somebody takes the seat. */
export const CoordinatorVacated = defineEvent('CoordinatorVacated', 1, () => ({
  groupId: GroupId,
  from: Id,
  reason: text(),
}))

export const RoundDispatched = defineEvent('RoundDispatched', 1, () => ({
  ...ofRound,
  items: list(
    object({
      itemId: Id,
      /** Who settles it: a run by its end, a session, an effect of a run by being settled. None of them: the coordinator. */
      runId: optional(Id),
      sessionId: optional(Id),
      effectId: optional(Id),
      /** The dispatch message that went out for it; the payload lies there, or here where there is none. */
      messageId: optional(Id),
      payload: optional(Json),
    }),
  ),
  fanIn: object({
    mode: oneOf('all', 'any', 'quorum', 'settled'),
    /** How many items have to succeed; under `settled`, have to be settled at all. */
    needed: Count,
    deadline: optional(Instant),
  }),
}))

/** On the run's stream: its end settles the item. With `effectId` it is that effect of the run that settles it. */
export const ItemBound = defineEvent('ItemBound', 1, () => ({
  runId: Id,
  ...ofRound,
  itemId: Id,
  effectId: optional(Id),
}))

/** Its session closed, and the successor goes on with it. */
export const ItemReassigned = defineEvent('ItemReassigned', 1, () => ({
  ...ofRound,
  itemId: Id,
  from: Id,
  to: Id,
}))

export const ItemSettled = defineEvent('ItemSettled', 1, () => ({
  ...ofRound,
  itemId: Id,
  outcome: oneOf('ok', 'failed'),
  result: optional(Json),
  /** There was no room for the result: the run has it. */
  omitted: optional(only(true)),
  reason: optional(text()),
  /** The run that it was bound to, and of its effect the run that served it. */
  runId: optional(Id),
  servedBy: optional(Id),
  /** The round had fanned in before: it changes nothing any more. */
  late: flag(),
}))

export const FanInReached = defineEvent('FanInReached', 1, () => ({
  ...ofRound,
  verdict: oneOf('complete', 'failed', 'partial'),
  results: list(object(settled)),
  missing: list(Id),
}))

export const GroupCheckpointed = defineEvent('GroupCheckpointed', 1, () => ({
  ...ofRound,
  label: text(),
  settled: list(object(settled)),
  pending: list(Id),
  partial: optional(Json),
}))

/** `runIds` are those to which an item of it was still bound. */
export const RoundCancelled = defineEvent('RoundCancelled', 1, () => ({
  ...ofRound,
  reason: text(),
  runIds: list(Id),
}))

/** `coordinator` and `members` as they were: it leaves their seats. */
export const GroupDisbanded = defineEvent('GroupDisbanded', 1, () => ({
  groupId: GroupId,
  reason: optional(text()),
  coordinator: optional(Id),
  members: list(object(member)),
}))
