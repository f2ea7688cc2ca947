/** Real processes over one hub: whatever they do at once, each outcome is one that they could have had one by one. */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Command } from '../src/commands/catalog.ts'
import type { Hub } from '../src/hub.ts'
import type { Actor } from '../src/log/commit.ts'
import {
  agents,
  fateOf,
  sessionActor,
  tallyOf,
  type Agent,
  type AgentOptions,
  type Outcome,
  type Step,
} from './support/agents.ts'
import {
  deedsOf,
  expectClosed,
  expectSoundLog,
  prepare,
  roundOf,
  sender,
  type Done,
  type Round,
} from './support/closing-rounds.ts'
import { seeded, type Random } from './support/random.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEED = Number(process.env['BATON_SEED'] ?? Math.floor(performance.timeOrigin) % 1_000_000)
const PROCESSES = 8
const CLAIMS = LONG ? 2_000 : 200
const CLOSINGS = LONG ? 2_000 : 200
const MAIL = LONG ? 10_000 : 1_000
const LETTERS = LONG ? 10_000 : 1_000
const KILLS = LONG ? 200 : 20
const KEYED = LONG ? 500 : 50

const { place, start } = agents()
const OPERATOR: Actor = { kind: 'operator' }

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
/** Both promises of a hub at once: what is decided does not hang on when it is answered. */
const mixed = (i: number): AgentOptions => ({ durability: i % 4 === 0 ? 'disk' : 'os' })

const startAll = (dir: string, count: number, options: (i: number) => AgentOptions): Promise<Agent[]> =>
  Promise.all(range(count).map((i) => start(dir, options(i))))

async function closeAll(all: readonly Agent[]): Promise<void> {
  expect(await Promise.all(all.map((agent) => agent.close()))).toEqual(all.map(() => 0))
}

/** Nothing damaged, nothing torn. Returns how many proposals were void, by reason. */
async function leave(hub: Hub): Promise<Readonly<Record<string, number>>> {
  const report = await hub.verify()
  expect(report.findings).toEqual([])
  await hub.close()
  return report.void
}

const openSessions = (hub: Hub, ids: readonly string[]): Promise<unknown> =>
  Promise.all(ids.map((sessionId) => hub.send({ type: 'OpenSession', sessionId })))

/** Names the seed, and what to type, if it fails. The choices repeat; the moments are the machine's. */
async function repeatable(name: string, run: (random: Random) => Promise<void>): Promise<void> {
  try {
    await run(seeded(SEED))
  } catch (error) {
    const long = LONG ? 'BATON_TEST_LONG=1 ' : ''
    const again = `${long}BATON_SEED=${SEED} npx vitest run test/coordination.test.ts -t '${name}'`
    throw new Error(`seed ${SEED}; again: ${again}`, { cause: error })
  }
}

test(
  `${PROCESSES} processes claim one task: one wins, ${CLAIMS} times of ${CLAIMS}, the others learn who`,
  { timeout: 600_000 },
  async () => {
    const { dir, hub } = await place()
    const ids = range(PROCESSES).map((i) => `claimant-${i}`)
    await openSessions(hub, ids)
    await Promise.all(
      range(CLAIMS).map((i) => hub.send({ type: 'OpenTask', taskId: `task-${i}`, title: 'one of many' })),
    )
    const claimants = await startAll(dir, PROCESSES, (i) => ({ ...mixed(i), actor: sessionActor(ids[i] ?? '') }))

    const wins = new Map<string, number>()
    for (const i of range(CLAIMS)) {
      const taskId = `task-${i}`
      const command: Command = { type: 'ClaimTask', taskId }
      const outcomes = (await Promise.all(claimants.map((claimant) => claimant.each([{ command }])))).flat()
      expect(tallyOf(outcomes.map(fateOf))).toEqual({ accepted: 1, ALREADY_OWNED: PROCESSES - 1 })
      const winner = ids[outcomes.findIndex(({ ok }) => ok)] ?? ''
      const losers = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.details]))
      expect(losers).toEqual(losers.map(() => ({ taskId, owner: winner, epoch: 1 })))
      wins.set(winner, (wins.get(winner) ?? 0) + 1)
    }

    await closeAll(claimants)
    await hub.catchUp()
    for (const { id, owner, epoch } of await hub.tasks()) {
      expect(epoch).toBe(1)
      expect((await hub.owner(id))?.chain).toMatchObject([{ epoch: 1, to: owner, mode: 'claimed' }])
    }
    const { conflict = 0 } = await leave(hub)
    console.log(`${CLAIMS} claims, won by`, Object.fromEntries(wins), `${conflict} proposals void`)
    expect(wins.size).toBeGreaterThan(1)
    expect(conflict).toBeGreaterThan(0)
  },
)

