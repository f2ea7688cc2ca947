import { evolveSeat, type Seat } from '../domain/seat.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

const sessionId = ({ data }: { readonly data: { readonly sessionId: string } }): readonly string[] => [data.sessionId]

type OfOffer = BatonEvent<
  'HandoffOffered' | 'HandoffAccepted' | 'HandoffDeclined' | 'HandoffCancelled' | 'HandoffExpired'
>
const bothSides = ({ data }: OfOffer): readonly string[] => [data.from, data.to]

const seated = ({ data }: BatonEvent<'MemberAdded' | 'MemberRemoved'>): readonly string[] => [data.sessionId]
const distinct = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))]

/** What each session holds, by its id. */
export const seats: View<Seat> = {
  name: 'seats',
  version: 1,
  keys: {
    SessionOpened: ({ data }) => (data.parentSessionId === undefined ? [] : [data.parentSessionId]),
    RunStarted: sessionId,
    RunCompleted: sessionId,
    RunFailed: sessionId,
    RunCancelled: sessionId,
    ParticipantJoined: sessionId,
    ParticipantLeft: sessionId,
    OwnershipTransferred: ({ data }) => (data.from === undefined ? [data.to] : [data.from, data.to]),
    OwnerReleased: ({ data }) => [data.from],
    TaskClosed: ({ data }) => data.participants,
    HandoffOffered: bothSides,
    HandoffAccepted: bothSides,
    HandoffDeclined: bothSides,
    HandoffCancelled: bothSides,
    HandoffExpired: bothSides,
    GroupFormed: ({ data }) => distinct([data.coordinator, ...data.members.map(({ sessionId: id }) => id)]),
    MemberAdded: seated,
    MemberRemoved: seated,
    CoordinatorChanged: ({ data }) => distinct([data.from, data.to]),
    CoordinatorVacated: ({ data }) => [data.from],
    GroupDisbanded: ({ data }) => distinct([data.coordinator, ...data.members.map(({ sessionId: id }) => id)]),
    RoundDispatched: ({ data }) => distinct(data.items.map(({ sessionId: id }) => id)),
    ItemReassigned: ({ data }) => [data.to],
  },
  evolve: evolveSeat,
}
