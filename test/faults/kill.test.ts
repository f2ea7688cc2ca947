/**
 * A process that is killed or stopped at any moment: the page cache survives, so everything that was written is there.
 * What only a power cut takes is another family.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openHub } from '../../src/hub.ts'
import { decode } from '../../src/log/commit.ts'
import { scratch } from '../support/scratch.ts'
import { seeded, type Random } from '../support/random.ts'
import { killPlans, operationsOf, SCENARIOS, stage } from './scenarios.ts'
import { readTrace, shimEnv, type SyncRecord } from './shim.ts'
import { eachOf, holdTo, linesIn, writers, type Writer, type WriterOptions } from './writers.ts'
import { lacks } from '../support/needs.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const KILLS = LONG ? 1_000 : 50
const SEED = Number(process.env['BATON_SEED'] ?? Math.floor(performance.timeOrigin) % 1_000_000)

const dir = scratch()
const start = writers()

const theatre = { dir, start }

test.each(SCENARIOS)(
  'SIGKILL before, amid and after every file operation: $name',
  { timeout: 300_000 },
  async (scenario) => {
    const operations = await operationsOf(theatre, scenario)
    const kinds = new Set(operations.map(({ kind }) => kind))
    for (const kind of scenario.create ? ['mkdir', 'create', 'fsync-dir'] : ['open']) expect(kinds).toContain(kind)
    for (const kind of ['write', 'fdatasync']) expect(kinds).toContain(kind)

    const plans = killPlans(operations)
    let killed = 0
    let torn = 0
    await eachOf(plans, 2, async (plan) => {
      const { around, hub, acks } = await stage(theatre, scenario)
      const writer = start({ ...scenario, dir: hub }, shimEnv({ dir: around, plan }))
      const { signal } = await writer.ended
      if (signal === 'SIGKILL') killed++
      else expect(writer.said, plan).toEqual(['open', 'closed'])
      try {
        const { report } = await holdTo(hub, [...acks, ...writer.acks])
        torn += report.findings.length
      } catch (error) {
        throw new Error(`after ${plan}`, { cause: error })
      }
    })
    console.log(
      `${scenario.name}: ${operations.length} operations, ${killed} of ${plans.length} plans killed, ${torn} torn`,
    )
    // Which operation is the last may hang on how syncs and writes fell together.
    expect(killed).toBeGreaterThanOrEqual(plans.length - 2)
    expect(torn).toBeGreaterThan(0)
  },
)

test(
  'one of eight writers is killed at a random operation: the seven others go on at once',
  { timeout: LONG ? 600_000 : 120_000 },
  async () => {
    await repeatable('one of eight', async (random) => {
      for (let round = 0; round < (LONG ? 30 : 3); round++) await killOneOfEight(random, round)
    })
  },
)

/** Generous: a round takes milliseconds, but the machine has eight writers to serve. */
const STALL_MS = 5_000

async function killOneOfEight(random: Random, round: number): Promise<void> {
  const around = dir()
  const hub = path.join(around, '.baton')
  await (await openHub({ dir: hub, create: true })).close()
  const contend = round % 3 === 2
  const options = { dir: hub, untilTold: true, parallel: 4, contend }
  const seven = Array.from({ length: 7 }, (_, i) => start({ ...options, me: `w${i}` }))
  await Promise.all(seven.map((writer) => writer.hears('ack')))

  const plan = `kill-${random.pick(['before', 'after'])}:${1 + random.below(30)}`
  const victim = start({ ...options, me: 'victim', parallel: 1 }, shimEnv({ dir: around, plan }))
  expect((await victim.ended).signal).toBe('SIGKILL')
  const killedAt = performance.now()
  const soFar = seven.map(({ acks }) => acks.length)
  const wentOn = (): boolean => seven.every(({ acks }, i) => acks.length > (soFar[i] ?? 0) + 8)
  while (!wentOn() && performance.now() - killedAt < STALL_MS) await sleep(5)
  expect(wentOn()).toBe(true)

  for (const writer of seven) writer.goOn()
  for (const writer of seven) {
    expect(await writer.ended).toEqual({ code: 0, signal: null })
    expect(writer.failures).toEqual([])
    expect(writer.said).toEqual(['open', 'closed'])
  }
  await holdTo(
    hub,
    [...seven, victim].flatMap(({ acks }) => acks),
  )
}