test(
  `a session is closed while ${PROCESSES} processes attach to it, ${CLOSINGS} times: it keeps nothing, and nothing is lost`,
  { timeout: LONG ? 1_800_000 : 240_000 },
  async () => {
    await repeatable('a session is closed while', async (random) => {
      // Everybody gets every broadcast, and reads none.
      const limits = { inbox: 1_000_000 }
      const { dir, hub } = await place(limits)
      await openSessions(hub, range(PROCESSES).map(sender))
      const all = await startAll(dir, PROCESSES, (i) => ({ ...mixed(i), limits }))

      const fates: string[] = []
      for (const number of range(CLOSINGS)) {
        const round = roundOf(number)
        const done = await closeAmid(hub, all, round, random)
        await expectClosed(hub, round, done)
        fates.push(...done.map(({ deed, outcome }) => `${deed.kind} ${outcome.ok ? 'accepted' : 'refused'}`))
      }

      await closeAll(all)
      await expectSoundLog(hub, CLOSINGS)
      const voids = await leave(hub)
      const tally = tallyOf(fates)
      console.log(`seed ${SEED}: ${CLOSINGS} closings`, tally, 'void', voids)
      // Each of them came in time and too late, and now and then just amid it.
      for (const kind of ['send', 'acknowledge', 'claim', 'handoff', 'offer', 'start', 'letter']) {
        expect(tally[`${kind} accepted`], kind).toBeGreaterThan(CLOSINGS / 2)
        expect(tally[`${kind} refused`], kind).toBeGreaterThan(CLOSINGS / 2)
      }
      expect(voids['conflict']).toBeGreaterThan(CLOSINGS / 10)
    })
  },
)

/** All of them at once, each with its own list of deeds; one closes the session on the way, or two do. */
async function closeAmid(hub: Hub, all: readonly Agent[], round: Round, random: Random): Promise<Done[]> {
  const closers = new Set([random.below(all.length)])
  if (random.next() < 0.3) closers.add(random.below(all.length))
  const lists = all.map((_, i) => deedsOf(i, round, closers.has(i), random))
  await prepare(hub, round, lists)
  const outcomes = await Promise.all(all.map((agent, i) => agent.each(lists[i] ?? [])))
  return lists.flatMap((deeds, i) => deeds.map((deed, j) => ({ deed, outcome: outcomes[i]?.[j] as Outcome })))
}

