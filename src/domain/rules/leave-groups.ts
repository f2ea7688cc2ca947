/** What a session that is being closed leaves in its groups: a coordinator's seat, and items that it was to settle. */
import type { Fact } from '../../events/catalog.ts'
import type { Acting } from '../acting.ts'
import { tell } from '../deliver.ts'
import { of } from '../dict.ts'
import { groupStream } from '../group.ts'
import type { BoundItem } from '../run.ts'
import { emptySeat } from '../seat.ts'
import type { Session } from '../session.ts'
import type { Context, World } from '../world.ts'
import type { Settling } from './settle-items.ts'

/** The seats of a coordinator fall vacant; items go on with the successor, else they have failed. */
export function leaveGroups(
  id: string,
  successor: Session | undefined,
  by: Acting,
  world: World,
  context: Context,
  items: Settling,
): Fact[][] {
  const { coordinates, workedIn } = world.peek.seat(id) ?? emptySeat()
  const reason = `session ${id} was closed`
  const vacated = Object.keys(coordinates).flatMap((groupId): Fact[][] => {
    const group = world.group(groupId)
    if (group?.coordinator !== id || group.status === 'disbanded') return []
    return [[{ stream: groupStream(groupId), type: 'CoordinatorVacated', data: { groupId, from: id, reason } }]]
  })
  const left = Object.keys(workedIn).flatMap((groupId) => openItemsOf(id, groupId, world))
  return [
    ...vacated,
    ...left.map((item): Fact[] => {
      if (successor === undefined) return items.settle(item, { outcome: 'failed', reason }, by.mailbox)
      return reassigned(item, id, successor.id, by, world, context)
    }),
  ].filter((facts) => facts.length > 0)
}

/** The dispatch message moves with the mail, unless it was acknowledged: then the successor is told where it is. */
function reassigned(item: BoundItem, from: string, to: string, by: Acting, world: World, context: Context): Fact[] {
  const { groupId, round, itemId } = item
  const facts: Fact[] = [
    { stream: groupStream(groupId), type: 'ItemReassigned', data: { groupId, round, itemId, from, to } },
  ]
  const { messageId = '' } = of(world.peek.round(groupId, round)?.items, itemId) ?? {}
  // What is being closed acknowledges nothing any more without relying on the mailbox.
  const { state } = of(world.peek.message(messageId)?.deliveries, `session:${from}`) ?? {}
  if (state === 'pending' || state === 'transferred') return facts
  const letter = {
    kind: 'notice',
    subject: `item ${itemId} of round ${round} of group ${groupId} is yours`,
    body: `session ${from} was closed; what is to be done: message ${messageId}`,
    data: { groupId, round, itemId, messageId },
  }
  return [...facts, ...tell(world, context, by.mailbox, to, letter)]
}

/** What a session was to do in the newest round; where that has fanned in already it comes late. */
function openItemsOf(id: string, groupId: string, world: World): BoundItem[] {
  const group = world.group(groupId)
  const round = group === undefined ? undefined : world.round(groupId, group.rounds)
  if (group === undefined || round === undefined) return []
  if (group.status === 'disbanded' || round.status === 'cancelled') return []
  const { items } = round
  return Object.entries(items)
    .filter(([, { sessionId, outcome }]) => sessionId === id && outcome === undefined)
    .map(([itemId]) => ({ groupId, round: group.rounds, itemId }))
}