test(`${KILLS} kills at random moments, four writers at work`, { timeout: LONG ? 1_800_000 : 120_000 }, async () => {
  await repeatable('at random moments', async (random) => {
    let acked = 0
    let torn = 0
    for (let kills = 0, generation = 0; kills < KILLS; kills += KILLS_A_HUB, generation++) {
      const found = await killAtRandom(random, generation)
      acked += found.acked
      torn += found.torn
    }
    console.log(`seed ${SEED}: ${KILLS} kills, ${acked} acknowledged and there, ${torn} lines torn`)
    expect(acked).toBeGreaterThan(KILLS * 10)
    expect(torn).toBeGreaterThan(0)
  })
})

const KILLS_A_HUB = 10

/** Four writers at work; whichever dies is replaced; in the end all die at once. */
async function killAtRandom(random: Random, generation: number): Promise<{ acked: number; torn: number }> {
  const around = dir()
  const hub = path.join(around, '.baton')
  const durability = random.pick(['disk', 'os'] as const)
  const all: Writer[] = []
  const running = new Map<Writer, { readonly dies: boolean }>()
  let dead = 0

  function startOne(): void {
    // The first alone dies amid a write of one line: each hub has a torn one.
    const first = all.length === 0
    const dies = first || random.next() < 0.4
    const moment = first ? 'mid' : random.pick(['before', 'mid', 'after'])
    const plan = `kill-${moment}@write:${2 + random.below(first ? 5 : 40)}`
    const options: WriterOptions = {
      dir: hub,
      create: true,
      me: `g${generation}w${all.length}`,
      durability,
      number: 1_000_000,
      parallel: first ? 1 : random.pick([1, 4, 16]),
      contend: random.next() < 0.2,
      pad: random.pick([0, 0, 100, 1_000, 6_000]),
    }
    const writer = start(options, dies ? shimEnv({ dir: around, plan }) : {})
    all.push(writer)
    running.set(writer, { dies })
    void writer.ended.then(() => {
      running.delete(writer)
      dead++
    })
  }

  while (dead < KILLS_A_HUB) {
    while (running.size < 4) startOne()
    const opening = [...running.keys()].filter(({ acks }) => acks.length === 0)
    if (opening.length > 0) await Promise.race(opening.map(settled))
    await sleep(random.below(60))
    const others = [...running].filter(([, { dies }]) => !dies)
    const [victim] = others.length === 0 ? [] : random.pick(others)
    victim?.child.kill('SIGKILL')
    // A race of nobody would never end: all may have died meanwhile.
    const ends = [...(victim === undefined ? running.keys() : [victim])].map(({ ended }) => ended)
    if (ends.length > 0) await Promise.race(ends)
  }
  for (const { child } of running.keys()) child.kill('SIGKILL')
  await Promise.all(all.map(({ ended }) => ended))
  for (const { failures, said } of all) {
    expect(failures).toEqual([])
    expect(said.filter((line) => line !== 'open')).toEqual([])
  }

  const acks = all.flatMap(({ acks }) => acks)
  const { report } = await holdTo(hub, acks)
  expectReadable(hub)
  return { acked: acks.length, torn: report.void['torn'] ?? 0 }
}

/** Its first word of success, or its end. */
const settled = (writer: Writer): Promise<unknown> => writer.hears('ack').catch(() => undefined)

/** The file is JSON, a line each, but for the lines that a kill tore: those fail their checksum too. */
function expectReadable(hub: string): void {
  const whole: string[] = []
  for (const line of linesIn(hub)) {
    if (decode(Buffer.from(line)).kind === 'torn') continue
    JSON.parse(line)
    whole.push(line)
  }
  if (lacks('jq')) return
  const ids = execFileSync('jq', ['-r', '.id // .hub'], {
    input: whole.join('\n'),
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  })
  expect(ids.trim().split('\n')).toHaveLength(whole.length)
}

