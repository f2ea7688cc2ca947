/** Time, leases and requests across real processes: whatever is due ends once, whoever lives keeps what it has. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { Command } from '../src/commands/catalog.ts'
import type { Receipt } from '../src/commands/receipt.ts'
import { openHub, type Hub } from '../src/hub.ts'
import { openFileLog } from '../src/log/file/file-log.ts'
import { sessionActor } from './support/agents.ts'
import { closeAll, keepers, logOf, tallied, until, type Keeper, type Logged } from './support/keepers.ts'
import { scratch } from './support/scratch.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const KILLS = LONG ? 50 : 10
const SWEEPS = LONG ? 300 : 30
const SLEEPS = LONG ? 30 : 5
const REQUESTS = LONG ? 2_000 : 100
/** Short, so that the tests are; a machine that is busy renews late. */
const LEASE_MS = 400

const { place, start } = keepers()
const dir = scratch()
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const soon = (ms: number): string => new Date(Date.now() + ms).toISOString()

const openSessions = (hub: Hub, ...ids: readonly string[]): Promise<unknown> =>
  Promise.all(ids.map((sessionId) => hub.send({ type: 'OpenSession', sessionId })))

async function leave(hub: Hub): Promise<void> {
  expect((await hub.verify()).findings).toEqual([])
  await hub.close()
}

const renewals = async (hub: Hub, runId: string): Promise<Logged[]> =>
  (await logOf(hub)).filter(({ type, data }) => type === 'LeaseRenewed' && data['runId'] === runId)

const statusOf = async (hub: Hub, runId: string): Promise<string | undefined> => (await hub.runs.get(runId))?.status

// ---- leases

test(`a process that holds a run is killed, ${KILLS} times: two others find it lost, once, and nothing hangs on it`, async () => {
  const { dir: hubDir, hub } = await place()
  const worktree = { path: path.join(dir(), 'worktree') }
  await openSessions(hub, 'lead')
  await hub.send({ type: 'StartRun', runId: 'top', sessionId: 'lead', begin: true })
  await hub.send({ type: 'FormGroup', name: 'lead/team', coordinator: 'lead' })
  const watching = await Promise.all(range(2).map(() => start(hubDir, { sweepEvery: 50 })))

  const waits: number[] = []
  for (const i of range(KILLS)) {
    const runId = `child-${i}`
    const below = { sessionId: 'lead', parentRunId: 'top', isolation: { worktree } }
    await hub.send({ type: 'StartRun', runId, ...below, begin: true })
    const mode = i % 3 === 2 ? 'settled' : i % 3 === 1 ? 'any' : 'all'
    const items = [{ itemId: 'only', run: runId }]
    await hub.send({ type: 'DispatchRound', group: 'lead/team', items, fanIn: { mode } })
    const holder = await start(hubDir, { actor: sessionActor('lead') })
    await holder.keep('mine', { run: runId }, LEASE_MS)
    await until(async () => (await renewals(hub, runId)).length > 1)
    holder.process.kill('SIGKILL')
    await holder.ended
    const last = Date.parse((await renewals(hub, runId)).at(-1)?.data['leaseUntil'])
    await until(async () => (await statusOf(hub, runId)) === 'failed')

    const run = await hub.runs.get(runId)
    expect(run).toMatchObject({ reason: 'lost' })
    waits.push(Date.parse(run?.endedAt ?? '') - last)
    const verdict = mode === 'settled' ? 'complete' : 'failed'
    expect((await hub.group('lead/team'))?.round).toMatchObject({ status: 'reached', verdict })
    await hub.send({ type: 'StartRun', runId: `next-${i}`, ...below })
    await hub.send({ type: 'CancelRun', runId: `next-${i}`, reason: 'it only tried the worktree' })
  }
  await closeAll(watching)

  const events = await logOf(hub)
  const ends = tallied(events, ({ type, data }) => {
    const { runId, childRunId, from, kind, round } = data
    if (type === 'RunFailed') return `${runId} failed`
    if (type === 'ChildRunSettled' && childRunId.startsWith('child')) return `${childRunId} settled`
    if (type === 'MessageSent' && kind === 'result' && data['data'].runId?.startsWith('child')) return `${from} told`
    return type === 'ItemSettled' || type === 'FanInReached' ? `${type} ${round}` : undefined
  })
  const each = range(KILLS).flatMap((i) => [
    `child-${i} failed`,
    `child-${i} settled`,
    `run:child-${i} told`,
    `ItemSettled ${i + 1}`,
    `FanInReached ${i + 1}`,
  ])
  expect(ends).toEqual(Object.fromEntries(each.map((name) => [name, 1])))
  console.log(`${KILLS} kills, found so many ms after the lease ran out:`, waits.join(' '))
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0)
  await leave(hub)
})

