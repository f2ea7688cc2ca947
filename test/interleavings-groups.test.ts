/** Groups, rounds, leases and time: a command decided by one hub, and what another does before it is written. */
import { expect, test } from 'vitest'
import { openMemoryLog, type Actor, type Command, type Hub, type LoggedEvent } from '../src/index.ts'
import { code, disturbed, newHub, session } from './support/disturbed.ts'

type Deed = Command | readonly [Actor, Command]
/** About the message that waits for `w`. */
type About = (messageId: string) => Deed

const START = Date.parse('2026-01-01T00:00:00.000Z')
const MINUTE = 60_000
const at = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString()

const sweep: Deed = [{ kind: 'system' }, { type: 'ExpireDue' }]

const does = (hub: Hub, deed: Deed): Promise<unknown> => {
  const [actor, command] = Array.isArray(deed) ? (deed as [Actor, Command]) : [undefined, deed as Command]
  return (actor === undefined ? hub : hub.as(actor)).send(command)
}

interface Setting {
  readonly given: readonly Deed[]
  readonly victim: Deed | About
  /** What comes between the decision and the `before`th append: the first, if nothing is said. */
  readonly rival: Deed | About
  readonly before?: number
  /** Minutes after the start: `given` happens at 0. */
  readonly minutes?: number
  readonly rivalMinutes?: number
}

async function race({ given, victim, rival, before = 1, minutes = 0, rivalMinutes = minutes }: Setting) {
  const log = openMemoryLog()
  let now = START
  const options = { sweepEvery: false }
  const hub = await newHub(log, { ...options, clock: () => now })
  for (const deed of given) await does(hub, deed)
  const [waiting] = given.some(isSent) ? await hub.inbox('w').list() : []
  const id = waiting?.id ?? ''
  const deedOf = (deed: Deed | About): Deed => (typeof deed === 'function' ? deed(id) : deed)
  let other = 'never'
  const { log: between, state } = disturbed(log, async (n) => {
    if (n === before) other = await code(does(hub, deedOf(rival)))
  })
  const slow = await newHub(between, { ...options, clock: () => START + minutes * MINUTE })
  now = START + rivalMinutes * MINUTE
  state.armed = true
  const mine = await code(does(slow, deedOf(victim)))
  return { hub, mine, other, message: await hub.message(id), count: await counter(hub) }
}

/** A message, about which others may act. */
const isSent = (deed: Deed): boolean => Array.isArray(deed) && (deed as [Actor, Command])[1].type === 'SendMessage'

/** How many events of a type there are. */
async function counter(hub: Hub) {
  const events: LoggedEvent[] = []
  for await (const event of hub.log()) events.push(event)
  return (type: string): number => events.filter((event) => event.type === type).length
}

const open = (...ids: string[]): Command[] => ids.map((sessionId) => ({ type: 'OpenSession', sessionId }))
const start = (runId: string, more: object = {}): Command => ({
  type: 'StartRun',
  runId,
  sessionId: 'w',
  begin: true,
  ...more,
})
const close = (sessionId: string, more: object = {}): Command => ({
  type: 'CloseSession',
  sessionId,
  outcome: 'lost',
  ...more,
})
const complete = (runId: string): Command => ({ type: 'CompleteRun', runId })
const settle = (itemId: string, outcome: 'ok' | 'failed' = 'ok'): Command => ({
  type: 'SettleItem',
  group: 'c/g',
  itemId,
  outcome,
})
const dispatch = (items: object, fanIn?: object): Command =>
  ({ type: 'DispatchRound', group: 'c/g', items, ...(fanIn !== undefined && { fanIn }) }) as Command
const cancel: Command = { type: 'CancelRound', group: 'c/g', reason: 'no need' }
const form = (coordinator: string): Command => ({ type: 'FormGroup', name: 'c/g', coordinator })
const disband: Command = { type: 'DisbandGroup', group: 'c/g' }
const transfer = (to: string): Command => ({ type: 'TransferCoordinator', group: 'c/g', to })

/** `c` coordinates the group `c/g`; `w` and `x` work. */
const team: readonly Command[] = [
  ...open('c', 'w', 'x'),
  { type: 'FormGroup', name: 'g', coordinator: 'c', members: ['w', 'x'] },
]
const toRuns = dispatch([
  { itemId: 'a', run: 'r1' },
  { itemId: 'b', run: 'r2' },
])
const plain = dispatch([{ itemId: 'a' }, { itemId: 'b' }])