test.each([
  { others: 5_000, reason: 'stale', contend: false },
  { others: 20, reason: 'conflict', contend: true },
] as const)(
  'stopped between decision and write while $others commits pass: void($reason), decided again, accepted once',
  { timeout: 60_000 },
  async ({ others, reason, contend }) => {
    const around = dir()
    const hub = path.join(around, '.baton')
    const founder = start({ dir: hub, me: 'founder', create: true, number: 1 })
    await founder.ended

    const plan = 'stop-before@write:2'
    const stopped = start({ dir: hub, me: 'stopped', number: 2, contend }, shimEnv({ dir: around, plan }))
    await untilStopped(stopped)
    const other = start({ dir: hub, me: 'other', durability: 'os', number: others, parallel: 64 })
    expect(await other.ended).toEqual({ code: 0, signal: null })
    expect(other.acks).toHaveLength(others)
    expect(stopped.acks).toHaveLength(1)
    stopped.child.kill('SIGCONT')
    expect(await stopped.ended).toEqual({ code: 0, signal: null })

    const [, second] = stopped.acks
    const { accepted, voids } = await holdTo(
      hub,
      [founder, stopped, other].flatMap(({ acks }) => acks),
    )
    expect(voids).toEqual([{ id: second?.id, reason }])
    expect(accepted.filter(({ id }) => id === second?.id)).toHaveLength(1)
    expect(accepted.at(-1)?.id).toBe(second?.id)
  },
)

async function untilStopped({ pid }: Writer): Promise<void> {
  const state = (): string => /\) (\w)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''
  for (let i = 0; i < 1_000 && state() !== 'T'; i++) await sleep(5)
  expect(state()).toBe('T')
}

test.each([{ retrier: 'started afterwards' }, { retrier: 'open all the time' }])(
  'a key whose writer died between write and sync, tried again by a process $retrier: one commit, durable before the answer',
  async ({ retrier }) => {
    const around = dir()
    const hub = path.join(around, '.baton')
    const trace = path.join(dir(), 'trace')
    const keyed = { dir: hub, keyed: true, number: 2 }
    const retry = (waitAfter?: number): Writer =>
      start({ ...keyed, me: 'second', ...(waitAfter !== undefined && { waitAfter }) }, shimEnv({ dir: around, trace }))
    const founder = start({ ...keyed, me: 'second', create: true, number: 1 }, shimEnv({ dir: around, trace }))
    await founder.ended
    const open = retrier === 'open all the time' ? retry(1) : undefined
    await open?.hears('waiting')

    // Its first sync is of what it found there.
    const plan = 'kill-before@fdatasync:2'
    const first = start({ ...keyed, me: 'first' }, shimEnv({ dir: around, plan, trace }))
    expect((await first.ended).signal).toBe('SIGKILL')
    expect(first.acks).toEqual([])
    expect(first.known).toHaveLength(1)

    open?.goOn()
    const second = open ?? retry()
    expect(await second.ended).toEqual({ code: 0, signal: null })
    expect(second.acks).toEqual([])
    const { accepted } = await holdTo(hub, founder.acks)
    expect(accepted).toHaveLength(2)
    const stored = accepted[1]
    expect(stored).toMatchObject({ me: 'first', key: 'key-1' })
    expect(second.known[1]).toMatchObject({ i: 1, id: stored?.id, position: stored?.position })

    const records = readTrace(trace)
    const covering = records.find((record) => record.op === 'sync-end' && record.size >= (stored?.next ?? Infinity))
    const answered = records.find(
      ({ op, pid, ...rest }) => op === 'ack' && pid === second.pid && 'id' in rest && rest.id === stored?.id,
    )
    expect(covering).toMatchObject({ pid: second.pid, kind: 'fdatasync' } satisfies Partial<SyncRecord> & {
      pid: number
    })
    expect(covering).not.toHaveProperty('error')
    expect(answered).toMatchObject({ duplicate: true })
    expect(records.indexOf(covering as never)).toBeLessThan(records.indexOf(answered as never))
  },
)

/** Names the seed, and what to type, if it fails. The choices repeat; the moments are the machine's. */
async function repeatable(name: string, run: (random: Random) => Promise<void>): Promise<void> {
  try {
    await run(seeded(SEED))
  } catch (error) {
    const long = LONG ? 'BATON_TEST_LONG=1 ' : ''
    const again = `${long}BATON_SEED=${SEED} npx vitest run test/faults/kill.test.ts -t '${name}'`
    throw new Error(`seed ${SEED}; again: ${again}`, { cause: error })
  }
}
