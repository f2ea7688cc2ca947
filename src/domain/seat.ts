/** What a session holds: its live runs, its tasks, its children. Each was attached relying on the session being open. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import { of } from './dict.ts'

export interface Seat {
  readonly liveRuns: Dict<true>
  readonly owned: Dict<true>
  readonly participates: Dict<true>
  /** Tasks with a pending offer from or to this session. */
  readonly offers: Dict<true>
  readonly children: Dict<true>
  /** The groups that it, or one of its runs, is a member of: by mailbox, then by group. */
  readonly groups: Dict<Dict<true>>
  readonly coordinates: Dict<true>
  /** The groups in which it was ever given an item. */
  readonly workedIn: Dict<true>
}

export const emptySeat = (): Seat => ({
  liveRuns: {},
  owned: {},
  participates: {},
  offers: {},
  children: {},
  groups: {},
  coordinates: {},
  workedIn: {},
})

/** Whoever starts a run writes here, so that whoever relies on it knows of no run too few. */
export const seatStream = (sessionId: string): string => `seat-${sessionId}`

/** The groups that a session is in, itself or by one of its runs, or coordinates. */
export const groupsOf = (seat: Seat | undefined): Set<string> =>
  new Set([...Object.values(seat?.groups ?? {}), seat?.coordinates ?? {}].flatMap((groups) => Object.keys(groups)))

export function evolveSeat(seat: Seat = emptySeat(), event: BatonEvent, sessionId: string): Seat {
  switch (event.type) {
    case 'SessionOpened':
      seat.children[event.data.sessionId] = true
      return seat
    case 'RunStarted':
      seat.liveRuns[event.data.runId] = true
      return seat
    case 'RunCompleted':
    case 'RunFailed':
    case 'RunCancelled':
      delete seat.liveRuns[event.data.runId]
      return seat
    case 'ParticipantJoined':
      seat.participates[event.data.taskId] = true
      return seat
    case 'ParticipantLeft':
      delete seat.participates[event.data.taskId]
      return seat
    case 'OwnershipTransferred':
      if (event.data.to === sessionId) seat.owned[event.data.taskId] = true
      else delete seat.owned[event.data.taskId]
      return seat
    case 'OwnerReleased':
      delete seat.owned[event.data.taskId]
      return seat
    case 'TaskClosed':
      delete seat.owned[event.data.taskId]
      delete seat.participates[event.data.taskId]
      return seat
    case 'HandoffOffered':
      seat.offers[event.data.taskId] = true
      return seat
    case 'HandoffAccepted':
    case 'HandoffDeclined':
    case 'HandoffCancelled':
    case 'HandoffExpired':
      delete seat.offers[event.data.taskId]
      return seat
    case 'GroupFormed': {
      const { groupId, coordinator, members } = event.data
      if (coordinator === sessionId) seat.coordinates[groupId] = true
      for (const each of members) if (each.sessionId === sessionId) join(seat, each.member, groupId)
      return seat
    }
    case 'MemberAdded':
      return join(seat, event.data.member, event.data.groupId)
    case 'MemberRemoved':
      return leave(seat, event.data.member, event.data.groupId)
    case 'CoordinatorChanged':
      if (event.data.to === sessionId) seat.coordinates[event.data.groupId] = true
      else delete seat.coordinates[event.data.groupId]
      return seat
    case 'CoordinatorVacated':
      delete seat.coordinates[event.data.groupId]
      return seat
    case 'GroupDisbanded': {
      const { groupId, members } = event.data
      delete seat.coordinates[groupId]
      for (const each of members) if (each.sessionId === sessionId) leave(seat, each.member, groupId)
      return seat
    }
    case 'RoundDispatched':
    case 'ItemReassigned':
      seat.workedIn[event.data.groupId] = true
      return seat
    default:
      return seat
  }
}

function join(seat: Seat, member: string, groupId: string): Seat {
  const groups = of(seat.groups, member)
  if (groups === undefined) seat.groups[member] = { [groupId]: true }
  else groups[groupId] = true
  return seat
}

function leave(seat: Seat, member: string, groupId: string): Seat {
  const groups = of(seat.groups, member)
  delete groups?.[groupId]
  if (groups !== undefined && Object.keys(groups).length === 0) delete seat.groups[member]
  return seat
}