/** All of them sleep: nothing of theirs runs, as on a laptop that is shut. */
async function asleep(all: readonly Keeper[], ms: number): Promise<number> {
  for (const { process: each } of all) each.kill('SIGSTOP')
  await sleep(ms)
  const woken = Date.now()
  for (const { process: each } of all) each.kill('SIGCONT')
  return woken
}

test(`a laptop sleeps for four leases, ${SLEEPS} times: whoever renews after waking is not failed, whoever does not is, a lease later`, async () => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'lead')
  const holder = await start(hubDir, { actor: sessionActor('lead') })
  const sweeper = await start(hubDir, { sweepEvery: 60 })
  await hub.send({ type: 'StartRun', runId: 'kept', sessionId: 'lead', begin: true })
  await holder.keep('kept', { run: 'kept' }, LEASE_MS)
  // It has been awake for longer than a lease: what it finds due it ends.
  await sleep(LEASE_MS * 1.5)

  const waits: number[] = []
  for (const i of range(SLEEPS)) {
    const runId = `left-${i}`
    await hub.send({ type: 'StartRun', runId, sessionId: 'lead', leaseMs: LEASE_MS, begin: true })
    const woken = await asleep(i % 2 === 0 ? [holder, sweeper] : [sweeper, holder], 4 * LEASE_MS)
    await until(async () => (await statusOf(hub, runId)) === 'failed')
    waits.push(Date.parse((await hub.runs.get(runId))?.endedAt ?? '') - woken)
    await sleep(LEASE_MS)
    expect(await statusOf(hub, 'kept')).toBe('running')
  }
  console.log(`${SLEEPS} sleeps; whoever did not renew was failed so many ms after waking:`, waits.join(' '))
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(LEASE_MS)
  expect(Math.max(...waits)).toBeLessThan(3 * LEASE_MS)
  await closeAll([holder, sweeper])
  await leave(hub)
})

test('a kept lease ends with a word when somebody else ends the run', async () => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'lead', 'other')
  const keeper = await start(hubDir, { actor: sessionActor('lead') })
  const ends = [
    () => hub.send({ type: 'CancelRun', runId: 'run-0', reason: 'no longer needed' }),
    () => hub.send({ type: 'CompleteRun', runId: 'run-1' }),
    () => hub.send({ type: 'CloseSession', sessionId: 'lead', outcome: 'done', force: true }),
  ]
  for (const [i, end] of ends.entries()) {
    const runId = `run-${i}`
    await hub.send({ type: 'StartRun', runId, sessionId: 'lead', begin: true })
    await keeper.keep(runId, { run: runId }, LEASE_MS)
    await sleep(LEASE_MS)
    await end()
    const before = (await renewals(hub, runId)).length
    expect(await keeper.lost(runId)).toBe(i === 2 ? 'SESSION_CLOSED' : 'RUN_TERMINAL')
    await sleep(LEASE_MS)
    expect(await renewals(hub, runId)).toHaveLength(before)
  }
  expect(await keeper.close()).toBe(0)
  await leave(hub)
})

const ENDS = ['stopped', 'closed', 'over'] as const