// ---- what an item is bound to

test.each([
  ['the run has ended', [...team, start('r1'), start('r2')], toRuns, complete('r2'), 'RUN_TERMINAL'],
  [
    'the effect is settled',
    [...team, start('r1'), { type: 'RegisterEffect', runId: 'r1', effectId: 'e' }],
    dispatch([{ itemId: 'a', effect: 'r1/e' }]),
    { type: 'SettleEffect', runId: 'r1', effectId: 'e', outcome: 'ok' },
    'INVALID_TRANSITION',
  ],
  ['the session is closed', team, dispatch([{ itemId: 'a', session: 'w' }]), close('w'), 'SESSION_CLOSED'],
  ['the group is disbanded', team, plain, disband, 'GROUP_DISBANDED'],
  ['another round is open', team, plain, plain, 'ROUND_OPEN'],
  ['the seat is somebody else’s', team, [session('c'), plain], transfer('w'), 'NOT_COORDINATOR'],
] as [string, Command[], Deed, Deed, string][])(
  'dispatched while %s: refused',
  async (_, given, victim, rival, why) => {
    const { hub, mine, other, count } = await race({ given, victim, rival })
    expect([mine, other]).toEqual([why, 'ok'])
    expect(count('RoundDispatched')).toBe(why === 'ROUND_OPEN' ? 1 : 0)
    expect((await hub.group('c/g'))?.status).toBe(
      why === 'ROUND_OPEN' ? 'active' : why === 'GROUP_DISBANDED' ? 'disbanded' : 'formed',
    )
  },
)

test.each([
  ['a run completes', start('r1'), { run: 'r1' }, complete('r1'), 'complete'],
  ['a run is cancelled', start('r1'), { run: 'r1' }, { type: 'CancelRun', runId: 'r1', reason: 'x' }, 'failed'],
  [
    'an effect is settled',
    start('r1'),
    { effect: 'r1/e' },
    { type: 'SettleEffect', runId: 'r1', effectId: 'e', outcome: 'ok' },
    'complete',
  ],
  ['a run completes with its effect open', start('r1'), { effect: 'r1/e' }, complete('r1'), 'failed'],
  ['a run that serves the effect completes', start('r1'), { effect: 'r1/e' }, complete('serving'), 'complete'],
  ['a session is closed', start('r1'), { session: 'w' }, close('w'), 'failed'],
] as [string, Command, object, Command, string][])(
  '%s while an item is bound to it: that settles it',
  async (_, first, binding, victim, verdict) => {
    const effect: Command = { type: 'RegisterEffect', runId: 'r1', effectId: 'e' }
    const serving =
      victim.type === 'CompleteRun' && victim.runId === 'serving'
        ? [start('serving', { parentRunId: 'r1', effectId: 'e' })]
        : []
    const given = [...team, first, effect, ...serving]
    const rival = dispatch([{ itemId: 'a', ...binding }])
    const { hub, mine, other, count } = await race({ given, victim, rival })
    expect([mine, other]).toEqual(['ok', 'ok'])
    expect((await hub.group('c/g'))?.round).toMatchObject({ status: 'reached', verdict })
    expect([count('ItemSettled'), count('FanInReached')]).toEqual([1, 1])
  },
)

test('a session is closed in favour of another while that one closes too: its item goes on with the last', async () => {
  const given = [...team, ...open('y'), dispatch([{ itemId: 'a', session: 'w' }])]
  const { hub, mine, other } = await race({
    given,
    victim: close('w', { successorId: 'x' }),
    rival: close('x', { successorId: 'y' }),
    before: 2,
  })
  expect([mine, other]).toEqual(['ok', 'ok'])
  expect((await hub.group('c/g'))?.round?.items).toMatchObject([{ itemId: 'a', sessionId: 'y' }])
  expect((await hub.inbox('y').list()).map(({ kind }) => kind)).toEqual(['dispatch'])
})

test('an item is settled while its session is being closed in favour of another: it does not move on', async () => {
  const given = [...team, dispatch([{ itemId: 'a', session: 'w' }])]
  const { hub, mine, count } = await race({
    given,
    victim: close('w', { successorId: 'x' }),
    rival: [session('c'), settle('a')],
    before: 2,
  })
  expect(mine).toBe('ok')
  expect([count('ItemReassigned'), count('ItemSettled'), count('FanInReached')]).toEqual([0, 1, 1])
  expect((await hub.group('c/g'))?.round?.verdict).toBe('complete')
})

