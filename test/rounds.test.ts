/** Rounds whose items are settled by real processes at once: each fans in once, in the commit that decides it. */
import { expect, test } from 'vitest'
import type { Command } from '../src/commands/catalog.ts'
import type { DispatchRound } from '../src/commands/dispatch-round.ts'
import type { Hub } from '../src/hub.ts'
import { fateOf, sessionActor, tallyOf } from './support/agents.ts'
import { closeAll, keepers, logOf, type Logged } from './support/keepers.ts'
import { seeded, type Random } from './support/random.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEED = Number(process.env['BATON_SEED'] ?? Math.floor(performance.timeOrigin) % 1_000_000)
const PROCESSES = 8
const ROUNDS = LONG ? 2_000 : 200
/** So much later than they were told of it all of them begin. */
const LEAD_MS = 8

const { place, start } = keepers()
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

type Mode = NonNullable<DispatchRound['fanIn']>['mode']
type Outcome = 'ok' | 'failed'

/** What settles an item: its session says so, its run ends, or the effect that it stands for is settled. */
type Binding = 'session' | 'run' | 'effect'

interface Plan {
  readonly round: number
  readonly mode: Mode
  readonly binding: Binding
  readonly quorum?: number
  /** Of each process's item. */
  readonly outcomes: readonly Outcome[]
}

const MODES: readonly Mode[] = ['all', 'quorum', 'any', 'settled']
const BINDINGS: readonly Binding[] = ['session', 'run', 'effect']

function planOf(i: number, random: Random): Plan {
  const mode = MODES[i % MODES.length] as Mode
  const binding = BINDINGS[i % BINDINGS.length] as Binding
  // Mostly well, now and then badly, sometimes all of them.
  const failing = random.pick([0, 0.15, 0.7, 1])
  return {
    round: i + 1,
    mode,
    binding,
    ...(mode === 'quorum' && { quorum: 1 + random.below(PROCESSES) }),
    outcomes: range(PROCESSES).map(() => (random.next() < failing ? 'failed' : 'ok')),
  }
}

test(
  `${PROCESSES} processes settle the items of a round at once, ${ROUNDS} times: it fans in once, with what has come so far`,
  { timeout: LONG ? 1_800_000 : 240_000 },
  async () => {
    const random = seeded(SEED)
    const { dir, hub } = await place()
    const ids = range(PROCESSES).map(workerOf)
    for (const sessionId of ['lead', ...ids]) await hub.send({ type: 'OpenSession', sessionId })
    await hub.send({ type: 'FormGroup', name: 'lead/team', coordinator: 'lead', members: ids })
    const all = await Promise.all(
      ids.map((id, i) => start(dir, { actor: sessionActor(id), durability: i % 4 === 0 ? 'disk' : 'os' })),
    )

    const plans = range(ROUNDS).map((i) => planOf(i, random))
    for (const plan of plans) {
      await dispatch(hub, plan)
      const at = Date.now() + LEAD_MS
      const fates = await Promise.all(all.map((worker, n) => worker.each([{ command: settle(plan, n) }], at)))
      expect(tallyOf(fates.flat().map(fateOf))).toEqual({ accepted: PROCESSES })
    }
    await closeAll(all)

    const events = await logOf(hub)
    const decided = plans.map((plan) => expectFannedIn(plan, events))
    const { void: voids, findings } = await hub.verify()
    expect(findings).toEqual([])
    await hub.close()
    const verdicts = tallyOf(decided.map(({ verdict }, i) => `${plans[i]?.mode} ${verdict}`))
    const late = decided.reduce((sum, each) => sum + each.late, 0)
    console.log(`seed ${SEED}: ${ROUNDS} rounds`, verdicts, `${late} items late, void`, voids)
    expect(Object.keys(verdicts)).toHaveLength(7)
    expect(late).toBeGreaterThan(ROUNDS)
    // They did meet: where nobody is in anybody's way this shows nothing.
    expect(voids['conflict']).toBeGreaterThan(ROUNDS)
  },
)

const workerOf = (n: number): string => `worker-${n}`
const runOf = ({ round }: Plan, n: number): string => `run-${round}-${n}`

