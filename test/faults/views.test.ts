/**
 * Flushes, merges, sweeps and rebuilds by processes that are killed, or whose disk fails, at every file operation: the
 * log has everything, so no answer may ever be another one, and nothing may have to be tidied up by hand.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { everyAnswer } from '../support/answers.ts'
import { tallyOf } from '../support/agents.ts'
import { bootId } from '../../src/projections/snapshots/boot.ts'
import { randomHub } from '../support/random-hub.ts'
import { scratch } from '../support/scratch.ts'
import { copyOf, flushAll, newestManifest, viewsOf } from '../support/snapshots.ts'
import { readOperations, shimEnv, type Operation } from './shim.ts'
import { eachOf, listenTo, type Writer } from './writers.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEED = Number(process.env['BATON_SEED'] ?? 20_265)
const WORKER = path.join(import.meta.dirname, 'worker-views.mjs')

const dir = scratch()
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

interface Scene {
  readonly rebuild?: string
  readonly commands?: number
  readonly dieAt?: number
  /** There is little to flush: it waits for nothing. */
  readonly justCloses?: true
}

function start(hubDir: string, scene: Scene, env: Record<string, string> = {}): Writer {
  const child = spawn(process.execPath, [WORKER, JSON.stringify({ ...scene, dir: hubDir })], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  started.push(child)
  return listenTo(child, 'w')
}

/** Somebody who neither reads nor writes snapshots. */
async function unseen(hubDir: string, write: (hub: Hub) => Promise<unknown>): Promise<void> {
  const hub = await openHub({ log: openFileLog(hubDir), durability: 'os', sweepEvery: false })
  await write(hub)
  await hub.close()
}

interface Stage {
  /** `views` is where the shim looks. */
  readonly copy: () => { readonly around: string; readonly hub: string; readonly views: string }
  readonly right: object
}

/** Copies of a hub, and what it answers to somebody who has never seen a snapshot. */
async function stageOf(original: string): Promise<Stage> {
  const copy: Stage['copy'] = () => {
    const around = dir()
    const hub = copyOf(original, around)
    return { around, hub, views: path.join(hub, 'views') }
  }
  const hub = await openHub({ log: openFileLog(original), durability: 'os', sweepEvery: false })
  const right = await everyAnswer(hub, { whys: 0 })
  await hub.close()
  return { copy, right }
}

/**
 * The next flush has everything to do: it writes a table, merges four, publishes, and sweeps the fifth manifest with its
 * tables. Enough has been written for it to begin by itself.
 */
async function staged(): Promise<Stage> {
  const original = await randomHub(dir(), SEED, 60)
  for (let i = 0; i < 7; i++) {
    await unseen(original, (hub) => hub.send({ type: 'OpenSession', sessionId: `early-${i}` }))
    await flushAll(original)
  }
  const text = 'p'.repeat(60_000)
  await unseen(original, async (hub) => {
    for (let i = 0; i < 18; i++) await hub.eventStore.appendToStream('padding', [{ type: 'Pad', data: { i, text } }])
  })
  return stageOf(original)
}

/** Its own manifests are looked at all the time, and how often is no matter: what is done is what changes something. */
const isChange = ({ kind }: Operation): boolean => kind !== 'open'

/** What is done to the views, in a run in which nothing goes wrong. */
async function operationsOf({ copy }: Stage, scene: Scene): Promise<Operation[]> {
  const { views, hub } = copy()
  const counted = path.join(dir(), 'operations')
  const worker = start(hub, scene, shimEnv({ dir: views, plan: `count:${counted}` }))
  await worker.ended
  expect(worker.complaints()).toBe('')
  expect(worker.said.at(-1)).toBe('closed')
  expect(worker.said).toContain('problems 0 []')
  return readOperations(counted)
}

/** `action@kind:nth`: numbered within its kind, an operation is the same one in every run. */
const nthOf = (operations: readonly Operation[], { n, kind }: Operation): string =>
  `@${kind}:${operations.filter((each) => each.kind === kind && each.n <= n).length}`

/** It opens at once, answers as ever, has nothing to find, and the next flush leaves nothing that is named and not there. */
async function holdViews(hubDir: string, right: object | undefined): Promise<void> {
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  try {
    if (right !== undefined) expect(await everyAnswer(hub, { whys: 0 })).toEqual(right)
    expect(await hub.projections.verify()).toMatchObject({ drifted: 0, drift: [] })
    expect((await hub.verify()).findings).toEqual([])
  } finally {
    await hub.close()
  }
  await flushAll(hubDir)
  const { manifest } = newestManifest(hubDir)
  for (const { file, bytes } of manifest.tables) expect(fs.statSync(path.join(viewsOf(hubDir), file)).size).toBe(bytes)
}

const KINDS = ['create', 'write', 'fdatasync', 'link', 'unlink']

/** `every` second, third...: where there is no time for all of its operations. */
const SCENES: readonly (readonly [name: string, every: number, scene: Scene])[] = [
  ['a flush that merges, publishes and sweeps', 1, {}],
  ['the rebuild of one view', 4, { rebuild: 'tasks' }],
  ['the rebuild of all', 2, { rebuild: '' }],
]

test.each(SCENES)(
  '1. %s, killed at every file operation: every answer is right, and nothing is found',
  { timeout: 900_000 },
  async (name, every, scene) => {
    const stage = await staged()
    const operations = await operationsOf(stage, scene)
    for (const kind of KINDS) expect(operations.map((each) => each.kind)).toContain(kind)
    // A death behind one operation is a death before the next one.
    const plans = operations.filter(isChange).flatMap((operation, i) => {
      const nth = nthOf(operations, operation)
      if (!LONG && i % every > 0) return []
      return [
        `kill-before${nth}`,
        ...(operation.kind === 'write' ? [`kill-mid${nth}`] : []),
        ...(LONG || operation.kind === 'link' ? [`kill-after${nth}`] : []),
      ]
    })
    let killed = 0
    await eachOf(plans, 2, async (plan) => {
      const { around, hub, views } = stage.copy()
      const worker = start(hub, scene, shimEnv({ dir: views, plan }))
      if ((await worker.ended).signal === 'SIGKILL') killed++
      try {
        await holdViews(hub, stage.right)
      } catch (error) {
        throw new Error(`after ${plan}`, { cause: error })
      } finally {
        fs.rmSync(around, { recursive: true })
      }
    })
    console.log(`${name}: ${operations.length} operations, ${killed} of ${plans.length} plans killed`)
    // How the last operations of a rebuild fall may hang on how its flushes fell.
    expect(killed).toBeGreaterThanOrEqual(plans.length - 4)
  },
)

test.each(['ENOSPC', 'EIO', 'EACCES'] as const)(
  '2. a flush whose file operations fail with %s, one by one: commands go on, nothing is lost, and it is told',
  { timeout: 900_000 },
  async (errno) => {
    const stage = await staged()
    const scene = { commands: 3 }
    const operations = await operationsOf(stage, scene)
    const chosen = operations.filter((operation) => isChange(operation) || (errno === 'EACCES' && operation.n < 8))
    const outcomes: string[] = []
    await eachOf(chosen, 2, async (operation) => {
      const { around, hub, views } = stage.copy()
      const plan = `errno${nthOf(operations, operation)}:${errno}`
      const worker = start(hub, scene, shimEnv({ dir: views, plan }))
      try {
        const ended = await worker.ended
        expect(worker.complaints()).toBe('')
        expect(ended).toEqual({ code: 0, signal: null })
        expect(worker.failures).toEqual([])
        expect(worker.acks).toHaveLength(3)
        expect(worker.said.at(-1)).toBe('closed')
        const isTold = worker.said.some((line) => line.startsWith('problems') && line.includes(errno))
        outcomes.push(`${operation.kind}: ${isTold ? 'told' : 'did no harm'}`)
        if (!isTold) expect(newestManifest(hub).number).toBeGreaterThan(7)
        await holdViews(hub, undefined)
      } catch (error) {
        throw new Error(`${plan}, of ${operation.path}`, { cause: error })
      } finally {
        fs.rmSync(around, { recursive: true })
      }
    })
    console.log(`${errno}: ${chosen.length} of ${operations.length} operations failed`, tallyOf(outcomes))
    expect(outcomes.filter((outcome) => outcome.endsWith('told')).length).toBeGreaterThan(5)
  },
)

test('3. from one operation on the disk is full for ever: the hub works and closes', { timeout: 120_000 }, async () => {
  const stage = await staged()
  const { hub, views } = stage.copy()
  const plan = 'errno-from@create:1:ENOSPC'
  const worker = start(hub, { commands: 3 }, shimEnv({ dir: views, plan }))
  expect(await worker.ended).toEqual({ code: 0, signal: null })
  expect(worker.acks).toHaveLength(3)
  expect(worker.said.join('\n')).toContain('ENOSPC')
  await holdViews(hub, undefined)
})

test(
  '4. a rebuild killed on its way is never taken for a whole one, and the next one goes on from what it had',
  { timeout: 300_000 },
  async () => {
    const around = dir()
    const hubDir = path.join(around, '.baton')
    const founder = await openHub({ dir: hubDir, create: true, durability: 'os', sweepEvery: false })
    const text = 'p'.repeat(8_000)
    await founder.send({ type: 'OpenSession', sessionId: 'a' })
    const appended = Array.from({ length: 3_446 }, (_, i) =>
      founder.eventStore.appendToStream(`own-${i % 50}`, [{ type: 'Own', data: { i, text } }]),
    )
    await Promise.all(appended)
    await founder.close()

    const killed = start(hubDir, { rebuild: '', dieAt: 3_072 })
    expect((await killed.ended).signal).toBe('SIGKILL')
    const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
    const { snapshot, views } = await hub.projections.status()
    const [unfinished] = snapshot?.unfinished ?? []
    expect(unfinished?.view).toBe('all')
    expect(unfinished?.position).toBeGreaterThan(1_000)
    expect(unfinished?.position).toBeLessThan(3_447)
    expect(views.map(({ rebuilt }) => rebuilt)).toEqual(views.map(() => 0))
    expect(Number((await hub.eventStore.readStream('own-49', { from: 60n })).currentStreamVersion)).toBe(68)
    expect(await hub.projections.verify()).toMatchObject({ drifted: 0, position: 3_447 })

    const report = await hub.projections.rebuild()
    expect(report).toMatchObject({ resumedFrom: unfinished?.position, position: 3_447, isKept: true })
    expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
    const after = await hub.projections.status()
    expect(after.views.map(({ rebuilt }) => rebuilt)).toEqual(views.map(() => 1))
    expect(after.snapshot).toMatchObject({ unfinished: [], problems: [] })
    await hub.close()
    console.log(`killed, resumed from ${report.resumedFrom} of ${report.position}`)
  },
)

test(
  '5. a directory of views that is read-only, or a link to elsewhere: commands and questions go on',
  { timeout: 120_000 },
  async () => {
    const stage = await staged()
    const isRoot = process.getuid?.() === 0
    {
      const { hub, views } = stage.copy()
      fs.chmodSync(viewsOf(hub), 0o500)
      // Root may write anywhere: there the refusals come from below.
      const env = isRoot
        ? shimEnv({
            dir: views,
            plan: ['errno-from@create:1:EACCES', 'errno-from@link:1:EACCES', 'errno-from@unlink:1:EACCES'],
          })
        : {}
      const worker = start(hub, { commands: 3 }, env)
      expect(await worker.ended).toEqual({ code: 0, signal: null })
      expect(worker.acks).toHaveLength(3)
      expect(worker.said.join('\n')).toContain('EACCES')
      fs.chmodSync(viewsOf(hub), 0o700)
      await holdViews(hub, undefined)
    }
    const { hub } = stage.copy()
    const elsewhere = dir()
    const notes = path.join(elsewhere, 'notes')
    fs.writeFileSync(notes, 'mine')
    fs.utimesSync(notes, new Date(0), new Date(0))
    fs.rmSync(viewsOf(hub), { recursive: true })
    fs.symlinkSync(elsewhere, viewsOf(hub))
    const worker = start(hub, { commands: 3 })
    expect(await worker.ended).toEqual({ code: 0, signal: null })
    expect(worker.acks).toHaveLength(3)
    await holdViews(hub, undefined)
    expect(fs.readFileSync(notes, 'utf8')).toBe('mine')
  },
)

/** A snapshot, and some new log behind it: who closes writes the rest into the margin. */
async function stagedToClose(): Promise<Stage> {
  const original = await randomHub(dir(), SEED, 60)
  await flushAll(original)
  for (let i = 0; i < 7; i++) {
    await unseen(original, (hub) => hub.send({ type: 'OpenSession', sessionId: `early-${i}`, cwd: 'x'.repeat(700) }))
  }
  return stageOf(original)
}

test.skipIf(bootId() === undefined)(
  '6. a snapshot that is written into a margin, killed or failing at every file operation: every answer is right',
  { timeout: 300_000 },
  async () => {
    const stage = await stagedToClose()
    const scene = { justCloses: true } as const
    const { around, hub: whole, views: counted } = stage.copy()
    const operations = path.join(around, 'operations')
    const counting = start(whole, scene, shimEnv({ dir: counted, plan: `count:${operations}` }))
    expect(await counting.ended).toEqual({ code: 0, signal: null })
    expect(newestManifest(whole).manifest.boot).toBe(bootId())
    const all = readOperations(operations)
    const changes = all.filter(isChange)
    // No table, and nothing is waited for.
    expect(changes.map(({ kind }) => kind)).toEqual(['mkdir', 'create', 'write', 'link', 'unlink'])
    const plans = changes.flatMap((operation) => {
      const nth = nthOf(all, operation)
      const errnos = ['ENOSPC', 'EIO', 'EACCES'].map((errno) => `errno${nth}:${errno}`)
      return [
        `kill-before${nth}`,
        `kill-after${nth}`,
        ...(operation.kind === 'write' ? [`kill-mid${nth}`] : []),
        ...errnos,
      ]
    })
    let killed = 0
    await eachOf(plans, 2, async (plan) => {
      const { around: place, hub, views } = stage.copy()
      const worker = start(hub, scene, shimEnv({ dir: views, plan }))
      const { code, signal } = await worker.ended
      if (signal === 'SIGKILL') killed++
      else expect(code, plan).toBe(0)
      try {
        await holdViews(hub, stage.right)
      } catch (error) {
        throw new Error(`after ${plan}`, { cause: error })
      } finally {
        fs.rmSync(place, { recursive: true })
      }
    })
    console.log(`a margin: ${killed} of ${plans.length} plans killed`)
    expect(killed).toBe(11)
  },
)
