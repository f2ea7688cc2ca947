/** Several processes read, write, flush and rebuild at once, and agree about nothing beforehand. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { scratch } from '../support/scratch.ts'
import { documentsIn, firstOther, foldingOf, freshDocuments, newestManifest, viewsOf } from '../support/snapshots.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const PROCESSES = 8
const ROUNDS = LONG ? 40 : 5
const WORKER = path.join(import.meta.dirname, 'worker.mjs')

const dir = scratch()
const run = promisify(execFile)

interface Seen {
  readonly written: number
  readonly wrong: readonly string[]
  readonly problems: readonly string[]
  readonly drifted: number
  readonly rebuilt: readonly { readonly isKept: boolean; readonly resumedFrom: number }[]
}

async function work(hubDir: string, options: object): Promise<Seen> {
  const { stdout } = await run(process.execPath, [WORKER, JSON.stringify({ dir: hubDir, ...options })], {
    timeout: 240_000,
  })
  return JSON.parse(stdout) as Seen
}

async function founded(events = 0): Promise<string> {
  const hubDir = path.join(dir(), '.baton')
  const hub = await openHub({ dir: hubDir, create: true, durability: 'os', sweepEvery: false })
  for (let i = 0; i < events; i++) {
    await hub.send({ type: 'OpenSession', sessionId: `early-${i}` })
    await hub.send({ type: 'OpenTask', taskId: `early-${i}`, title: `T${i}`, owner: `early-${i}` })
  }
  await hub.close()
  return hubDir
}

async function expectRight(hubDir: string): Promise<void> {
  const { log, folding, snapshots } = await foldingOf(hubDir)
  expect(firstOther(documentsIn(folding), await freshDocuments(hubDir))).toBeUndefined()
  expect(snapshots.problems).toEqual([])
  await folding.close()
  await log.close()
  for (const { file } of newestManifest(hubDir).manifest.tables)
    expect(fs.existsSync(path.join(viewsOf(hubDir), file))).toBe(true)
}

test(
  `1. ${PROCESSES} processes, each opening, writing, flushing and closing ${ROUNDS} times: every answer is right`,
  { timeout: 600_000 },
  async () => {
    const hubDir = await founded()
    const opening = new AbortController()
    const opened = openAllAlong(hubDir, opening.signal)
    const seen = await Promise.all(
      Array.from({ length: PROCESSES }, (_, i) => work(hubDir, { me: `w${i}`, rounds: ROUNDS })),
    )
    opening.abort()
    const { times, problems } = await opened
    expect(seen.flatMap(({ wrong }) => wrong)).toEqual([])
    expect(seen.map(({ drifted }) => drifted)).toEqual(seen.map(() => 0))
    const { number, manifest } = newestManifest(hubDir)
    const told = [...problems, ...seen.flatMap(({ problems: theirs }) => theirs)]
    console.log(
      `${number} manifests published, ${times} readers opened amid; ${told.length} problems told`,
      new Set(told),
    )
    expect(number).toBeGreaterThan(ROUNDS)
    // One that went away between being listed and being opened is all that may be met.
    expect(told.filter((why) => !why.includes('it is not there'))).toEqual([])
    expect(manifest.saved.position).toBeGreaterThan(0)
    await expectRight(hubDir)
  },
)

/** Whoever opens a snapshot amid all this has all of its tables, and is right. */
async function openAllAlong(hubDir: string, signal: AbortSignal): Promise<{ times: number; problems: string[] }> {
  const problems: string[] = []
  let times = 0
  for (; !signal.aborted; times++) {
    const { log, folding, snapshots } = await foldingOf(hubDir)
    problems.push(...snapshots.problems.map(({ why }) => why))
    await folding.close()
    await log.close()
    await sleep(5)
  }
  return { times, problems }
}

/** Asks all the time; the longest time between two answers, in milliseconds. */
async function askAlong(hub: Hub, signal: AbortSignal): Promise<{ answers: number; longest: number; wrong: string[] }> {
  const wrong: string[] = []
  let [answers, longest, last] = [0, 0, performance.now()]
  for (; !signal.aborted; answers++) {
    const n = answers % 50
    const task = await hub.task(`early-${n}`)
    if (task?.title !== `T${n}` || task.owner !== `early-${n}`) wrong.push(`early-${n}: ${JSON.stringify(task)}`)
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
    await sleep(1)
  }
  return { answers, longest, wrong }
}

