/** A group: a named set of sessions or runs that outlives its rounds. On `group-<root session>/<name>`. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import type { Mailbox } from './mailbox.ts'
import type { Done } from './state.ts'

/** Derived, so that whoever forms it again means the same one. */
export const groupIdOf = (rootSessionId: string, name: string): string => `${rootSessionId}/${name}`
export const groupStream = (groupId: string): string => `group-${groupId}`

export interface Group {
  readonly id: string
  readonly name: string
  readonly rootSessionId: string
  /** `formed` until its first round, then `active` while one is open and `idle` between. */
  status: 'formed' | 'active' | 'idle' | 'disbanded'
  /** Nobody, where the seat is vacant. */
  coordinator?: string
  /** Who left the seat vacant. */
  vacatedBy?: string
  /** By mailbox, with the session behind it. */
  readonly members: Dict<string>
  /** How many rounds there were: the number of the newest. */
  rounds: number
  readonly formedAt: string
  readonly formed: Done
  disbandedAt?: string
  reason?: string
}

export function evolveGroup(group: Group | undefined, event: BatonEvent): Group | undefined {
  if (event.type === 'GroupFormed') {
    const { groupId: id, name, rootSessionId, coordinator, members } = event.data
    const { at, ref, position, version } = event
    return {
      id,
      name,
      rootSessionId,
      status: 'formed',
      coordinator,
      members: Object.fromEntries(members.map(({ member, sessionId }) => [member, sessionId])),
      rounds: 0,
      formedAt: at,
      formed: { ref, position, version },
    }
  }
  if (group === undefined) return undefined
  switch (event.type) {
    case 'MemberAdded':
      group.members[event.data.member] = event.data.sessionId
      return group
    case 'MemberRemoved':
      delete group.members[event.data.member]
      return group
    case 'CoordinatorChanged':
      group.coordinator = event.data.to
      delete group.vacatedBy
      return group
    case 'CoordinatorVacated':
      delete group.coordinator
      group.vacatedBy = event.data.from
      return group
    case 'RoundDispatched':
      group.status = 'active'
      group.rounds = event.data.round
      return group
    case 'FanInReached':
    case 'RoundCancelled':
      group.status = 'idle'
      return group
    case 'GroupDisbanded':
      group.status = 'disbanded'
      group.disbandedAt = event.at
      if (event.data.reason !== undefined) group.reason = event.data.reason
      return group
    default:
      return group
  }
}

/** Who coordinates it, or did before the seat fell vacant. */
export const lastCoordinator = ({ coordinator, vacatedBy }: Group): string => coordinator ?? vacatedBy ?? ''

export const isMember = ({ members }: Group, mailbox: Mailbox): boolean => Object.hasOwn(members, mailbox)