test.each(ENDS)('a lease is kept until it is %s: from then on nothing tries to renew it', async (end) => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'lead')
  await hub.send({ type: 'StartRun', runId: 'run', sessionId: 'lead', begin: true })
  let asked = 0
  // Every command asks what time it is, also one that is refused, or that a closed hub refuses.
  const clock = (): number => (asked++, Date.now())
  const own = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false, clock, actor: sessionActor('lead') })
  const lease = await own.keepLease({ run: 'run' }, { leaseMs: 60 })
  await until(async () => (await renewals(hub, 'run')).length > 5)
  expect(await statusOf(hub, 'run')).toBe('running')
  if (end === 'stopped') lease.stop()
  if (end === 'closed') await own.close()
  if (end === 'over') await hub.send({ type: 'CompleteRun', runId: 'run' })
  await until(() => lease.signal.aborted === (end === 'over'))
  // One may be on its way.
  await sleep(40)
  const [before, askedBefore] = [(await renewals(hub, 'run')).length, asked]
  await sleep(200)
  expect(await renewals(hub, 'run')).toHaveLength(before)
  expect(asked).toBe(askedBefore)
  expect(lease.signal.aborted).toBe(end === 'over')
  await own.close()
  await hub.sweep()
  expect(await statusOf(hub, 'run')).toBe(end === 'over' ? 'completed' : 'failed')
  await leave(hub)
})

test('a sweeper that falls asleep amid a look gives as much grace as one that slept between two', async () => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'lead')
  const log = openFileLog(hubDir)
  let [slept, tired] = [0, false]
  const sweeping = await openHub({
    durability: 'os',
    sweepEvery: 50,
    clock: () => Date.now() + slept,
    log: {
      ...log,
      read(from) {
        if (tired) [slept, tired] = [10 * LEASE_MS, false]
        return log.read(from)
      },
    },
  })
  await hub.send({ type: 'StartRun', runId: 'run', sessionId: 'lead', leaseMs: LEASE_MS, begin: true })
  await sleep(LEASE_MS / 2)
  // Nobody else reads there: whatever it reads next is for a look.
  tired = true
  await until(() => !tired)
  const woken = Date.now()
  await until(async () => (await statusOf(hub, 'run')) === 'failed')
  expect(Date.now() - woken).toBeGreaterThanOrEqual(LEASE_MS - 20)
  await sweeping.close()
  await leave(hub)
})

test('whoever gives up waiting for an answer lets that request expire, and fails nobody who was asleep', async () => {
  const { hub } = await place()
  await openSessions(hub, 'asking', 'silent')
  await hub.send({ type: 'StartRun', runId: 'run', sessionId: 'silent', leaseMs: 40, begin: true })
  await sleep(60)
  const request = hub.as(sessionActor('asking')).request({ to: 'silent', body: 'anybody?' }, { replyWithin: 30 })
  await expect(request).rejects.toMatchObject({ code: 'REQUEST_EXPIRED' })
  expect(await statusOf(hub, 'run')).toBe('running')
  await leave(hub)
})

test('a lease of the longest that there is is renewed in its time, not without a pause', async () => {
  const { hub } = await place()
  await openSessions(hub, 'lead')
  await hub.send({ type: 'StartRun', runId: 'run', sessionId: 'lead', begin: true })
  const lease = await hub.keepLease({ run: 'run' }, { leaseMs: 100 * 86_400_000 })
  await sleep(100)
  lease.stop()
  expect(await renewals(hub, 'run')).toHaveLength(1)
  await leave(hub)
})

test.each([0, -1, Number.NaN, 2 ** 31])(
  'a timer every %s ms is refused: it would run without a pause',
  async (sweepEvery) => {
    const { dir: hubDir, hub } = await place()
    const opening = openHub({ dir: hubDir, sweepEvery })
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_COMMAND', details: { path: 'sweepEvery' } })
    await leave(hub)
  },
)

// ---- what has nothing left to do

const alone = new Set<number>()
afterEach(() => {
  for (const pid of alone) process.kill(pid, 'SIGKILL')
  alone.clear()
})

/** Runs worker-alone.mjs to its end, which has to come by itself. */
async function runAlone(options: object): Promise<{ code: number | null; said: string; took: number }> {
  const began = performance.now()
  const worker = path.join(import.meta.dirname, 'support/worker-alone.mjs')
  const child = spawn(process.execPath, [worker, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 8_000,
    killSignal: 'SIGKILL',
  })
  const pid = child.pid as number
  alone.add(pid)
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  alone.delete(pid)
  return { code, said: said.trim(), took: performance.now() - began }
}

