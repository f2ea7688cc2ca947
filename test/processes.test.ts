import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHub } from '../src/hub.ts'
import { openFileLog } from '../src/log/file/file-log.ts'
import { verifyLog } from '../src/log/verify.ts'
import { children, type Child } from './support/children.ts'
import { scratch } from './support/scratch.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const PROCESSES = 8
const OWN = LONG ? 20_000 : 2_000
const HOT = LONG ? 5_000 : 500
const CLAIMS = 200

const dir = scratch()
const start = children()

interface Written {
  attempts: number
  positions: number[]
  error?: string
}

async function freshHub(): Promise<string> {
  const hubDir = path.join(dir(), '.baton')
  await (await openHub({ dir: hubDir, create: true })).close()
  return hubDir
}

async function writeAll(workers: readonly Child[], streamOf: (i: number) => string, count: number): Promise<Written[]> {
  const written = await Promise.all(
    workers.map((worker, i) => worker.ask<Written>({ run: 'write', stream: streamOf(i), count })),
  )
  expect(written.map(({ error }) => error)).toEqual(workers.map(() => undefined))
  return written
}

async function closeAll(workers: readonly Child[], message: object): Promise<void> {
  for (const worker of workers) worker.process.send(message)
  const codes = await Promise.all(workers.map(({ ended }) => ended))
  expect(codes).toEqual(workers.map(() => 0))
}

test(
  `${PROCESSES} processes: ${OWN} commits each to their own streams, ${HOT} each to one stream`,
  { timeout: 600_000 },
  async () => {
    const hubDir = await freshHub()
    const workers = await Promise.all(
      Array.from({ length: PROCESSES }, (_, i) => start('worker-replica.mjs', [hubDir, `w${i}`])),
    )

    const own = await writeAll(workers, (i) => `work-w${i}`, OWN)
    const hot = await writeAll(workers, () => 'task-hot', HOT)

    const total = PROCESSES * (OWN + HOT)
    const positions = [...own, ...hot].flatMap((written) => written.positions).toSorted((a, b) => a - b)
    expect(positions).toEqual(Array.from({ length: total }, (_, i) => i + 1))

    const states = await Promise.all(workers.map((worker) => worker.ask<object>({ run: 'state' })))
    for (const state of states) expect(state).toEqual(states[0])

    await closeAll(workers, { run: 'close' })

    const log = openFileLog(hubDir)
    const report = await verifyLog(log)
    await log.close()
    expect(report).toMatchObject({ commits: total, events: total, findings: [] })
    // Own streams never conflict; on one stream somebody always loses.
    expect(own.every(({ attempts }) => attempts === OWN)).toBe(true)
    expect(report.void['conflict'] ?? 0).toBeGreaterThan(0)
    const text = fs.readFileSync(path.join(hubDir, 'log/00000001.jsonl'), 'utf8')
    for (const line of text.split('\n')) if (line !== '') JSON.parse(line)
  },
)

test(
  `${PROCESSES} processes claim one thing with Emmett's CommandHandler: one wins, ${CLAIMS} times of ${CLAIMS}`,
  {
    timeout: 600_000,
  },
  async () => {
    const hubDir = await freshHub()
    const claimants = await Promise.all(
      // Half of them retry on a version conflict, and then find it taken.
      Array.from({ length: PROCESSES }, (_, i) =>
        start('worker-claimant.mjs', [hubDir, `c${i}`, i % 2 === 0 ? '3' : '0']),
      ),
    )
    const losses = new Map<string, number>()
    for (let round = 0; round < CLAIMS; round++) {
      const answers = await Promise.all(
        claimants.map((claimant) => claimant.ask<{ won: boolean; lost?: string }>({ claim: `thing-${round}` })),
      )
      expect(answers.filter(({ won }) => won)).toHaveLength(1)
      for (const { lost } of answers) if (lost !== undefined) losses.set(lost, (losses.get(lost) ?? 0) + 1)
    }
    expect([...losses.keys()].toSorted()).toEqual(['conflict', 'taken'])

    await closeAll(claimants, { close: true })
    const hub = await openHub({ dir: hubDir })
    for (let round = 0; round < CLAIMS; round++) {
      expect((await hub.eventStore.readStream(`thing-${round}`)).events).toHaveLength(1)
    }
    expect((await hub.verify()).findings).toEqual([])
    await hub.close()
  },
)
