/** A group's life, its members, and who coordinates it. */
import type { AddMember } from '../../commands/add-member.ts'
import type { DisbandGroup } from '../../commands/disband-group.ts'
import type { FormGroup } from '../../commands/form-group.ts'
import type { RemoveMember } from '../../commands/remove-member.ts'
import type { TransferCoordinator } from '../../commands/transfer-coordinator.ts'
import { acting, nameOf, notAllowed, type Acting } from '../acting.ts'
import { groupNamed, parseAddress, resolveOne, resolveSession, sessionNamed } from '../address.ts'
import { livingGroup, unknownSession } from '../find.ts'
import { groupIdOf, groupStream, isMember, type Group } from '../group.ts'
import { refuse } from '../refuse.ts'
import type { Context, Decide, Decision, World } from '../world.ts'

export const decideFormGroup: Decide<FormGroup> = ({ name, coordinator, members = [] }, world, context) => {
  const by = acting(world, context)
  const [rootSessionId, shortName] = placeOf(name, coordinator, by, world)
  const groupId = groupIdOf(rootSessionId, shortName)
  if (world.group(groupId) !== undefined) return formAgain(livingGroup(world, groupId), coordinator, by, world)
  const seat = coordinator === undefined ? by.session?.id : resolveSession(world, coordinator)
  if (seat === undefined) return unnamed('coordinator')
  const joining = new Map(members.map((address) => memberOf(address, by, world)).map((each) => [each.member, each]))
  assertRoom(groupId, joining.size, context)
  const data = { groupId, name: shortName, rootSessionId, coordinator: seat, members: [...joining.values()] }
  return [{ stream: groupStream(groupId), type: 'GroupFormed', data }]
}

/**
 * The same group, a day later: it stays as it is, and the receipt is that of its founding. But where nobody coordinates
 * it any more, whoever may take the seat takes it.
 */
function formAgain(group: Group, coordinator: string | undefined, by: Acting, world: World): Decision {
  const seat = coordinator === undefined ? by.session?.id : sessionOf(coordinator, world)
  const isVacant = group.coordinator === undefined && seat !== undefined && world.peek.session(seat)?.status === 'open'
  if (!isVacant || !(by.operator || (seat === by.session?.id && mayTake(by, group)))) return { done: group.formed }
  const to = resolveSession(world, `session:${seat}`)
  return [{ stream: groupStream(group.id), type: 'CoordinatorChanged', data: { groupId: group.id, to } }]
}

/** Which session is meant, open or not. */
function sessionOf(address: string, world: World): string {
  const parsed = parseAddress(address)
  if (parsed.kind === 'session') return parsed.id
  return parsed.kind === 'name' ? sessionNamed(world, parsed.id) : resolveSession(world, address)
}

/** A vacant seat is any member's, and that of whoever left it. */
const mayTake = ({ session }: Acting, { coordinator, vacatedBy, members }: Group): boolean =>
  coordinator === undefined &&
  session !== undefined &&
  (vacatedBy === session.id || Object.values(members).includes(session.id))

/** Whose group it is: that of one's own root session. The operator, who has none, says so, or the coordinator does. */
function placeOf(
  name: string,
  coordinator: string | undefined,
  by: Acting,
  world: World,
): [root: string, name: string] {
  const [first = '', second] = name.split('/')
  const own = by.session?.rootSessionId
  if (second === undefined) {
    if (own !== undefined) return [own, first]
    if (coordinator === undefined) return theOnly(first, world)
    const id = sessionOf(coordinator, world)
    return [(world.peek.session(id) ?? unknownSession(world.peek, id)).rootSessionId, first]
  }
  // Which root session a session belongs to never changes.
  const root = world.peek.session(first)?.rootSessionId ?? unknownSession(world.peek, first)
  if (own !== undefined && own !== root)
    notAllowed(by, `form a group of root session ${root}`, 'A session of that tree')
  return [root, second]
}

/** The operator need not say whose it is, where there is one of that name. */
function theOnly(name: string, { peek }: World): [root: string, name: string] {
  const named = peek.groupsNamed(name).flatMap((id) => peek.group(id) ?? [])
  const living = named.filter(({ status }) => status !== 'disbanded')
  const [group, another] = living.length > 0 ? living : named
  return group === undefined || another !== undefined ? unnamed('coordinator') : [group.rootSessionId, name]
}

const unnamed = (path: string): never =>
  refuse('INVALID_COMMAND', 'the operator is no session: name one', {
    details: { path },
    hint: 'Name a coordinator, or act as it: --as <session>',
  })