test('a process whose only work is a lease that it keeps can exit; so can one that gave up its request', async () => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'lead', 'other')
  await hub.send({ type: 'StartRun', runId: 'run', sessionId: 'lead', begin: true })
  const actor = sessionActor('lead')
  const kept = await runAlone({ dir: hubDir, actor, what: { do: 'lease', run: 'run' } })
  expect(kept).toMatchObject({ code: 0, said: 'kept' })
  const left = await runAlone({ dir: hubDir, actor, what: { do: 'request', to: 'other' } })
  expect(left).toMatchObject({ code: 0, said: 'AbortError' })
  // Whatever watches or waits for a file would hold it up for seconds, if it holds it up at all.
  expect(Math.max(kept.took, left.took)).toBeLessThan(4_000)
  // The question stands: it was given up by whoever waited, not taken back.
  expect(await hub.inbox('other').list()).toMatchObject([{ body: 'anybody?' }])
  expect(await hub.timers()).toMatchObject([{ kind: 'runLeases' }, { kind: 'requests' }])
  await leave(hub)
})

// ---- sweeping

const DUE_MS = 150

test(`two and eight processes sweep at once, ${SWEEPS} times: each thing that is due ends once`, async () => {
  const { dir: hubDir, hub } = await place()
  const all = await Promise.all(range(8).map((i) => start(hubDir, { durability: i % 4 === 0 ? 'disk' : 'os' })))
  const closeHalf = await halfCloser(hubDir)
  const due: string[] = []
  for (const i of range(SWEEPS)) {
    due.push(...(await letAllBeDue(hub, i, closeHalf)))
    await sleep(DUE_MS + 10)
    const at = Date.now() + 8
    await Promise.all((i % 2 === 0 ? all.slice(0, 2) : all).map((each) => each.sweep(at)))
    expect(await hub.timers()).toEqual([])
  }
  await closeAll(all)

  const ended = tallied(await logOf(hub), endOf)
  expect(ended).toEqual(Object.fromEntries(due.map((what) => [what, 1])))
  const { void: voids, findings } = await hub.verify()
  expect(findings).toEqual([])
  console.log(`${SWEEPS} sweeps of ${due.length / SWEEPS} ends each by two and by eight at once, void`, voids)
  expect(voids['conflict']).toBeGreaterThan(SWEEPS)
  await hub.close()
})

/** The ends that time brings, and what is told of them. */
function endOf({ type, data, by }: Logged): string | undefined {
  const { messageId, taskId, runId, sessionId, groupId, inReplyTo, kind } = data
  if (by.kind !== 'system') return undefined
  switch (type) {
    case 'MessageExpired':
    case 'RequestExpired':
      return `${type} ${messageId}`
    case 'HandoffExpired':
      return `${type} ${taskId}`
    case 'RunFailed':
      return `${type} ${runId}`
    case 'SessionClosing':
    case 'SessionClosed':
      return `${type} ${sessionId}`
    case 'FanInReached':
      return `${type} ${groupId}`
    case 'MessageSent':
      return kind === 'notice' && inReplyTo !== undefined ? `notice of ${inReplyTo}` : undefined
    default:
      return undefined
  }
}

const messageOf = async (sent: Promise<Receipt>): Promise<string> =>
  (await sent).events.map(({ data }) => data as { readonly messageId: string })[0]?.messageId ?? ''