test(
  '2. views are rebuilt while four processes write: questions are answered all along, and nothing is found afterwards',
  { timeout: 300_000 },
  async () => {
    const hubDir = await founded(50)
    await work(hubDir, { me: 'before', rounds: 1, ms: 60_000 })
    const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
    const stop = new AbortController()
    const asked = askAlong(hub, stop.signal)
    const writers = Array.from({ length: 4 }, (_, i) => work(hubDir, { me: `w${i}`, rounds: 1, ms: 3_000 }))
    await sleep(300)
    const reports = [await hub.projections.rebuild('tasks'), await hub.projections.rebuild()]
    const seen = await Promise.all(writers)
    reports.push(await hub.projections.rebuild('sessions'))
    stop.abort()
    const { answers, longest, wrong } = await asked
    console.log(
      `${answers} answers, ${longest.toFixed(0)} ms between two at most; ${seen.reduce((sum, { written }) => sum + written, 0)} events written`,
    )
    expect(wrong).toEqual([])
    expect(seen.flatMap(({ wrong: theirs }) => theirs)).toEqual([])
    expect(seen.map(({ drifted }) => drifted)).toEqual([0, 0, 0, 0])
    expect(reports.at(-1)?.isKept).toBe(true)
    expect(await hub.projections.verify()).toMatchObject({ drifted: 0, drift: [] })
    expect(longest).toBeLessThan(2_000)
    await hub.close()
    await expectRight(hubDir)
  },
)

test('3. a rebuild that is stopped by its signal changes nothing', { timeout: 120_000 }, async () => {
  const hubDir = await founded(50)
  await work(hubDir, { me: 'before', rounds: 1, ms: 60_000 })
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  const before = await hub.projections.status()
  const manifest = newestManifest(hubDir)
  for (const wait of [0, 1, 5, 20, 60]) {
    const stop = new AbortController()
    const rebuilding = hub.projections.rebuild(undefined, { signal: stop.signal })
    setTimeout(() => stop.abort(), wait)
    // The last of them may have been fast enough.
    const done = await rebuilding.then(
      () => true,
      () => false,
    )
    if (done) break
    const { views, snapshot } = await hub.projections.status()
    expect(views.map(({ rebuilt }) => rebuilt)).toEqual(before.views.map(({ rebuilt }) => rebuilt))
    expect(snapshot?.number).toBe(before.snapshot?.number)
    expect(newestManifest(hubDir)).toEqual(manifest)
    expect((await hub.task('early-7'))?.title).toBe('T7')
  }
  expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
  await hub.close()
  await expectRight(hubDir)
})

test.each([
  ['the same view', ['tasks', 'tasks']],
  ['different views', ['tasks', 'inboxes']],
  ['all of them', ['', '']],
  ['one and all', ['tasks', '']],
])('4. two processes rebuild %s at once', { timeout: 240_000 }, async (_, views) => {
  const hubDir = await founded(50)
  await work(hubDir, { me: 'before', rounds: 1, ms: 60_000 })
  const seen = await Promise.all([
    ...views.map((rebuild, i) => work(hubDir, { me: `r${i}`, rounds: 3, rebuild })),
    work(hubDir, { me: 'w', rounds: 3 }),
  ])
  expect(seen.flatMap(({ wrong }) => wrong)).toEqual([])
  expect(seen.map(({ drifted }) => drifted)).toEqual([0, 0, 0])
  expect(seen.some(({ rebuilt }) => rebuilt.some(({ isKept }) => isKept))).toBe(true)
  await expectRight(hubDir)
})

test(
  '5. whoever has it open while another one rebuilds goes over to the new views, and never steps back in between',
  { timeout: 240_000 },
  async () => {
    const hubDir = await founded(50)
    await work(hubDir, { me: 'before', rounds: 1, ms: 60_000 })
    const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
    await work(hubDir, { me: 'rebuilder', rounds: 1, rebuild: '' })
    const text = 'p'.repeat(50_000)
    const wrong: string[] = []
    let number = 0
    const follow = async (): Promise<void> => {
      const receipt = await hub.send({ type: 'OpenSession', sessionId: `late-${++number}` })
      const mine = number
      const answers = await Promise.all([hub.session(`late-${mine}`), hub.task('early-9'), hub.session('early-1')])
      for (const [i, answer] of answers.entries()) if (answer === undefined) wrong.push(`late-${mine}, question ${i}`)
      if (hub.head.position < receipt.position) await hub.catchUp()
      if (hub.head.position < receipt.position) wrong.push(`back at ${hub.head.position}`)
    }
    for (let i = 0; i < 60; i++) {
      await Promise.all([
        hub.eventStore.appendToStream('late', [{ type: 'Pad', data: { i, text } }]),
        follow(),
        follow(),
      ])
    }
    expect(wrong).toEqual([])
    const { views } = await hub.projections.status()
    expect(views.every(({ rebuilt }) => rebuilt === 1)).toBe(true)
    expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
    await hub.close()
    await expectRight(hubDir)
  },
)
