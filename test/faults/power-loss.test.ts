import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openHub } from '../../src/hub.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { createFold } from '../../src/log/fold.ts'
import { scratch } from '../support/scratch.ts'
import { layOut, momentAt, seeded, survivals, type Random, type Recording, type Survival } from './power-cut.ts'
import { readTrace, shimEnv, type SyncRecord } from './shim.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const CUTS = LONG ? 5_000 : 200
const SEED = Number(process.env['BATON_SEED'] ?? (LONG ? Date.now() % 2 ** 31 : 20_261))
const WRITER = path.join(import.meta.dirname, 'worker-writer.mjs')

const dir = scratch()

interface Run {
  readonly plan?: string
  readonly options: Record<string, unknown>
}

interface Recorded extends Recording {
  readonly founder: number
  /** The hub that no power cut hit. */
  readonly hubDir: string
}

/** One process after the other, or several at once, all below one directory and into one trace. */
async function record(steps: readonly (readonly Run[])[]): Promise<Recorded> {
  const root = dir()
  const below = path.join(root, 'disk')
  const trace = path.join(root, 'trace')
  fs.mkdirSync(below)
  const pids: number[] = []
  for (const runs of steps) {
    await Promise.all(
      runs.map(({ plan = '', options }) => {
        const argument = JSON.stringify({ dir: path.join(below, '.baton'), ...options })
        const env = { ...process.env, ...shimEnv({ dir: below, plan, trace }) }
        const child = spawn(process.execPath, [WRITER, argument], { env, stdio: 'ignore', timeout: 60_000 })
        pids.push(child.pid as number)
        return new Promise((resolve) => child.once('exit', resolve))
      }),
    )
  }
  const hubDir = path.join(below, '.baton')
  const bytes = fs.readFileSync(path.join(hubDir, 'log/00000001.jsonl'))
  return { trace: readTrace(trace), bytes, hubDir, founder: pids[0] as number }
}

type Accepted = Map<string, { position: number; line: string }>

/** The accepted commits of a log as it stands, with their lines. */
async function acceptedIn(hubDir: string): Promise<Accepted> {
  const accepted: Accepted = new Map()
  const log = openFileLog(hubDir)
  const fold = createFold(log, {
    observe({ commit, position, entry, void: reason }) {
      if (commit !== undefined && reason === undefined) {
        accepted.set(commit.id, { position, line: entry.line.toString() })
      }
    },
    reset: () => accepted.clear(),
  })
  await fold.catchUp()
  await log.close()
  if (fold.damage !== undefined) throw fold.damage
  return accepted
}

/** Throws unless the hub keeps every promise after a power cut behind the first `cut` records. */
async function survive(
  recording: Recorded,
  cut: number,
  survival: Survival,
  random: Random,
  uncut: Accepted,
): Promise<void> {
  const root = dir()
  const moment = momentAt(recording, cut)
  const hubDir = layOut(root, recording, moment, survival, random)
  const before = recording.trace.slice(0, cut)
  const founded = !recording.trace.slice(cut).some(({ pid }) => pid === recording.founder)

  // It opens by itself; a hub whose founding had been answered is there without being made again.
  const hub = await openHub({ dir: hubDir, create: !founded })
  if (hub.damage !== undefined) throw hub.damage
  const accepted = await acceptedIn(hubDir)
  for (const ack of before) {
    if (ack.op !== 'ack') continue
    const found = accepted.get(ack.id)
    if (found?.position !== ack.position || found.line !== uncut.get(ack.id)?.line) {
      throw new Error(`acknowledged ${ack.id} at ${ack.position} is ${JSON.stringify(found)} after the cut`)
    }
  }
  // Verification names what is torn or orphaned, and nothing worse.
  const report = await hub.verify()
  const serious = report.findings.filter(({ kind }) => !['torn', 'orphaned', 'tail'].includes(kind))
  if (serious.length > 0) throw new Error(serious.map(({ message }) => message).join('; '))
  // And it goes on.
  await hub.eventStore.appendToStream('after', [{ type: 'WentOn', data: {} }])
  if ((await hub.eventStore.readStream('after')).events.length !== 1) throw new Error('it does not go on')
  await hub.close()
  fs.rmSync(root, { recursive: true, force: true })
}