/** One thing of each kind, due in a moment; returns what ought to become of them. */
async function letAllBeDue(hub: Hub, i: number, closeHalf: (id: string) => Promise<void>): Promise<string[]> {
  const [one, two, leased, half] = ['one', 'two', 'leased', 'half'].map((name) => `${name}-${i}`) as [
    string,
    string,
    string,
    string,
  ]
  await openSessions(hub, one, two, half)
  await closeHalf(half)
  await hub.send({ type: 'OpenTask', taskId: `task-${i}`, title: 'a task', owner: one })
  await hub.send({ type: 'FormGroup', name: `${one}/team`, coordinator: one })
  const asked = hub.as(sessionActor(one))
  const [letter, request] = await Promise.all([
    messageOf(hub.send({ type: 'SendMessage', to: one, body: 'read it at once', expiresAt: soon(DUE_MS) })),
    messageOf(asked.send({ type: 'SendMessage', to: two, body: 'anybody?', replyWithinMs: DUE_MS })),
    hub.send({
      type: 'Handoff',
      taskId: `task-${i}`,
      to: two,
      mode: 'offer',
      expiresAt: soon(DUE_MS),
      force: true,
      reason: 'a test',
    }),
    hub.send({ type: 'StartRun', runId: `run-${i}`, sessionId: one, leaseMs: DUE_MS, begin: true }),
    hub.send({ type: 'OpenSession', sessionId: leased, leaseMs: DUE_MS }),
    hub.send({
      type: 'DispatchRound',
      group: `${one}/team`,
      items: [{ itemId: 'only', session: two }],
      fanIn: { mode: 'all', deadline: soon(DUE_MS) },
    }),
  ])
  return [
    `MessageExpired ${letter}`,
    `RequestExpired ${request}`,
    `notice of ${request}`,
    `HandoffExpired task-${i}`,
    `RunFailed run-${i}`,
    `SessionClosing ${leased}`,
    `SessionClosed ${leased}`,
    `SessionClosed ${half}`,
    `FanInReached ${one}/team`,
  ]
}

/** Closes sessions, and gives up after the door is barred. */
async function halfCloser(hubDir: string): Promise<(sessionId: string) => Promise<void>> {
  const log = openFileLog(hubDir)
  let barred: AbortController | undefined
  const hub = await openHub({
    durability: 'os',
    sweepEvery: false,
    log: {
      ...log,
      async append(proposals) {
        await log.append(proposals)
        barred?.abort()
      },
    },
  })
  return async (sessionId) => {
    barred = new AbortController()
    const closing = hub.send({ type: 'CloseSession', sessionId, outcome: 'done' }, { signal: barred.signal })
    await expect(closing).rejects.toThrow('aborted')
    expect((await hub.session(sessionId))?.status).toBe('closing')
  }
}

test(`a lease is renewed while another process finds it due, ${SWEEPS} times: either it was renewed, or the run is lost`, async () => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'lead')
  const holder = await start(hubDir, { actor: sessionActor('lead') })
  const sweeper = await start(hubDir, { durability: 'disk' })
  const fates: Record<string, number> = {}
  for (const i of range(SWEEPS)) {
    const runId = `run-${i}`
    await hub.send({ type: 'StartRun', runId, sessionId: 'lead', leaseMs: 30, begin: true })
    const at = Date.now() + 35
    const command: Command = { type: 'RenewLease', runId, leaseMs: 60_000 }
    // Whoever comes a moment later is often the first to be in the log.
    const [[renewed]] = await Promise.all([holder.each([{ command }], at + (i % 3)), sweeper.sweep(at)])
    const fate = `${renewed?.ok === true ? 'renewed' : renewed?.code}, ${await statusOf(hub, runId)}`
    fates[fate] = (fates[fate] ?? 0) + 1
    await hub.safeSend({ type: 'CancelRun', runId, reason: 'on to the next' })
  }
  await closeAll([holder, sweeper])
  console.log(`${SWEEPS} renewals amid a sweep:`, fates, 'void', (await hub.verify()).void)
  for (const fate of Object.keys(fates)) expect(['RUN_TERMINAL, failed', 'renewed, running']).toContain(fate)
  await leave(hub)
})

/** So long a timer leaves a session to whoever is closing it. */
const CLOSING_MS = 10_000