async function dispatch(hub: Hub, plan: Plan): Promise<void> {
  const { round, mode, quorum, binding } = plan
  if (binding !== 'session') await Promise.all(range(PROCESSES).map((n) => startRun(hub, plan, n)))
  const bound = (n: number): object =>
    binding === 'session'
      ? { session: workerOf(n) }
      : binding === 'run'
        ? { run: runOf(plan, n) }
        : { effect: `${runOf(plan, n)}/e` }
  await hub.send({
    type: 'DispatchRound',
    group: 'lead/team',
    items: range(PROCESSES).map((n) => ({ itemId: `item-${n}`, ...bound(n), payload: `round ${round}` })),
    fanIn: { mode, ...(quorum !== undefined && { quorum }) },
  })
}

async function startRun(hub: Hub, plan: Plan, n: number): Promise<void> {
  const runId = runOf(plan, n)
  await hub.send({ type: 'StartRun', runId, sessionId: workerOf(n), begin: true })
  if (plan.binding === 'effect') await hub.send({ type: 'RegisterEffect', runId, effectId: 'e' })
}

/** The command with which a process settles its item. */
function settle(plan: Plan, n: number): Command {
  const { round, binding, outcomes } = plan
  const outcome = outcomes[n] as Outcome
  const result = { round, by: n }
  const runId = runOf(plan, n)
  if (binding === 'session') {
    return { type: 'SettleItem', group: 'lead/team', round, itemId: `item-${n}`, outcome, result }
  }
  if (binding === 'effect') {
    return { type: 'SettleEffect', runId, effectId: 'e', outcome: outcome === 'ok' ? 'ok' : 'error', result }
  }
  return outcome === 'ok'
    ? { type: 'CompleteRun', runId, result }
    : { type: 'FailRun', runId, reason: 'error', error: 'it is a test', partial: result }
}

interface Settled {
  readonly itemId: string
  readonly outcome: Outcome
  readonly result?: unknown
  readonly late: boolean
}

/** What the rule says, in the order in which the log has the items: counted here once more, by other means. */
function decisionOf({ mode, quorum }: Plan, outcomes: readonly Outcome[]): { at: number; verdict: string } {
  const needed = mode === 'any' ? 1 : (quorum ?? PROCESSES)
  for (const at of outcomes.keys()) {
    const ok = outcomes.slice(0, at + 1).filter((outcome) => outcome === 'ok').length
    const missed = at + 1 - ok
    if (mode === 'settled' && at + 1 === PROCESSES) return { at, verdict: 'complete' }
    if (mode === 'settled') continue
    if (ok === needed) return { at, verdict: 'complete' }
    if (PROCESSES - missed < needed) return { at, verdict: 'failed' }
  }
  return expect.unreachable('all are settled, and nothing is decided')
}

function expectFannedIn(plan: Plan, events: readonly Logged[]): { verdict: string; late: number } {
  const { round } = plan
  const of = (type: string): Logged[] => events.filter((event) => event.type === type && event.data['round'] === round)
  const items = of('ItemSettled')
  const settled = items.map(({ data }) => data as unknown as Settled)
  expect(new Set(settled.map(({ itemId }) => itemId)).size).toBe(PROCESSES)
  for (const { itemId, outcome, result } of settled) {
    const n = Number(itemId.slice('item-'.length))
    expect({ outcome, result }).toEqual({ outcome: plan.outcomes[n], result: { round, by: n } })
  }
  const { at, verdict } = decisionOf(
    plan,
    settled.map(({ outcome }) => outcome),
  )

  const fanIns = of('FanInReached')
  expect(fanIns).toHaveLength(1)
  const [fanIn] = fanIns as [Logged]
  expect(fanIn.commit).toBe(items[at]?.commit)
  const what = { groupId: 'lead/team', round, verdict }
  const inTime = settled.slice(0, at + 1).map(({ itemId, outcome, result }) => ({ itemId, outcome, result }))
  expect(fanIn.data).toMatchObject(what)
  expect(byItem(fanIn.data['results'])).toEqual(byItem(inTime))
  expect(byText(fanIn.data['missing'])).toEqual(byText(settled.slice(at + 1).map(({ itemId }) => itemId)))
  expect(settled.map(({ late }) => late)).toEqual(settled.map((_, i) => i > at))

  const told = events.filter(
    ({ type, data }) => type === 'MessageSent' && data['kind'] === 'result' && data['data']?.['round'] === round,
  )
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({ commit: fanIn.commit, data: { to: ['session:lead'], data: fanIn.data } })
  return { verdict, late: PROCESSES - at - 1 }
}

const byItem = (results: readonly { readonly itemId: string }[]) =>
  results.toSorted((a, b) => (a.itemId < b.itemId ? -1 : 1))
const byText = (texts: readonly string[]): string[] => texts.toSorted((a, b) => (a < b ? -1 : 1))