test.each([{ heir: 'heir' }, { heir: undefined }])(
  `a session with ${MAIL} messages and three tasks is closed (successor: $heir): all of it moves, exactly once`,
  { timeout: 600_000 },
  async ({ heir }) => {
    const limits = { inbox: MAIL }
    const { dir, hub } = await place(limits)
    await openSessions(hub, ['leaving', 'writing', ...(heir === undefined ? [] : [heir])])
    await hub.send({ type: 'StartRun', sessionId: 'leaving', runId: 'of-leaving', begin: true })
    for (const taskId of ['a', 'b', 'c']) await hub.send({ type: 'OpenTask', taskId, title: taskId, owner: 'leaving' })

    // Some of them for its run: each mailbox has a limit of its own.
    const writer = await start(dir, { actor: sessionActor('writing'), durability: 'os', limits })
    const steps = range(MAIL).map((i): Step => {
      const to = i % 10 === 0 ? 'run:of-leaving' : 'session:leaving'
      return { as: OPERATOR, command: { type: 'SendMessage', to, body: String(i) } }
    })
    expect(tallyOf((await writer.together(steps)).map(fateOf))).toEqual({ accepted: MAIL })
    const before = await hub.inbox('leaving').list({ limit: MAIL + 1 })
    expect(before).toHaveLength(MAIL)

    const close: Command = {
      type: 'CloseSession',
      sessionId: 'leaving',
      outcome: 'done',
      force: true,
      ...(heir !== undefined && { successorId: heir }),
    }
    const [outcome] = await writer.each([{ as: OPERATOR, command: close }])
    expect(outcome).toMatchObject({ ok: true })
    await closeAll([writer])

    await hub.catchUp()
    expect(await hub.session('leaving')).toMatchObject({ status: 'closed', waiting: 0, owns: [], liveRuns: [] })
    const what = before.map(({ id, mailbox }) => `${id} ${mailbox}`)
    const moved: string[] = []
    const seats: string[] = []
    for await (const { type, data } of hub.log()) {
      const { messageId, mailbox, taskId, mode } = data as Record<string, string>
      if (type === 'MessageTransferred' || type === 'MessageDeadLettered') moved.push(`${messageId} ${mailbox}`)
      if (type === 'OwnershipTransferred' && mode !== 'opened') seats.push(`${taskId} ${mode}`)
      if (type === 'OwnerReleased') seats.push(`${taskId} released`)
    }
    expect(moved).toEqual(what)
    const mode = heir === undefined ? 'released' : 'succession'
    expect(seats.toSorted()).toEqual(['a', 'b', 'c'].map((taskId) => `${taskId} ${mode}`))
    for (const taskId of ['a', 'b', 'c']) {
      expect(await hub.task(taskId)).toMatchObject({ epoch: 2, participants: heir === undefined ? [] : [heir] })
      expect((await hub.task(taskId))?.owner).toBe(heir)
    }
    const dead = (await hub.deadLetters()).map(({ messageId, mailbox }) => `${messageId} ${mailbox}`)
    expect(dead).toEqual(heir === undefined ? what : [])
    if (heir !== undefined) {
      const after = await hub.inbox(heir).list({ limit: MAIL + 1 })
      expect(after.map(({ id, body }) => ({ id, body }))).toEqual(before.map(({ id, body }) => ({ id, body })))
    }
    await leave(hub)
  },
)

test('four processes write 100 keys each of one session: 400 keys, and nobody in nobody’s way', async () => {
  const { dir, hub } = await place()
  const ids = range(4).map((i) => `writer-${i}`)
  await openSessions(hub, ['shared'])
  for (const sessionId of ids) await hub.send({ type: 'OpenSession', sessionId, parentSessionId: 'shared' })
  const writers = await startAll(dir, 4, (i) => ({ ...mixed(i), actor: sessionActor(ids[i] ?? '') }))
  const steps = (i: number): Step[] =>
    range(100).map((j) => ({
      command: { type: 'SetState', scope: 'session', id: 'shared', set: { [`of-${i}.key-${j}`]: { i, j } } },
    }))
  const outcomes = await Promise.all(
    writers.map((writer, i) => (i % 2 === 0 ? writer.each(steps(i)) : writer.together(steps(i)))),
  )
  expect(tallyOf(outcomes.flat().map(fateOf))).toEqual({ accepted: 400 })
  await closeAll(writers)

  const { values, entries } = await hub.state('shared').get()
  const expected = range(4).flatMap((i) => range(100).map((j) => [`of-${i}.key-${j}`, { i, j }] as const))
  expect(values).toEqual(Object.fromEntries(expected))
  for (const [key, { version, provenance }] of Object.entries(entries)) {
    expect({ version, by: provenance?.by.id }).toEqual({ version: 1, by: ids[Number(key.slice(3, 4))] })
  }
  // Writers of different keys rely on nothing of each other.
  expect((await leave(hub))['conflict']).toBeUndefined()
})