/** A session or a run. Relies on its lifecycle. */
function memberOf(address: string, by: Acting, world: World): { member: string; sessionId: string } {
  const { kind } = parseAddress(address)
  if (kind === 'session' || kind === 'name') {
    const sessionId = resolveSession(world, address)
    return { member: `session:${sessionId}`, sessionId }
  }
  const { mailbox: member, sessionId = '' } = kind === 'run' ? resolveOne(world, by, address) : noMember(address)
  return { member, sessionId }
}

const noMember = (address: string): never =>
  refuse('BAD_ADDRESS', `${address} is no session and no run`, {
    details: { address },
    hint: 'A member is session:<id>, or its bare name, or run:<id>.',
  })

function assertRoom(groupId: string, count: number, { limits }: Context): void {
  if (count <= limits.members) return
  refuse('LIMIT_EXCEEDED', `group ${groupId} would have ${count} members; the limit is ${limits.members}`, {
    details: { limit: limits.members, size: count },
  })
}

/** The group that a command names. */
export function theGroup(name: string, world: World, context: Context): { group: Group; by: Acting } {
  const by = acting(world, context)
  return { group: livingGroup(world, groupNamed(world, by, name)), by }
}

/** The same, for its coordinator. */
export function coordinated(name: string, world: World, context: Context): { group: Group; by: Acting } {
  const { group, by } = theGroup(name, world, context)
  if (!isCoordinator(by, group)) notCoordinator(by, group)
  return { group, by }
}

export const isCoordinator = (by: Acting, { coordinator }: Group): boolean =>
  by.operator || (coordinator !== undefined && coordinator === by.session?.id)

const notCoordinator = (by: Acting, { id, coordinator }: Group): never =>
  refuse('NOT_COORDINATOR', `${nameOf(by)} does not coordinate group ${id}; ${coordinator ?? 'nobody'} does`, {
    details: { group: id, coordinator },
    hint:
      coordinator === undefined
        ? `A member may take the seat: baton group transfer ${id} <session>`
        : `Ask its coordinator: baton send coordinator@group:${id} <text>`,
  })

export const decideAddMember: Decide<AddMember> = ({ group: name, member: address }, world, context) => {
  const { group, by } = coordinated(name, world, context)
  const { id: groupId, members } = group
  const joining = memberOf(address, by, world)
  if (isMember(group, joining.member)) return []
  assertRoom(groupId, Object.keys(members).length + 1, context)
  return [{ stream: groupStream(groupId), type: 'MemberAdded', data: { groupId, ...joining } }]
}

/** A member may leave by itself. One that is closed or has ended can still be taken out. */
export const decideRemoveMember: Decide<RemoveMember> = ({ group: name, member: address }, world, context) => {
  const { group, by } = theGroup(name, world, context)
  const { id: groupId, members } = group
  const member = address.includes(':') ? address : `session:${address}`
  const sessionId = isMember(group, member) ? members[member] : undefined
  if (!isCoordinator(by, group) && (sessionId === undefined || sessionId !== by.session?.id)) notCoordinator(by, group)
  if (sessionId !== undefined) {
    return [{ stream: groupStream(groupId), type: 'MemberRemoved', data: { groupId, member, sessionId } }]
  }
  return refuse('NOT_PARTICIPANT', `${member} is no member of group ${groupId}`, {
    details: { group: groupId, member, members: Object.keys(members).slice(0, 20) },
  })
}

/** By the coordinator; by any member, where the seat is vacant. */
export const decideTransferCoordinator: Decide<TransferCoordinator> = (command, world, context) => {
  const { group: name, to: address, reason } = command
  const { group, by } = theGroup(name, world, context)
  const { id: groupId, coordinator } = group
  if (!isCoordinator(by, group) && !mayTake(by, group)) notCoordinator(by, group)
  const to = resolveSession(world, address)
  if (to === coordinator) return []
  const from = coordinator === undefined ? {} : { from: coordinator }
  return [{ stream: groupStream(groupId), type: 'CoordinatorChanged', data: { groupId, ...from, to, reason } }]
}

export const decideDisbandGroup: Decide<DisbandGroup> = ({ group: name, reason }, world, context) => {
  const { group } = coordinated(name, world, context)
  assertNoRound(group)
  const { id: groupId, coordinator } = group
  const members = Object.entries(group.members).map(([member, sessionId]) => ({ member, sessionId }))
  const data = { groupId, reason, ...(coordinator !== undefined && { coordinator }), members }
  return [{ stream: groupStream(groupId), type: 'GroupDisbanded', data }]
}

export function assertNoRound({ id, status, rounds }: Group): void {
  if (status !== 'active') return
  refuse('ROUND_OPEN', `round ${rounds} of group ${id} is open`, {
    details: { group: id, round: rounds },
    hint: `Wait for it, or cancel it: baton group cancel ${id} --reason <why>`,
  })
}
