/**
 * Backup and restore as real processes that are killed, or whose disk fails, at every file operation: what stands where
 * the copy was to be is a whole one or nothing, and the next try brings it about.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openHub } from '../../src/hub.ts'
import { backup } from '../../src/log/file/backup.ts'
import { logFile, openFileLog } from '../../src/log/file/file-log.ts'
import { restore } from '../../src/log/file/restore.ts'
import { clearSuspect, readSuspect } from '../../src/log/file/suspect.ts'
import { verifyLog, type Report } from '../../src/log/verify.ts'
import { tallyOf } from '../support/agents.ts'
import { scratch } from '../support/scratch.ts'
import { killPlans } from './scenarios.ts'
import { readOperations, readTrace, shimEnv, type Operation, type ShimOptions } from './shim.ts'
import { eachOf } from './writers.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')

const dir = scratch()
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

interface Ended {
  readonly signal: string | null
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Scene {
  /** What the shim looks at: the hub and the place for the copy. */
  readonly around: string
  readonly hub: string
  readonly target: string
}

const VERBS = ['backup', 'restore'] as const
type VerbName = (typeof VERBS)[number]

function run(verb: VerbName, { hub, target }: Scene, env: Record<string, string> = {}): Promise<Ended> {
  const args = verb === 'backup' ? ['backup', target, '--dir', hub] : ['restore', hub, target]
  const child = spawn(process.execPath, [MAIN, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGTERM',
  })
  started.push(child)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

/** The same hub for every run, of more than one chunk; its log ends in a line that somebody was writing. */
async function stages(): Promise<() => Scene> {
  const original = path.join(dir(), '.baton')
  const hub = await openHub({ dir: original, create: true, durability: 'os', sweepEvery: false })
  const pad = 'p'.repeat(10_000)
  for (let i = 0; i < 120; i++) await hub.eventStore.appendToStream('s', [{ type: 'T', data: { i, pad } }])
  await hub.close()
  fs.appendFileSync(logFile(original), '{"v":1,"id":"half')
  return () => {
    const around = dir()
    const copy = path.join(around, '.baton')
    fs.cpSync(original, copy, { recursive: true })
    return { around, hub: copy, target: path.join(around, 'backups', 'monday') }
  }
}

async function reportOf(hub: string): Promise<Report> {
  const log = openFileLog(hub)
  try {
    return await verifyLog(log)
  } finally {
    await log.close()
  }
}

/** `nothing` or `whole`; half of one fails. A whole one has all that the original has, and nothing that is torn. */
async function found(verb: VerbName, { hub, target }: Scene): Promise<'nothing' | 'whole'> {
  if (!fs.existsSync(target)) return 'nothing'
  const [original, copy] = [await reportOf(hub), await reportOf(target)]
  expect(copy).toMatchObject({ commits: original.commits, events: original.events, findings: [] })
  expect(fs.readFileSync(path.join(target, '.gitignore'), 'utf8')).toBe('*\n')
  expect(copy.hub === original.hub && copy.chain === original.chain).toBe(verb === 'backup')
  if (verb === 'backup') {
    const [bytes, whole] = [target, hub].map((each) => fs.readFileSync(logFile(each))) as [Buffer, Buffer]
    expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true)
  }
  return 'whole'
}

const leftovers = ({ target }: Scene): string[] =>
  fs.existsSync(path.dirname(target)) ? fs.readdirSync(path.dirname(target)).filter((name) => name !== 'monday') : []

const again = ({ hub, target }: Scene, verb: VerbName): Promise<object> =>
  verb === 'backup' ? backup(hub, target) : restore(hub, target)

/** Whoever tries again has it in the end, and nothing but it; the original is as it was. */
async function expectNextTry(verb: VerbName, scene: Scene, before: Buffer, state: 'nothing' | 'whole'): Promise<void> {
  if (state === 'whole') await expect(again(scene, verb)).rejects.toMatchObject({ code: 'TARGET_EXISTS' })
  else {
    await again(scene, verb)
    expect(leftovers(scene)).toEqual([])
  }
  expect(await found(verb, scene)).toBe('whole')
  expect(fs.readFileSync(logFile(scene.hub)).equals(before)).toBe(true)
}

async function operationsOf(verb: VerbName, scene: Scene, options: Partial<ShimOptions> = {}): Promise<Operation[]> {
  const counted = path.join(dir(), 'operations')
  const ended = await run(verb, scene, shimEnv({ dir: scene.around, plan: `count:${counted}`, ...options }))
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return readOperations(counted)
}

