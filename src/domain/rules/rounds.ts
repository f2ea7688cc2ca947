/** A round: items fan out to whoever works on them, and fan in as each is settled. */
import type { CancelRound } from '../../commands/cancel-round.ts'
import type { CheckpointGroup } from '../../commands/checkpoint-group.ts'
import type { DispatchRound } from '../../commands/dispatch-round.ts'
import type { SettleItem } from '../../commands/settle-item.ts'
import type { EventData, Fact } from '../../events/catalog.ts'
import { notAllowed, type Acting } from '../acting.ts'
import { parseAddress, resolveOne, resolveSession } from '../address.ts'
import { assertPayload, deadlineOf, delivered, messageSent } from '../deliver.ts'
import { of } from '../dict.ts'
import { effectSettled, liveRun } from '../find.ts'
import { groupStream, type Group } from '../group.ts'
import { sessionMailbox, type Recipient } from '../mailbox.ts'
import { refuse } from '../refuse.ts'
import { neededOf, type FanIn, type Item, type Round } from '../round.ts'
import { runStream } from '../run.ts'
import type { Context, Decide, World } from '../world.ts'
import { assertNoRound, coordinated, isCoordinator, theGroup } from './groups.ts'
import { keptSoFar, pendingOf, settling } from './settle-items.ts'

// ---- out

type Wanted = DispatchRound['items'][number]

/** What an item waits for, and where its message goes. */
interface Binding {
  readonly to?: Recipient
  readonly runId?: string
  readonly sessionId?: string
  readonly effectId?: string
}

export const decideDispatchRound: Decide<DispatchRound> = ({ group: name, items, fanIn }, world, context) => {
  const { group, by } = coordinated(name, world, context)
  assertNoRound(group)
  const round = group.rounds + 1
  assertItems(`round ${round} of group ${group.id}`, items.length, context)
  const rule = ruleOf(fanIn ?? { mode: 'all' }, items, context)
  const sent = items.map((item) => dispatch(item, group, round, by, world, context))
  assertRunsHold(
    sent.flatMap(({ item }) => item.runId ?? []),
    world,
    context,
  )
  return [
    {
      stream: groupStream(group.id),
      type: 'RoundDispatched',
      data: { groupId: group.id, round, items: sent.map(({ item }) => item), fanIn: rule },
    },
    ...sent.flatMap(({ facts }) => facts),
  ]
}

/** Whatever is bound to a run settles with its end, in one commit. */
function assertRunsHold(runIds: readonly string[], world: World, context: Context): void {
  const counts = new Map<string, number>()
  for (const id of runIds) counts.set(id, (counts.get(id) ?? 0) + 1)
  for (const [id, count] of counts) {
    assertItems(`run ${id}`, count + (world.run(id)?.items.length ?? 0), context)
  }
}

function assertItems(what: string, size: number, { limits }: Context): void {
  if (size <= limits.items) return
  refuse('LIMIT_EXCEEDED', `${what} would have ${size} items; the limit is ${limits.items}`, {
    details: { limit: limits.items, size },
  })
}

function ruleOf(
  { mode, quorum, ...until }: NonNullable<DispatchRound['fanIn']>,
  items: readonly Wanted[],
  context: Context,
): FanIn {
  const names = new Set<string>()
  for (const { itemId } of items) {
    if (names.has(itemId)) return invalid('items', `two items are called ${itemId}`)
    names.add(itemId)
  }
  if ((mode === 'quorum') !== (quorum !== undefined)) return invalid('fanIn.quorum', 'a quorum is that of mode quorum')
  if (quorum !== undefined && quorum > items.length) {
    return invalid('fanIn.quorum', `${quorum} of ${items.length} items cannot succeed`)
  }
  const deadline = deadlineOf(until.deadline, until.withinMs, 'fanIn.deadline', context)
  return { mode, needed: neededOf(mode, items.length, quorum), ...(deadline !== undefined && { deadline }) }
}

const invalid = (path: string, message: string): never => refuse('INVALID_COMMAND', message, { details: { path } })

function dispatch(
  wanted: Wanted,
  group: Group,
  round: number,
  by: Acting,
  world: World,
  context: Context,
): { item: EventData<'RoundDispatched'>['items'][number]; facts: Fact[] } {
  const { itemId, payload } = wanted
  assertPayload('', payload, context)
  const { to, ...bound } = bindingOf(wanted, by, world)
  if (to === undefined) return { item: { itemId, ...(payload !== undefined && { payload }) }, facts: [] }
  const messageId = context.newId()
  const at = { groupId: group.id, round, itemId }
  const facts: Fact[] = []
  const { runId, effectId } = bound
  if (runId !== undefined) {
    const data = { runId, ...at, ...(effectId !== undefined && { effectId }) }
    facts.push({ stream: runStream(runId), type: 'ItemBound', data })
  }
  const letter = {
    address: addressOf(wanted, to),
    kind: 'dispatch',
    subject: `item ${itemId} of round ${round} of group ${group.id}`,
    // A text is what a person reads; whatever else it is lies with the data.
    body: typeof payload === 'string' ? payload : '',
    data: { ...at, ...bound, ...(payload !== undefined && typeof payload !== 'string' && { payload }) },
  }
  facts.push(messageSent(by.mailbox, [to], letter, messageId), delivered(messageId, to))
  return { item: { itemId, ...bound, messageId }, facts }
}