test('an item moves on to the successor while the one who left settles it: too late', async () => {
  const given = [...team, dispatch([{ itemId: 'a', session: 'w' }])]
  const { hub, mine, other } = await race({
    given,
    victim: [session('w'), settle('a')],
    rival: close('w', { successorId: 'x' }),
  })
  expect([mine, other]).toEqual(['SESSION_CLOSED', 'ok'])
  expect((await hub.group('c/g'))?.round).toMatchObject({ status: 'open', items: [{ sessionId: 'x' }] })
})

test('a run ends with its parent while an item is bound to it: that settles it', async () => {
  const given = [...team, start('r0'), start('r1', { parentRunId: 'r0' })]
  const fail: Command = { type: 'FailRun', runId: 'r0', reason: 'error', error: 'x' }
  const { hub, mine, other } = await race({ given, victim: fail, rival: dispatch([{ itemId: 'a', run: 'r1' }]) })
  expect([mine, other]).toEqual(['ok', 'ok'])
  expect((await hub.group('c/g'))?.round).toMatchObject({ status: 'reached', verdict: 'failed' })
})

// ---- once in

const LAST_TWO: [string, Deed[], Deed, Deed][] = [
  ['two items', [plain], settle('a'), settle('b')],
  [
    'an item and a run',
    [start('r1'), dispatch([{ itemId: 'a', run: 'r1' }, { itemId: 'b' }])],
    complete('r1'),
    settle('b'),
  ],
  ['two runs', [start('r1'), start('r2', { sessionId: 'x' }), toRuns], complete('r1'), complete('r2')],
  ['a run and a closed session', [start('r1'), start('r2', { sessionId: 'x' }), toRuns], complete('r1'), close('x')],
]
test.each(LAST_TWO)('%s settle at once: both count, and the round fans in once', async (_, more, victim, rival) => {
  const { hub, mine, other, count } = await race({ given: [...team, ...more], victim, rival })
  expect([mine, other]).toEqual(['ok', 'ok'])
  expect([count('ItemSettled'), count('FanInReached')]).toEqual([2, 1])
  const { round } = (await hub.group('c/g')) ?? {}
  expect(round?.status).toBe('reached')
  expect(
    round?.items.every(({ outcome, late }) => outcome !== undefined && late !== (round.verdict === 'complete')),
  ).toBe(true)
  expect((await hub.inbox('c').list()).filter(({ kind }) => kind === 'result')).toHaveLength(1)
})

test('one item is settled twice at once: the first counts', async () => {
  const { hub, mine, other, count } = await race({
    given: [...team, plain],
    victim: settle('a'),
    rival: settle('a', 'failed'),
  })
  expect([mine, other]).toEqual(['INVALID_TRANSITION', 'ok'])
  expect([count('ItemSettled'), (await hub.group('c/g'))?.round?.verdict]).toEqual([1, 'failed'])
})

const single = dispatch([{ itemId: 'a' }])
const singleRun = [start('r1'), dispatch([{ itemId: 'a', run: 'r1' }])]
test.each([
  ['an item is settled', [single], settle('a'), 'INVALID_TRANSITION'],
  ['the run ends that it waits for', singleRun, complete('r1'), 'ok'],
] as [string, Command[], Command, string][])('%s while its round is cancelled', async (_, more, settles, refused) => {
  const late = await race({ given: [...team, ...more], victim: settles, rival: cancel })
  expect([late.mine, late.other]).toEqual([refused, 'ok'])
  expect([late.count('ItemSettled'), late.count('FanInReached'), late.count('RoundCancelled')]).toEqual([0, 0, 1])
  const first = await race({ given: [...team, ...more], victim: cancel, rival: settles })
  expect([first.mine, first.other]).toEqual(['INVALID_TRANSITION', 'ok'])
  expect([first.count('FanInReached'), first.count('RoundCancelled')]).toEqual([1, 0])
})

test('the last item is settled in time while a sweep finds the deadline passed: one verdict, whoever was first', async () => {
  const given = [...team, dispatch([{ itemId: 'a' }], { mode: 'all', deadline: at(2) })]
  const inTime = await race({ given, victim: sweep, rival: settle('a'), minutes: 3, rivalMinutes: 1 })
  expect([inTime.mine, inTime.other]).toEqual(['ok', 'ok'])
  expect(inTime.count('FanInReached')).toBe(1)
  expect((await inTime.hub.group('c/g'))?.round?.verdict).toBe('complete')
  const late = await race({ given, victim: settle('a'), rival: sweep, minutes: 1, rivalMinutes: 3 })
  expect([late.mine, late.other]).toEqual(['ok', 'ok'])
  expect(late.count('FanInReached')).toBe(1)
  expect((await late.hub.group('c/g'))?.round).toMatchObject({ verdict: 'partial', items: [{ late: true }] })
})