test.each([0, KILLS])(
  `four writers, ${LETTERS} messages each, to one who acknowledges each at once and is killed %i times: none lost`,
  { timeout: LONG ? 1_800_000 : 240_000 },
  async (kills) => {
    await repeatable(`killed ${kills} times`, async (random) => {
      const { dir, hub } = await place()
      const notesOf = (life: number): string => path.join(dir, `../notes-${life}`)
      const ids = range(4).map((i) => `writer-${i}`)
      await openSessions(hub, ['receiver', ...ids])
      // So small that the writers meet it.
      const limits = { inbox: 200 }
      const writers = await startAll(dir, 4, (i) => ({ ...mixed(i), limits, actor: sessionActor(ids[i] ?? '') }))
      const writing = Promise.all(writers.map((writer) => writer.write('session:receiver', LETTERS)))
      // Rejects early where a writer fails, instead of leaving the test to wait.
      let full: number | undefined
      const failed = writing.then((times) => {
        full = times.reduce((sum, each) => sum + each, 0)
        return new Promise<never>(() => undefined)
      })
      const orFailed = <T>(work: Promise<T>): Promise<T> => Promise.race([work, failed])

      const waiting = async (): Promise<number> => (await hub.session('receiver'))?.waiting ?? 0
      await orFailed(until(async () => (await waiting()) >= limits.inbox))
      for (const life of range(kills)) {
        const victim = await startReceiver(dir, notesOf(life))
        const goal = 1 + random.below((2 * LETTERS) / kills)
        await orFailed(until(() => linesOf(notesOf(life)).length >= goal))
        victim.process.kill('SIGKILL')
        expect(await victim.ended).toBeNull()
        // A limit that is looked at, not relied on: each writer may go over it by one.
        expect(await waiting()).toBeLessThanOrEqual(limits.inbox + writers.length)
      }
      const receiver = await startReceiver(dir, notesOf(kills))
      await orFailed(until(async () => full !== undefined && (await waiting()) === 0))
      await closeAll([...writers, receiver])

      const lives = range(kills + 1).map((life) => linesOf(notesOf(life)))
      const again = expectReceived(lives, ids)
      // At most the one that was in hand at each kill.
      expect(again).toBeLessThanOrEqual(kills)
      console.log(
        `seed ${SEED}: ${4 * LETTERS} messages, ${kills} kills, ${again} handed out again, ${full} times full`,
      )
      expect(full).toBeGreaterThan(0)
      expect(await hub.inbox('receiver').list()).toEqual([])
      await leave(hub)
    })
  },
)

async function startReceiver(dir: string, notes: string): Promise<Agent> {
  const receiver = await start(dir, { actor: sessionActor('receiver'), durability: 'os' })
  await receiver.receive(notes)
  return receiver
}

const linesOf = (file: string): string[] => fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)

/** Whatever waits so long waits for ever. */
const STALL_MS = LONG ? 600_000 : 60_000

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + STALL_MS; !(await condition()); await sleep(5)) {
    if (performance.now() > end) expect.unreachable('it stands still')
  }
}

