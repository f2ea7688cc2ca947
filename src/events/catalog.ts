/** All events, and how a stored one is read. */
import type { ValueOf } from '../schema/schema.ts'
import type { EventDefinition } from './define.ts'
import {
  CoordinatorChanged,
  CoordinatorVacated,
  FanInReached,
  GroupCheckpointed,
  GroupDisbanded,
  GroupFormed,
  ItemBound,
  ItemReassigned,
  ItemSettled,
  MemberAdded,
  MemberRemoved,
  RoundCancelled,
  RoundDispatched,
} from './group.ts'
import {
  DeadLetterDiscarded,
  DeadLetterRequeued,
  MessageAcknowledged,
  MessageDeadLettered,
  MessageDelivered,
  MessageExpired,
  MessageSent,
  MessageTransferred,
  MessageUndeliverable,
  RequestAnswered,
  RequestExpired,
} from './message.ts'
import {
  ChildRunLinked,
  ChildRunSettled,
  EffectRegistered,
  EffectSettled,
  PlaceReleased,
  PlaceTaken,
  RunBegan,
  RunCancelled,
  RunCheckpointed,
  RunCompleted,
  RunFailed,
  RunProgressed,
  RunResumed,
  RunSeated,
  RunStarted,
  RunSuspended,
} from './run.ts'
import { LeaseRenewed, SessionClosed, SessionClosing, SessionOpened, SessionReopened } from './session.ts'
import { ChildResultMerged, ChildStateSeeded, StateChanged } from './state.ts'
import {
  HandoffAccepted,
  HandoffCancelled,
  HandoffDeclined,
  HandoffExpired,
  HandoffOffered,
  OwnerReleased,
  OwnershipTransferred,
  ParticipantJoined,
  ParticipantLeft,
  TaskClosed,
  TaskOpened,
  TaskStatusChanged,
} from './task.ts'

/** By name: version, schema, and the upcasters from earlier versions. */
export const eventCatalog = {
  LeaseRenewed,
  SessionClosed,
  SessionClosing,
  SessionOpened,
  SessionReopened,
  ChildRunLinked,
  ChildRunSettled,
  EffectRegistered,
  EffectSettled,
  PlaceReleased,
  PlaceTaken,
  RunBegan,
  RunCancelled,
  RunCheckpointed,
  RunCompleted,
  RunFailed,
  RunProgressed,
  RunResumed,
  RunSeated,
  RunStarted,
  RunSuspended,
  ChildResultMerged,
  ChildStateSeeded,
  StateChanged,
  HandoffAccepted,
  HandoffCancelled,
  HandoffDeclined,
  HandoffExpired,
  HandoffOffered,
  OwnerReleased,
  OwnershipTransferred,
  ParticipantJoined,
  ParticipantLeft,
  TaskClosed,
  TaskOpened,
  TaskStatusChanged,
  DeadLetterDiscarded,
  DeadLetterRequeued,
  MessageAcknowledged,
  MessageDeadLettered,
  MessageDelivered,
  MessageExpired,
  MessageSent,
  MessageTransferred,
  MessageUndeliverable,
  RequestAnswered,
  RequestExpired,
  CoordinatorChanged,
  CoordinatorVacated,
  FanInReached,
  GroupCheckpointed,
  GroupDisbanded,
  GroupFormed,
  ItemBound,
  ItemReassigned,
  ItemSettled,
  MemberAdded,
  MemberRemoved,
  RoundCancelled,
  RoundDispatched,
}

/** The names of Baton's events. */
export type EventType = keyof typeof eventCatalog
/** The data of an event of this type. */
export type EventData<Type extends EventType> = ValueOf<(typeof eventCatalog)[Type]['schema']>

/** An event that a decision wants to have written. */
export type Fact<Type extends EventType = EventType> = {
  readonly [T in Type]: { readonly stream: string; readonly type: T; readonly data: EventData<T> }
}[Type]

/** Where an accepted event stands. */
export interface Place {
  readonly stream: string
  /** Its number in its stream, from 1. */
  readonly version: number
  readonly position: number
  readonly commit: string
  readonly at: string
  readonly by: { readonly kind: string; readonly id?: string; readonly run?: string }
  /** Where its commit lies in the log, and which of its events it is. */
  readonly ref: number
  readonly index: number
}

/** An accepted event as the views are handed it: of a known type, and of its newest version. */
export type BatonEvent<Type extends EventType = EventType> = {
  readonly [T in Type]: Place & { readonly type: T; readonly data: EventData<T> }
}[Type]

export type Catalog = Readonly<Record<string, EventDefinition>>

/** The data of a stored event as of the newest version; undefined where this build does not know type or version. */
export function upcast(type: string, version: number, data: unknown, catalog: Catalog = eventCatalog): unknown {
  if (!Object.hasOwn(catalog, type)) return undefined
  const definition = catalog[type] as EventDefinition
  if (version > definition.version) return undefined
  let newest = data
  for (let from = version; from < definition.version; from++) newest = definition.upcasters[from]?.(newest)
  return newest
}
