/**
 * Items that settle, and the fan-in that this decides: in the same commit, with all results so far. One command may
 * settle several items of a round, so each is counted on top of those before it.
 */
import type { EventData, Fact } from '../../events/catalog.ts'
import { tell } from '../deliver.ts'
import { of } from '../dict.ts'
import { groupStream, lastCoordinator, type Group } from '../group.ts'
import type { Recipient } from '../mailbox.ts'
import { roundKey, verdictOf, type Item, type ItemOutcome, type Round, type Verdict } from '../round.ts'
import type { BoundItem, Run } from '../run.ts'
import type { Context, World } from '../world.ts'

export interface Settlement {
  readonly outcome: ItemOutcome
  readonly result?: unknown
  readonly reason?: string
  /** Of an effect: the run that served it. */
  readonly servedBy?: string
  /** The result stands with the run, too: where there is no room for it here it is found there. */
  readonly held?: true
}

export interface Settling {
  /** Nothing, where the item is settled already or its round was cancelled. Relies on the group. */
  settle: (item: BoundItem, settlement: Settlement, from: Recipient) => Fact[]
}

export function settling(world: World, context: Context): Settling {
  /** Rounds as they are after what was settled here. */
  const now = new Map<string, Round>()
  /** One commit has to hold whatever a command settles: what is too much is left where it is. */
  const room = roomFor(context.limits.commitBytes / 4)

  function settle({ groupId, round: number, itemId }: BoundItem, settlement: Settlement, from: Recipient): Fact[] {
    const key = roundKey(groupId, number)
    const group = world.group(groupId)
    const round = now.get(key) ?? world.round(groupId, number)
    const item = of(round?.items, itemId)
    if (group === undefined || round === undefined || item === undefined) return []
    if (item.outcome !== undefined || round.status === 'cancelled') return []
    const facts: Fact[] = []
    const isOver = round.fanIn.deadline !== undefined && Date.parse(round.fanIn.deadline) <= context.now
    // Nobody has swept since: the deadline was there all the same.
    if (round.status === 'open' && isOver) facts.push(...fanIn(group, round, 'partial', from, world, context, room))
    const late = round.status === 'reached' || isOver
    const told = kept(settlement, room)
    const data = { groupId, round: number, itemId, late, ...told, ...boundTo(item) }
    facts.push({ stream: groupStream(groupId), type: 'ItemSettled', data })
    const after: Round = { ...round, items: { ...round.items, [itemId]: { ...item, ...told } } }
    const verdict = late ? undefined : verdictFor(after)
    now.set(key, late || verdict !== undefined ? { ...after, status: 'reached' } : after)
    if (verdict !== undefined) facts.push(...fanIn(group, after, verdict, from, world, context, room))
    return facts
  }

  return { settle }
}

const boundTo = ({ runId }: Item): { runId?: string } => (runId === undefined ? {} : { runId })

function kept({ held, result, ...rest }: Settlement, room: Room): Omit<Settlement, 'held'> & { omitted?: true } {
  if (result === undefined) return rest
  return room.take(result) || held === undefined ? { ...rest, result } : { ...rest, omitted: true }
}

/** How much may still be told. */
interface Room {
  /** Whether there is room for it; it is taken then. */
  take: (value: unknown) => boolean
}

function roomFor(bytes: number, within?: Room): Room {
  let left = bytes
  return {
    take(value) {
      const size = Buffer.byteLength(JSON.stringify(value))
      if (size > left || within?.take(value) === false) return false
      left -= size
      return true
    },
  }
}

/** The items that wait for an effect of a run. */
export const itemsOfEffect = (
  run: Run,
  effectId: string,
  settlement: Settlement,
  from: Recipient,
  items: Settling,
): Fact[] =>
  run.items.filter((item) => item.effectId === effectId).flatMap((item) => items.settle(item, settlement, from))

function verdictFor({ fanIn: rule, items }: Round): Verdict | undefined {
  const outcomes = Object.values(items).map(({ outcome }) => outcome)
  const count = (wanted: ItemOutcome): number => outcomes.filter((outcome) => outcome === wanted).length
  return verdictOf(rule, outcomes.length, count('ok'), count('failed'))
}

/** The round is over: what came and what did not, and the coordinator hears of it. */
export function fanIn(
  group: Group,
  { round, items }: Round,
  verdict: Verdict,
  from: Recipient,
  world: World,
  context: Context,
  within?: Room,
): Fact[] {
  const { commitBytes, payloadBytes } = context.limits
  const missing = pendingOf(items)
  const reached = { groupId: group.id, round, verdict, missing }
  // A message holds the names beside the results.
  const names = Buffer.byteLength(JSON.stringify({ ...reached, results: settledOf(items, roomFor(0)) }))
  return [
    {
      stream: groupStream(group.id),
      type: 'FanInReached',
      data: { ...reached, results: settledOf(items, roomFor(commitBytes / 8, within)) },
    },
    ...tell(world, context, from, lastCoordinator(group), {
      kind: 'result',
      subject: `round ${round} of group ${group.id} is ${verdict}`,
      body: '',
      data: { ...reached, results: settledOf(items, roomFor(payloadBytes - names, within)) },
    }),
  ]
}

/** What is settled, for a checkpoint. */
export const keptSoFar = (items: Round['items'], { limits }: Context): EventData<'FanInReached'>['results'] =>
  settledOf(items, roomFor(limits.commitBytes / 8))

export const pendingOf = (items: Round['items']): string[] =>
  Object.keys(items).filter((itemId) => of(items, itemId)?.outcome === undefined)

/** What was settled so far. A result for which there is no room is left where it is: with its item. */
function settledOf(items: Round['items'], room: Room): EventData<'FanInReached'>['results'] {
  return Object.entries(items).flatMap(([itemId, { outcome, result, omitted }]: [string, Item]) => {
    if (outcome === undefined) return []
    if (omitted === true) return [{ itemId, outcome, omitted }]
    if (result === undefined) return [{ itemId, outcome }]
    return [room.take(result) ? { itemId, outcome, result } : { itemId, outcome, omitted: true as const }]
  })
}