/** In every life in order per sender; nothing left out, and nothing after it was acknowledged. Returns what came again. */
function expectReceived(lives: readonly (readonly string[])[], ids: readonly string[]): number {
  const acknowledged = new Set<string>()
  const handed = new Set<string>()
  let again = 0
  for (const life of lives) {
    const nextOf = new Map<string, number>()
    for (const line of life) {
      const [what, from = '', i = ''] = line.split(' ')
      const message = `${from} ${i}`
      if (what === 'acknowledged') {
        acknowledged.add(message)
        continue
      }
      expect(acknowledged.has(message)).toBe(false)
      if (handed.has(message)) again++
      handed.add(message)
      // A life begins with the oldest that waits.
      expect(Number(i)).toBe(nextOf.get(from) ?? Number(i))
      nextOf.set(from, Number(i) + 1)
    }
  }
  const all = ids.flatMap((id) => range(LETTERS).map((i) => `${id} ${i}`))
  expect([...handed].toSorted(byText)).toEqual(all.toSorted(byText))
  return again
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

/** A new command of every kind for each round; how many commits it makes. */
const KEYED_COMMANDS: ((i: number) => { readonly command: Command; readonly commits: number })[] = [
  (i) => ({ command: { type: 'SendMessage', to: 'session:other', body: `${i}` }, commits: 1 }),
  (i) => ({ command: { type: 'Broadcast', to: 'task:team', body: `${i}` }, commits: 1 }),
  (i) => ({ command: { type: 'ClaimTask', taskId: `task-${i}` }, commits: 1 }),
  (i) => ({ command: { type: 'StartRun', runId: `run-${i}`, begin: true }, commits: 1 }),
  (i) => ({ command: { type: 'OpenSession', sessionId: `child-${i}`, parentSessionId: 'keyed' }, commits: 1 }),
  // Nothing to do is remembered under a key too.
  () => ({ command: { type: 'OpenSession', sessionId: 'other', ensure: true }, commits: 1 }),
  (i) => ({ command: { type: 'CloseSession', sessionId: `child-${i - 2}`, outcome: 'done' }, commits: 2 }),
]

test(`one keyed command five times from two processes at once, ${KEYED} times: done once, one receipt`, async () => {
  const { dir, hub } = await place()
  await openSessions(hub, ['keyed', 'other'])
  await hub.send({ type: 'OpenTask', taskId: 'team', title: 'team', participants: ['keyed', 'other'] })
  await Promise.all(range(KEYED).map((i) => hub.send({ type: 'OpenTask', taskId: `task-${i}`, title: 'one of many' })))
  const [one, two] = (await startAll(dir, 2, (i) => ({ ...mixed(i), actor: sessionActor('keyed') }))) as [Agent, Agent]

  const firsts = { 'asked first': 0, 'asked second': 0 }
  for (const i of range(KEYED)) {
    const { command, commits } = (KEYED_COMMANDS[i % KEYED_COMMANDS.length] as (typeof KEYED_COMMANDS)[number])(i)
    const step: Step = { command, key: `key-${i}` }
    await hub.catchUp()
    const [before] = hub.head.mark
    // Whoever is asked first is often the first.
    const [first, second] = i % 2 === 0 ? [one, two] : [two, one]
    const outcomes = await Promise.all([first.together([step, step, step]), second.together([step, step])])
    // What was written on the way is told to whoever did it alone.
    const receipts = outcomes.flat().map((outcome) => (outcome.ok ? { ...outcome.receipt, steps: undefined } : outcome))
    await hub.catchUp()
    expect(hub.head.mark[0] - before, command.type).toBe(commits)
    expect(receipts.filter((receipt) => 'duplicate' in receipt && !receipt.duplicate)).toHaveLength(1)
    for (const receipt of receipts)
      expect({ ...receipt, duplicate: false }).toEqual({ ...receipts[0], duplicate: false })
    firsts[outcomes[0].some((outcome) => outcome.ok && !outcome.receipt.duplicate) ? 'asked first' : 'asked second']++
  }

  await closeAll([one, two])
  const { duplicate = 0 } = await leave(hub)
  console.log(`${KEYED} keyed commands, done by the one`, firsts, `${duplicate} proposals void`)
  expect(duplicate).toBeGreaterThan(0)
})

const OWNERS_ALONE: ((taskId: string) => Command)[] = [
  (taskId) => ({ type: 'SetTaskStatus', taskId, status: 'in_progress' }),
  (taskId) => ({ type: 'ReleaseTask', taskId }),
  (taskId) => ({ type: 'AssignTask', taskId, to: 'session:third' }),
  (taskId) => ({ type: 'Handoff', taskId, to: 'session:third' }),
  (taskId) => ({ type: 'Handoff', taskId, to: 'session:third', mode: 'offer' }),
  (taskId) => ({ type: 'CloseTask', taskId, outcome: 'done' }),
]

const handoff = (taskId: string, rest: object = {}): Command => ({
  type: 'Handoff',
  taskId,
  to: 'session:new',
  ...rest,
})

test('a handoff by another process: the old owner’s next command is NOT_OWNER, or STALE_EPOCH', async () => {
  const { dir, hub } = await place()
  await openSessions(hub, ['old', 'new', 'third'])
  const [old, other] = (await startAll(dir, 2, (i) => ({ ...mixed(i), actor: sessionActor('old') }))) as [Agent, Agent]

  // One after the other: the old owner's process has seen itself as the owner, and hears of nothing else.
  for (const [i, command] of OWNERS_ALONE.entries()) {
    for (const force of [false, true]) {
      const taskId = `task-${i}-${String(force)}`
      const opened = await old.each([
        { as: OPERATOR, command: { type: 'OpenTask', taskId, title: taskId, owner: 'old' } },
        { command: { type: 'SetTaskStatus', taskId, status: 'in_progress' } },
      ])
      expect(opened.map(fateOf)).toEqual(['accepted', 'accepted'])
      const moved = await other.each([
        force
          ? { as: OPERATOR, command: handoff(taskId, { force, reason: 'it takes too long' }) }
          : { command: handoff(taskId) },
      ])
      expect(moved.map(fateOf)).toEqual(['accepted'])
      const [stale, plain] = await old.each([
        { command: { ...command(taskId), expectEpoch: 1 } as Command },
        { command: command(taskId) },
      ])
      expect(stale).toMatchObject({ ok: false, code: 'STALE_EPOCH', details: { expected: 1, epoch: 2, owner: 'new' } })
      expect(plain).toMatchObject({ ok: false, code: 'NOT_OWNER', details: { owner: 'new', epoch: 2 } })
    }
  }

  // Both at once: whichever comes second in the log has seen the first.
  const first = { owner: 0, handoff: 0 }
  for (const i of range(CLAIMS)) {
    const taskId = `race-${i}`
    await hub.send({ type: 'OpenTask', taskId, title: taskId, owner: 'old' })
    const command = (OWNERS_ALONE[i % OWNERS_ALONE.length] as (typeof OWNERS_ALONE)[number])(taskId)
    const expectEpoch = i % 4 < 2 ? { expectEpoch: 1 } : {}
    const deciding = (): Promise<readonly Outcome[]> => old.each([{ command: { ...command, ...expectEpoch } }])
    const handing = (): Promise<readonly Outcome[]> => other.each([{ command: handoff(taskId, { expectEpoch: 1 }) }])
    // Whoever is asked first is often the first.
    const [[mine], [moved]] = (
      i % 2 === 0
        ? await Promise.all([deciding(), handing()])
        : (await Promise.all([handing(), deciding()])).toReversed()
    ) as [[Outcome], [Outcome]]
    expectOneOrder(mine, moved, 'expectEpoch' in expectEpoch)
    first[mine.ok && (!moved.ok || mine.receipt.position < moved.receipt.position) ? 'owner' : 'handoff']++
    await hub.catchUp()
    const { chain = [], epoch } = (await hub.owner(taskId)) ?? {}
    expect(chain.map((change) => change.epoch)).toEqual(range(epoch ?? 0).map((n) => n + 1))
  }
  await closeAll([old, other])
  const { conflict = 0 } = await leave(hub)
  console.log(`${CLAIMS} races of a handoff with the owner's own command, first`, first, `${conflict} proposals void`)
  expect(Math.min(first.owner, first.handoff)).toBeGreaterThan(0)
  expect(conflict).toBeGreaterThan(0)
})

function expectOneOrder(mine: Outcome, moved: Outcome, expectsEpoch: boolean): void {
  if (!moved.ok) {
    // The owner was first, and took the task away from under the handoff.
    expect(mine.ok).toBe(true)
    expect(['STALE_EPOCH', 'TASK_CLOSED']).toContain(moved.code)
  } else if (mine.ok) {
    expect(mine.receipt.position).toBeLessThan(moved.receipt.position)
  } else {
    expect(mine.code).toBe(expectsEpoch ? 'STALE_EPOCH' : 'NOT_OWNER')
  }
}