test.each(VERBS)('%s, killed before, amid and after every file operation', { timeout: 600_000 }, async (verb) => {
  const stage = await stages()
  const operations = await operationsOf(verb, stage())
  const kinds = new Set(operations.map(({ kind }) => kind))
  for (const kind of ['mkdir', 'create', 'write', 'fsync', 'fsync-dir', 'rename']) expect(kinds).toContain(kind)

  const states: string[] = []
  let killed = 0
  const plans = killPlans(operations)
  await eachOf(plans, 2, async (plan) => {
    const scene = stage()
    const before = fs.readFileSync(logFile(scene.hub))
    const ended = await run(verb, scene, shimEnv({ dir: scene.around, plan }))
    try {
      if (ended.signal === 'SIGKILL') killed++
      else expect(ended).toMatchObject({ code: 0 })
      const state = await found(verb, scene)
      states.push(state)
      // Whoever was told that it is done has it.
      if (ended.stdout !== '') expect(state).toBe('whole')
      await expectNextTry(verb, scene, before, state)
    } catch (error) {
      throw new Error(`after ${plan}: ${ended.stderr}`, { cause: error })
    }
  })
  console.log(`${verb}: ${operations.length} operations, ${killed} of ${plans.length} plans killed`, tallyOf(states))
  expect(killed).toBe(plans.length)
  // The rename makes it one; nothing before it does.
  expect(Object.keys(tallyOf(states)).toSorted()).toEqual(['nothing', 'whole'])
})

const FILLS: ReadonlySet<string> = new Set(['mkdir', 'create', 'write', 'fsync', 'fdatasync'])
const CODE_OF = { EIO: 'STORAGE_FAILED', ENOSPC: 'STORAGE_FULL' } as const

test.each(VERBS.flatMap((verb) => (['EIO', 'ENOSPC'] as const).map((errno) => ({ verb, errno }))))(
  '$verb, $errno once at every file operation: refused, nothing is there, and the next try succeeds',
  { timeout: 600_000 },
  async ({ verb, errno }) => {
    const stage = await stages()
    const all = await operationsOf(verb, stage())
    // Where a disk can be full; the others are as with EIO.
    const operations = errno === 'EIO' || LONG ? all : all.filter(({ kind }) => FILLS.has(kind))
    let suspect = 0
    await eachOf(operations, 2, async ({ n, kind, path: file }) => {
      const scene = stage()
      const before = fs.readFileSync(logFile(scene.hub))
      const ended = await run(verb, scene, shimEnv({ dir: scene.around, plan: `errno:${n}:${errno}` }))
      try {
        expect(ended).toMatchObject({ signal: null, code: 1, stdout: '' })
        expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: CODE_OF[errno] } })
        expect(await found(verb, scene)).toBe('nothing')
        // What is there is no hub, and nothing of it is left but the directories above.
        expect(leftovers(scene)).toEqual([])
        if (readSuspect(path.join(scene.hub, 'log')) !== undefined) {
          // The original's own sync failed: that is more than a backup that went wrong.
          expect(kind).toBe('fdatasync')
          suspect++
          await expect(again(scene, verb)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
          clearSuspect(path.join(scene.hub, 'log'))
        }
        await expectNextTry(verb, scene, before, 'nothing')
      } catch (error) {
        throw new Error(`after ${errno} at ${n} ${kind} ${file}: ${ended.stderr}`, { cause: error })
      }
    })
    console.log(`${verb}, ${errno}: ${operations.length} operations failed once each, ${suspect} syncs of the original`)
    expect(suspect).toBe(verb === 'backup' ? 1 : 0)
  },
)

test.each(VERBS)(
  '%s on a disk that stays broken: refused from every operation on, and nothing is there',
  {
    timeout: 600_000,
  },
  async (verb) => {
    const stage = await stages()
    const operations = await operationsOf(verb, stage())
    await eachOf(operations, 2, async ({ n, kind }) => {
      const scene = stage()
      const before = fs.readFileSync(logFile(scene.hub))
      const ended = await run(verb, scene, shimEnv({ dir: scene.around, plan: `errno-from:${n}:EIO` }))
      expect(ended, `from ${n} ${kind} on`).toMatchObject({ signal: null, code: 1, stdout: '' })
      const state = await found(verb, scene)
      clearSuspect(path.join(scene.hub, 'log'))
      // Renamed, and then neither its name made durable nor taken back: it is whole, and was called failed.
      await expectNextTry(verb, scene, before, state)
    })
  },
)

test.each(VERBS)(
  '%s: everything is durable before it has its name, and its name before it is called done',
  async (verb) => {
    const scene = (await stages())()
    const trace = path.join(dir(), 'trace')
    expect(await run(verb, scene, shimEnv({ dir: scene.around, trace }))).toMatchObject({ code: 0 })
    const records = readTrace(trace)
    const at = (find: (record: (typeof records)[number]) => boolean): number => records.findLastIndex(find)
    const renamed = at(({ op }) => op === 'rename')
    expect(renamed).toBeGreaterThan(0)
    const written = new Set<string>()
    const listed = new Set<string>()
    for (const [i, record] of records.entries()) {
      if (record.op === 'write') written.add(record.path)
      if (record.op === 'create' || record.op === 'mkdir') listed.add(path.dirname(record.path))
      if (record.op === 'sync-end' && record.error === undefined) {
        ;(record.kind === 'fsync-dir' ? listed : written).delete(record.path)
      }
      if (i === renamed) {
        // The parent lists the name under which it was filled: nobody looks for that one.
        expect([...written]).toEqual([])
        expect([...listed].filter((each) => each !== 'backups')).toEqual([])
      }
    }
    const named = at((record) => record.op === 'sync-end' && record.kind === 'fsync-dir' && record.path === 'backups')
    expect(named).toBeGreaterThan(renamed)
    expect(records.slice(renamed + 1).map(({ op }) => op)).toEqual(['sync-begin', 'sync-end'])
  },
)