// ---- the seat

test.each([
  ['formed', open('c', 'w'), form('c')],
  ['handed to it', [...open('c', 'w'), form('w')], transfer('c')],
  ['taken again when it is formed again', [...open('c', 'w'), form('w'), close('w')], form('c')],
] as [string, Command[], Command][])(
  'a seat is %s while its session is closed: nobody closed keeps it',
  async (_, given, seats) => {
    const barred = await race({ given, victim: seats, rival: close('c') })
    expect(barred.other).toBe('ok')
    expect((await barred.hub.group('c/g'))?.coordinator).not.toBe('c')
    const left = await race({ given, victim: close('c'), rival: seats })
    expect([left.mine, left.other]).toEqual(['ok', 'ok'])
    expect(await left.hub.group('c/g')).toMatchObject({ vacatedBy: 'c' })
    expect((await left.hub.group('c/g'))?.coordinator).toBeUndefined()
  },
)

test.each([
  ['by transfer', transfer('w'), transfer('x'), 'NOT_COORDINATOR'],
  ['by forming it again', { type: 'FormGroup', name: 'c/g' }, { type: 'FormGroup', name: 'c/g' }, 'ok'],
] as [string, Command, Command, string][])(
  'two take a vacant seat at once, %s: one has it',
  async (_, mine, others, refused) => {
    const given: Command[] = [
      { type: 'OpenSession', sessionId: 'c' },
      { type: 'OpenSession', sessionId: 'd', parentSessionId: 'c' },
      { type: 'OpenSession', sessionId: 'w', parentSessionId: 'c' },
      { type: 'OpenSession', sessionId: 'x', parentSessionId: 'c' },
      { type: 'FormGroup', name: 'c/g', coordinator: 'd', members: ['w', 'x'] },
      close('d'),
    ]
    const raced = await race({ given, victim: [session('w'), mine], rival: [session('x'), others] })
    expect([raced.mine, raced.other]).toEqual([refused, 'ok'])
    expect(raced.count('CoordinatorChanged')).toBe(1)
    expect((await raced.hub.group('c/g'))?.coordinator).toBe('x')
  },
)

test('a seat is handed on while whoever has it is being closed: it does not fall vacant', async () => {
  const { hub, mine, other, count } = await race({ given: team, victim: close('c'), rival: transfer('w'), before: 2 })
  expect([mine, other, count('CoordinatorVacated')]).toEqual(['ok', 'ok', 0])
  expect((await hub.group('c/g'))?.coordinator).toBe('w')
})

test('whoever gives a vacant seat away is closed meanwhile: refused', async () => {
  const given = [...team, close('c')]
  const { hub, mine, other } = await race({ given, victim: [session('w'), transfer('x')], rival: close('w') })
  expect([mine, other]).toEqual(['SESSION_CLOSED', 'ok'])
  expect((await hub.group('c/g'))?.coordinator).toBeUndefined()
})

test('two form one group at once: it is the same one, formed once', async () => {
  const { hub, mine, other, count } = await race({ given: open('c', 'w'), victim: form('c'), rival: form('w') })
  expect([mine, other, count('GroupFormed')]).toEqual(['ok', 'ok', 1])
  expect((await hub.group('c/g'))?.coordinator).toBe('w')
})

test.each([
  ['a session', team, { type: 'AddMember', group: 'c/g', member: 'y' }, close('y'), 'SESSION_CLOSED'],
  [
    'a run',
    [...team, start('r1')],
    { type: 'AddMember', group: 'c/g', member: 'run:r1' },
    complete('r1'),
    'RUN_TERMINAL',
  ],
  ['nobody: the group', team, { type: 'AddMember', group: 'c/g', member: 'y' }, disband, 'GROUP_DISBANDED'],
] as [string, Command[], Command, Command, string][])(
  'a member is added while %s ends: refused',
  async (_, given, victim, rival, why) => {
    const { mine, other, count } = await race({ given: [...given, ...open('y')], victim, rival })
    expect([mine, other, count('MemberAdded')]).toEqual([why, 'ok', 0])
  },
)