const founder: Run = { options: { create: true, me: 'f', number: 0 } }
/** Dies between a write and its sync: what it leaves is in the page cache alone. */
const dying: Run = { plan: 'kill-before@fdatasync:4', options: { me: 'd', number: 5 } }
const successor: Run = { options: { me: 's', number: 3 } }

async function violations(recording: Recorded, atMost: number): Promise<string[]> {
  const found: string[] = []
  const uncut = await acceptedIn(recording.hubDir)
  for (let cut = 0; cut <= recording.trace.length; cut++) {
    for (const [name, survival] of Object.entries(survivals)) {
      const random = seeded(SEED + cut)
      try {
        await survive(recording, cut, survival, random, uncut)
      } catch (error) {
        found.push(`cut behind ${cut} of ${recording.trace.length} records, keeping ${name}: ${String(error)}`)
        if (found.length >= atMost) return found
      }
    }
  }
  return found
}

describe('a power cut', () => {
  test(
    'after every operation of founding, dying and going on: nothing acknowledged is lost',
    { timeout: 300_000 },
    async () => {
      const recording = await record([[founder], [dying], [successor]])
      expect(recording.trace.filter(({ op }) => op === 'ack').length).toBeGreaterThanOrEqual(5)
      expect(await violations(recording, 3)).toEqual([])
    },
  )

  test('taking out any one sync that covers something is noticed', { timeout: 600_000 }, async () => {
    const steps = [founder, dying, successor]
    const whole = await record(steps.map((step) => [step]))
    const pids = [...new Set(whole.trace.map(({ pid }) => pid))]
    const syncs = whole.trace.filter(
      (each): each is SyncRecord & (typeof whole.trace)[number] => each.op === 'sync-end',
    )
    const unnoticed: string[] = []
    let taken = 0
    let durable = 0
    for (const sync of syncs) {
      const step = pids.indexOf(sync.pid)
      const sameKind = syncs.filter(({ pid, kind }) => pid === sync.pid && kind === sync.kind)
      const nth = sameKind.indexOf(sync) + 1
      // A process cannot know that what it syncs is durable already; such a sync can be spared without harm.
      const covers = sync.kind === 'fsync-dir' || sync.size > durable
      if (sync.kind !== 'fsync-dir') durable = Math.max(durable, sync.size)
      if (!covers) continue
      taken++
      const skip = `skip-sync:${sync.kind}:${nth}`
      const recording = await record(
        steps.map((run, i) => [i === step ? { ...run, plan: [run.plan, skip].filter(Boolean).join(';') } : run]),
      )
      if ((await violations(recording, 1)).length === 0) unnoticed.push(`${skip} of process ${step} (${sync.path})`)
    }
    expect(taken).toBeGreaterThanOrEqual(10)
    expect(unnoticed).toEqual([])
  })

  test(`${CUTS} cuts under several writers, one of them killed`, { timeout: 1_800_000 }, async () => {
    const random = seeded(SEED)
    const perRun = 50
    for (let done = 0; done < CUTS; done += perRun) {
      const slow = 'slow@fdatasync:1:3'
      const writers = [0, 1, 2].map((i) => ({
        plan: slow,
        options: { me: `w${i}`, number: 12, parallel: 3, contend: i > 0 },
      }))
      const killed = {
        plan: `${slow};kill-after@write:${2 + Math.floor(random() * 6)}`,
        options: { me: 'k', number: 12, parallel: 2 },
      }
      const recording = await record([[founder], [...writers, killed], [successor]])
      const uncut = await acceptedIn(recording.hubDir)
      for (let i = 0; i < perRun; i++) {
        const cut = Math.floor(random() * (recording.trace.length + 1))
        const names = Object.keys(survivals)
        const name = names[Math.floor(random() * names.length)] as string
        await survive(recording, cut, survivals[name] as Survival, random, uncut).catch((error: unknown) => {
          throw new Error(
            `seed ${SEED}, cut ${done + i} behind record ${cut}, keeping ${name}; BATON_SEED=${SEED} npx vitest run test/faults/power-loss.test.ts`,
            { cause: error },
          )
        })
      }
    }
  })
})
