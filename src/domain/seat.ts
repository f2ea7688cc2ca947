/** What a session holds: its live runs, its tasks, its children. Each was attached relying on the session being open. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'

export interface Seat {
  readonly liveRuns: Dict<true>
  readonly owned: Dict<true>
  readonly participates: Dict<true>
  /** Tasks with a pending offer from or to this session. */
  readonly offers: Dict<true>
  readonly children: Dict<true>
}

export const emptySeat = (): Seat => ({ liveRuns: {}, owned: {}, participates: {}, offers: {}, children: {} })

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
    default:
      return seat
  }
}