test.each([
  { heir: 'heir', finish: 'by hand' },
  { heir: undefined, finish: 'by hand' },
  { heir: 'heir', finish: 'by a timer' },
])(
  'a process is killed between SessionClosing and SessionClosed (successor: $heir): a sweep $finish finishes it',
  async ({ heir, finish }) => {
    const { dir: hubDir, hub } = await place()
    await openSessions(hub, 'heir', 'leaving')
    await hub.send({ type: 'StartRun', runId: 'run', sessionId: 'leaving', begin: true })
    await hub.send({ type: 'OpenTask', taskId: 'task', title: 'a task', owner: 'leaving' })
    await hub.send({ type: 'SendMessage', to: 'leaving', body: 'for whoever comes' })
    const closer = await start(hubDir)
    // The first bars the door, the second moves everything out.
    await closer.dieBeforeWrite(2)
    const successor = heir === undefined ? {} : { successorId: heir }
    const command = { type: 'CloseSession', sessionId: 'leaving', outcome: 'done', force: true, ...successor }
    closer.tell({ run: 'each', steps: [{ command }] })
    expect(await closer.ended).toBeNull()
    expect(await hub.session('leaving')).toMatchObject({ status: 'closing', waiting: 1, owns: ['task'] })
    expect(await hub.timers()).toMatchObject([{ kind: 'closing', id: 'leaving' }])

    if (finish === 'by hand') {
      await hub.sweep()
    } else {
      const other = await start(hubDir, { sweepEvery: 50 })
      await until(async () => (await hub.session('leaving'))?.status === 'closed')
      await closeAll([other])
    }
    expect(await hub.session('leaving')).toMatchObject({ status: 'closed', waiting: 0, owns: [], liveRuns: [] })
    expect(await hub.task('task')).toMatchObject({ epoch: 2 })
    expect((await hub.task('task'))?.owner).toBe(heir)
    expect(await hub.runs.get('run')).toMatchObject({ status: 'failed', reason: 'lost' })
    expect(await hub.timers()).toEqual([])
    expect(await hub.inbox('heir').count()).toBe(heir === undefined ? 0 : 1)
    expect(await hub.deadLetters()).toHaveLength(heir === undefined ? 1 : 0)
    const [barred, closed, ...more] = (await logOf(hub)).filter(({ type }) => type.startsWith('SessionClos'))
    expect([barred?.type, closed?.type, more]).toEqual(['SessionClosing', 'SessionClosed', []])
    const took = Date.parse(closed?.at ?? '') - Date.parse(barred?.at ?? '')
    if (finish === 'by a timer') expect(took).toBeGreaterThanOrEqual(CLOSING_MS)
    await leave(hub)
  },
)

// ---- requests

const aboutRequests = (events: readonly Logged[]): Record<string, number> =>
  tallied(events, ({ type, data }) => {
    if (['RequestAnswered', 'RequestExpired', 'MessageAcknowledged'].includes(type)) return type
    return type === 'MessageSent' ? `a ${data['kind']}` : undefined
  })

test(`a session asks another in another process, ${REQUESTS} times: each time it gets the answer to what it asked`, async () => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'asking', 'answering')
  const asking = await start(hubDir, { actor: sessionActor('asking'), durability: 'disk' })
  const answering = await start(hubDir, { actor: sessionActor('answering') })
  await answering.answer(1)
  const began = performance.now()
  expect(await asking.ask('answering', REQUESTS, 5)).toEqual([])
  console.log(`${REQUESTS} requests, five at once, ${Math.round(performance.now() - began)} ms`)
  await until(async () => (await hub.inbox('answering').count()) === 0)
  await closeAll([asking, answering])
  expect(await hub.inbox('asking').list()).toEqual([])
  expect(aboutRequests(await logOf(hub))).toEqual({
    'a message': 2 * REQUESTS,
    RequestAnswered: REQUESTS,
    MessageAcknowledged: 2 * REQUESTS,
  })
  await leave(hub)
})

test('the second reply to a request is a message like any other', async () => {
  const { dir: hubDir, hub } = await place()
  await openSessions(hub, 'asking', 'answering')
  const asking = await start(hubDir, { actor: sessionActor('asking') })
  const answering = await start(hubDir, { actor: sessionActor('answering') })
  await answering.answer(2)
  await asking.request('q', { to: 'answering', body: 'which?' }, '20s')
  const answer = await asking.outcome('q', 'ack')
  expect(answer).toMatchObject({ ok: true, reply: { body: 're which?', from: 'session:answering' } })
  await until(async () => (await hub.inbox('asking').count()) === 1)
  const [second] = await hub.inbox('asking').list()
  expect(second).toMatchObject({ body: 're which?, and 1', kind: 'message', from: 'session:answering' })
  const request = await hub.message(second?.inReplyTo ?? '')
  expect(request).toMatchObject({ body: 'which?', answeredBy: answer.ok && answer.reply.id })
  await closeAll([asking, answering])
  expect(aboutRequests(await logOf(hub))).toMatchObject({ 'a message': 3, RequestAnswered: 1 })
  await leave(hub)
})