const addressOf = ({ effect }: Wanted, { mailbox }: Recipient): string =>
  effect === undefined ? mailbox : `effect:${effect}`

/** Relies on the lifecycle of whoever settles it: nothing is bound to what has ended. */
function bindingOf({ itemId, run, session, effect }: Wanted, by: Acting, world: World): Binding {
  if ([run, session, effect].filter((each) => each !== undefined).length > 1) {
    return invalid('items', `item ${itemId} is bound to a run, a session or an effect: to one of them`)
  }
  if (run !== undefined) return { runId: run, to: resolveOne(world, by, `run:${run}`) }
  if (session !== undefined) {
    const sessionId = resolveSession(world, session)
    return { sessionId, to: sessionMailbox(sessionId) }
  }
  if (effect === undefined) return {}
  const address = parseAddress(`effect:${effect}`)
  if (address.kind !== 'effect') return invalid('items', `${effect} is no effect`)
  const { runId, effectId } = address
  const to = resolveOne(world, by, `effect:${effect}`)
  const outcome = of(liveRun(world, runId).effects, effectId)?.outcome
  return outcome === undefined ? { runId, effectId, to } : effectSettled(runId, effectId, outcome)
}

// ---- in

export const decideSettleItem: Decide<SettleItem> = (command, world, context) => {
  const { group: name, itemId, outcome, result, reason } = command
  const { group, by } = theGroup(name, world, context)
  const round = roundOf(group, command.round ?? group.rounds, world)
  const item = of(round.items, itemId) ?? unknownItem(group, round, itemId)
  if (!maySettle(by, item, group, world)) {
    notAllowed(by, `settle item ${itemId} of group ${group.id}`, 'Whoever works on it and the coordinator')
  }
  const what = { group: group.id, round: round.round, itemId }
  if (item.outcome !== undefined) {
    return refuse('INVALID_TRANSITION', `item ${itemId} is settled: ${item.outcome}`, {
      details: { ...what, outcome: item.outcome },
    })
  }
  if (round.status === 'cancelled') {
    return refuse(
      'INVALID_TRANSITION',
      `round ${round.round} of group ${group.id} was cancelled: ${round.reason ?? ''}`,
      {
        details: { ...what, reason: round.reason },
      },
    )
  }
  assertPayload(reason ?? '', result, context)
  const at = { groupId: group.id, round: round.round, itemId }
  return settling(world, context).settle(at, { outcome, result, ...(reason !== undefined && { reason }) }, by.mailbox)
}

function roundOf(group: Group, number: number, world: World): Round {
  const round = world.round(group.id, number)
  if (round !== undefined) return round
  return refuse('UNKNOWN_ITEM', `group ${group.id} has had ${group.rounds} rounds, and none is number ${number}`, {
    details: { group: group.id, round: number, rounds: group.rounds },
  })
}

const unknownItem = (group: Group, { round, items }: Round, itemId: string): never =>
  refuse('UNKNOWN_ITEM', `round ${round} of group ${group.id} has no item ${itemId}`, {
    details: { group: group.id, round, itemId, items: Object.keys(items).slice(0, 20) },
    hint: `See its items: baton group show ${group.id}`,
  })

/** The item's run or session, the run that serves its effect, or the coordinator. */
function maySettle(by: Acting, { sessionId, runId, effectId }: Item, group: Group, world: World): boolean {
  const id = by.session?.id
  if (isCoordinator(by, group) || (id !== undefined && sessionId === id)) return true
  // Which session a run belongs to never changes.
  const run = runId === undefined ? undefined : world.peek.run(runId)
  const serving = effectId === undefined ? [] : (of(run?.effects, effectId)?.runs ?? [])
  return [run, ...serving.map((each) => world.peek.run(each))].some(
    (each) => each?.sessionId === id && id !== undefined,
  )
}

// ---- between

/** The round that is open. */
function openRound(group: Group, world: World): Round {
  const round = group.status === 'active' ? world.round(group.id, group.rounds) : undefined
  if (round !== undefined) return round
  return refuse('INVALID_TRANSITION', `group ${group.id} has no open round`, {
    details: { group: group.id, status: group.status, rounds: group.rounds },
    hint: `Dispatch one: baton group dispatch ${group.id} --items @items.json`,
  })
}

export const decideCheckpointGroup: Decide<CheckpointGroup> = ({ group: name, label, partial }, world, context) => {
  const { group } = coordinated(name, world, context)
  const { round, items, checkpoints } = openRound(group, world)
  if (checkpoints.some((each) => each.label === label)) {
    return refuse('INVALID_TRANSITION', `round ${round} of group ${group.id} has a checkpoint ${label} already`, {
      details: { group: group.id, round, label },
      hint: 'A checkpoint never changes: choose another label.',
    })
  }
  assertPayload('', partial, context)
  const settled = keptSoFar(items, context)
  const data = { groupId: group.id, round, label, settled, pending: pendingOf(items), partial }
  return [{ stream: groupStream(group.id), type: 'GroupCheckpointed', data }]
}

export const decideCancelRound: Decide<CancelRound> = ({ group: name, reason }, world, context) => {
  const { group } = coordinated(name, world, context)
  const { round, items } = openRound(group, world)
  const bound = Object.values(items).flatMap(({ runId, outcome }) => (outcome === undefined ? (runId ?? []) : []))
  const data = { groupId: group.id, round, reason, runIds: [...new Set(bound)] }
  return [{ stream: groupStream(group.id), type: 'RoundCancelled', data }]
}