test('a group is disbanded while a round goes out: refused', async () => {
  const { hub, mine, other } = await race({ given: team, victim: disband, rival: plain })
  expect([mine, other]).toEqual(['ROUND_OPEN', 'ok'])
  expect((await hub.group('c/g'))?.status).toBe('active')
})

// ---- leases

const leased: Command[] = [
  { type: 'OpenSession', sessionId: 'c' },
  { type: 'OpenSession', sessionId: 'w', leaseMs: 5 * MINUTE },
  { type: 'StartRun', runId: 'r1', sessionId: 'c', leaseMs: MINUTE, begin: true },
]
const renew = (what: object): Command => ({ type: 'RenewLease', leaseMs: 20 * MINUTE, ...what })

test.each([
  ['renewed', renew({ runId: 'r1' }), 'running'],
  ['suspended', { type: 'SuspendRun', runId: 'r1', reason: 'x' }, 'waiting'],
  ['completed', complete('r1'), 'completed'],
] as [string, Command, string][])(
  'a run is %s while a sweep finds its lease over: it is not lost',
  async (_, rival, status) => {
    const { hub, mine, other, count } = await race({ given: leased, victim: sweep, rival, minutes: 2 })
    expect([mine, other, count('RunFailed')]).toEqual(['ok', 'ok', 0])
    expect((await hub.runs.get('r1'))?.status).toBe(status)
  },
)

test('a lease is renewed while a sweep fails the run, or closes the session: it is told', async () => {
  const run = await race({ given: leased, victim: renew({ runId: 'r1' }), rival: sweep, minutes: 2 })
  expect([run.mine, run.other]).toEqual(['RUN_TERMINAL', 'ok'])
  const seat = await race({ given: leased, victim: renew({ sessionId: 'w' }), rival: sweep, minutes: 6 })
  expect([seat.mine, seat.other]).toEqual(['SESSION_CLOSED', 'ok'])
  expect((await seat.hub.session('w'))?.status).toBe('closed')
})

test('a session renews its lease while a sweep finds it over: it stays open', async () => {
  const given = leased.slice(0, 2)
  const { hub, mine, other, count } = await race({ given, victim: sweep, rival: renew({ sessionId: 'w' }), minutes: 6 })
  expect([mine, other, count('SessionClosing')]).toEqual(['ok', 'ok', 0])
  expect((await hub.session('w'))?.status).toBe('open')
})

test.each([
  ['a sweep finds its lease over', sweep],
  ['another closes it', close('w', { successorId: 'c' })],
] as [string, Deed][])('a session is closed while %s: it is closed once', async (_, victim) => {
  const rival = close('w', { outcome: 'done' })
  const { hub, other, count } = await race({ given: leased.slice(0, 2), victim, rival, minutes: 6 })
  expect([other, count('SessionClosing'), count('SessionClosed')]).toEqual(['ok', 1, 1])
  expect((await hub.session('w'))?.closing).toEqual({ outcome: 'done' })
})

test('a run starts while its session is closed without force: it is not failed', async () => {
  const done = { outcome: 'done' }
  const barred = await race({ given: open('w'), victim: close('w', done), rival: start('r1') })
  expect([barred.mine, barred.other]).toEqual(['RUNS_LIVE', 'ok'])
  expect((await barred.hub.runs.get('r1'))?.status).toBe('running')
  const late = await race({ given: open('w'), victim: start('r1'), rival: close('w', done) })
  expect([late.mine, late.other]).toEqual(['SESSION_CLOSED', 'ok'])
})

// ---- messages, requests, offers

/** From `c` to `w`. */
const asked = (more: object): Deed[] => [
  ...open('c', 'w'),
  [session('c'), { type: 'SendMessage', to: 'w', body: '?', ...more }],
]
const ack: About = (id) => [session('w'), { type: 'AcknowledgeMessage', messageIds: [id] }]
const reply: About = (inReplyTo) => [session('w'), { type: 'SendMessage', inReplyTo, body: '!' }]

test('a message is acknowledged while a sweep finds it over: it has not expired', async () => {
  const given = asked({ expiresAt: at(2) })
  const { mine, message, count } = await race({ given, victim: sweep, rival: ack, minutes: 3, rivalMinutes: 1 })
  expect([mine, count('MessageExpired')]).toEqual(['ok', 0])
  expect(message?.deliveries).toMatchObject({ 'session:w': { state: 'acknowledged' } })
})