test.each([{ killed: false }, { killed: true }])(
  'nobody answers a request (requester killed: $killed): it expires, and the sender is told',
  async ({ killed }) => {
    const { dir: hubDir, hub } = await place()
    await openSessions(hub, 'asking', 'silent')
    const asking = await start(hubDir, { actor: sessionActor('asking') })
    const began = Date.now()
    await asking.request('q', { to: 'silent', body: 'anybody?', subject: 'a question' }, '500ms')
    await until(async () => (await hub.inbox('silent').count()) === 1)
    const [question] = await hub.inbox('silent').list()
    const sweeper = killed ? await start(hubDir, { sweepEvery: 50 }) : undefined
    if (killed) {
      asking.process.kill('SIGKILL')
      await until(async () => (await hub.inbox('asking').count()) === 1)
    } else {
      expect(await asking.outcome('q')).toMatchObject({
        ok: false,
        code: 'REQUEST_EXPIRED',
        details: { messageId: question?.id },
      })
      expect(await asking.close()).toBe(0)
    }
    if (sweeper !== undefined) expect(await sweeper.close()).toBe(0)
    const events = await logOf(hub)
    const [expired] = events.filter(({ type }) => type === 'RequestExpired') as [Logged]
    expect(Date.parse(expired.at)).toBeGreaterThanOrEqual(began + 500)
    expect(expired).toMatchObject({
      data: { messageId: question?.id, mailbox: 'session:asking' },
      by: { kind: 'system' },
    })
    expect(aboutRequests(events)).toEqual({ 'a message': 1, 'a notice': 1, RequestExpired: 1 })
    expect(await hub.inbox('asking').list()).toMatchObject([
      { kind: 'notice', subject: 'nobody answered: a question', inReplyTo: question?.id, threadId: question?.id },
    ])
    // Too late it is a message like any other.
    await hub.as(sessionActor('silent')).send({ type: 'SendMessage', inReplyTo: question?.id ?? '', body: 'me' })
    expect((await hub.inbox('asking').list()).map(({ kind }) => kind)).toEqual(['notice', 'message'])
    expect(aboutRequests(await logOf(hub))).toEqual({ 'a message': 2, 'a notice': 1, RequestExpired: 1 })
    expect((await hub.message(question?.id ?? ''))?.answeredBy).toBeUndefined()
    await leave(hub)
  },
)

test.each([{ answered: 'before' }, { answered: 'after' }])(
  'a requester is killed and started again with its key, the answer comes $answered that: it is the one to the first request',
  async ({ answered }) => {
    const { dir: hubDir, hub } = await place()
    await openSessions(hub, 'asking', 'answering')
    const actor = sessionActor('asking')
    const first = await start(hubDir, { actor })
    await first.request('q', { to: 'answering', body: 'which?' }, '20s', 'ask-once')
    await until(async () => (await hub.inbox('answering').count()) === 1)
    first.process.kill('SIGKILL')
    await first.ended
    const answering = await start(hubDir, { actor: sessionActor('answering') })
    if (answered === 'before') {
      await answering.answer(1)
      await until(async () => (await hub.inbox('asking').count()) === 1)
    }
    const again = await start(hubDir, { actor })
    await again.request('q', { to: 'answering', body: 'which?' }, '20s', 'ask-once')
    if (answered === 'after') await answering.answer(1)
    expect(await again.outcome('q', 'ack')).toMatchObject({ ok: true, reply: { body: 're which?' } })
    // Once more, with another text: that is another intention.
    await again.request('other', { to: 'answering', body: 'which else?' }, '20s', 'ask-once')
    expect(await again.outcome('other')).toMatchObject({ ok: false, code: 'KEY_REUSED' })
    await closeAll([again, answering])
    expect(aboutRequests(await logOf(hub))).toEqual({ 'a message': 2, RequestAnswered: 1, MessageAcknowledged: 2 })
    await leave(hub)
  },
)
