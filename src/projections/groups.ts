import { evolveGroup, type Group } from '../domain/group.ts'
import { evolveRound, roundKey, type Round } from '../domain/round.ts'
import type { View } from './view.ts'

const groupId = ({ data }: { readonly data: { readonly groupId: string } }): readonly string[] => [data.groupId]
const ofRound = ({ data }: { readonly data: { readonly groupId: string; readonly round: number } }) => [
  roundKey(data.groupId, data.round),
]

/** Each group's members, coordinator and status, by its id. */
export const groups: View<Group> = {
  name: 'groups',
  version: 1,
  keys: {
    GroupFormed: groupId,
    MemberAdded: groupId,
    MemberRemoved: groupId,
    CoordinatorChanged: groupId,
    CoordinatorVacated: groupId,
    RoundDispatched: groupId,
    FanInReached: groupId,
    RoundCancelled: groupId,
    GroupDisbanded: groupId,
  },
  evolve: evolveGroup,
}

/** Each round with its items, so that no group grows with what it has done. */
export const rounds: View<Round> = {
  name: 'rounds',
  version: 1,
  keys: {
    RoundDispatched: ofRound,
    ItemReassigned: ofRound,
    ItemSettled: ofRound,
    FanInReached: ofRound,
    GroupCheckpointed: ofRound,
    RoundCancelled: ofRound,
  },
  evolve: evolveRound,
}