test('a message expires while it is acknowledged: the first in the log counts', async () => {
  const given = asked({ expiresAt: at(2) })
  const { hub, message } = await race({ given, victim: ack, rival: sweep, minutes: 1, rivalMinutes: 3 })
  expect(message?.deliveries).toMatchObject({ 'session:w': { state: 'expired' } })
  expect(await hub.inbox('w').count()).toBe(0)
})

test('a request is answered while a sweep finds it over: nobody is told that it was not', async () => {
  const given = asked({ replyBy: at(2) })
  const { hub, mine, message, count } = await race({
    given,
    victim: sweep,
    rival: reply,
    minutes: 3,
    rivalMinutes: 1,
  })
  expect([mine, count('RequestAnswered'), count('RequestExpired')]).toEqual(['ok', 1, 0])
  expect(message?.answeredBy).toBeDefined()
  expect((await hub.inbox('c').list()).map(({ kind }) => kind)).toEqual(['message'])
})

test('a request expires while it is answered: it stays unanswered, and the reply is a message like any other', async () => {
  const given = asked({ replyBy: at(2) })
  const { hub, mine, message } = await race({ given, victim: reply, rival: sweep, minutes: 1, rivalMinutes: 3 })
  expect(mine).toBe('ok')
  expect(message).toMatchObject({ unanswered: true })
  expect(message?.answeredBy).toBeUndefined()
  expect((await hub.inbox('c').list()).map(({ kind }) => kind)).toEqual(['notice', 'message'])
})

test('an offer is accepted while a sweep finds it over, and the other way round: one of both', async () => {
  const given: Deed[] = [
    ...open('c', 'w'),
    { type: 'OpenTask', taskId: 't', title: 'T', owner: 'c' },
    [session('c'), { type: 'Handoff', taskId: 't', to: 'w', mode: 'offer', expiresAt: at(2) }],
  ]
  const accept: Deed = [session('w'), { type: 'AcceptHandoff', taskId: 't' }]
  const inTime = await race({ given, victim: sweep, rival: accept, minutes: 3, rivalMinutes: 1 })
  expect([inTime.mine, inTime.count('HandoffExpired'), inTime.count('HandoffAccepted')]).toEqual(['ok', 0, 1])
  expect((await inTime.hub.task('t'))?.owner).toBe('w')
  const late = await race({ given, victim: accept, rival: sweep, minutes: 1, rivalMinutes: 3 })
  expect([late.mine, late.count('HandoffExpired'), late.count('HandoffAccepted')]).toEqual(['NO_PENDING_HANDOFF', 1, 0])
  expect((await late.hub.task('t'))?.owner).toBe('c')
})

test.each([2, 3, 4, 5])(
  'the message of an item is acknowledged while its session closes in several commits, before the %sth: the successor knows of it',
  async (before) => {
    const log = openMemoryLog()
    const hub = await newHub(log, { sweepEvery: false })
    for (const sessionId of ['c', 'w', 'y']) await hub.send({ type: 'OpenSession', sessionId })
    await hub.send({ type: 'FormGroup', name: 'g', coordinator: 'c' })
    for (let i = 0; i < 4; i++) await hub.send({ type: 'SendMessage', to: 'w', body: String(i) })
    await hub.send({ type: 'DispatchRound', group: 'g', items: [{ itemId: 'a', session: 'w', payload: 'do it' }] })
    const id = (await hub.inbox('w').list({ kind: 'dispatch' }))[0]?.id ?? ''
    const { log: between, state } = disturbed(log, async (n) => {
      if (n === before) await code(hub.send({ type: 'AcknowledgeMessage', messageIds: [id] }))
    })
    const slow = await newHub(between, { sweepEvery: false, limits: { commitEvents: 4 } })
    state.armed = true
    await slow.send({ type: 'CloseSession', sessionId: 'w', outcome: 'lost', successorId: 'y' })

    expect((await hub.group('c/g'))?.round?.items).toMatchObject([{ itemId: 'a', sessionId: 'y' }])
    const { deliveries = {} } = (await hub.message(id)) ?? {}
    const told = await hub.inbox('y').list()
    // It moved here, and was perhaps acknowledged here; or it was acknowledged there, and a notice says where it is.
    const moved = deliveries['session:y'] !== undefined
    expect(
      moved || told.some(({ kind, data }) => kind === 'notice' && (data as { messageId: string }).messageId === id),
    ).toBe(true)
  },
)
