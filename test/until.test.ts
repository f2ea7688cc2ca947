/** Waiting for the log to make something true; and a hub that only looks. */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { openHub, openMemoryLog, type Hub, type HubOptions } from '../src/index.ts'
import { logFile } from '../src/log/file/file-log.ts'
import { all, contentsOf, inHub, opened, spoil } from './support/ills.ts'
import { scratch } from './support/scratch.ts'

const fresh = scratch()
let dir: string

beforeEach(async () => {
  dir = path.join(fresh(), '.baton')
  await inHub(dir, (hub) =>
    all(hub, ...opened('planner', 'coder'), { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'planner' }),
  )
})

async function both(
  work: (waiting: Hub, other: Hub) => Promise<void>,
  options: Partial<HubOptions> = {},
): Promise<void> {
  const waiting = await openHub({ dir, sweepEvery: false, ...options })
  const other = await openHub({ dir, sweepEvery: false })
  try {
    await work(waiting, other)
  } finally {
    await waiting.close()
    await other.close()
  }
}

const closed = (hub: Hub) => async () => {
  const task = await hub.task('t1')
  return task?.status === 'closed' ? task : undefined
}

test('what holds already is answered at once', () =>
  both(async (waiting) => {
    expect(await waiting.until(async () => (await waiting.task('t1'))?.owner)).toBe('planner')
  }))

test.each([{}, { readOnly: true }])('what another hub brings about is seen as it comes (%j)', (options) =>
  both(async (waiting, other) => {
    const found = waiting.until(closed(waiting))
    await other.send({ type: 'SetTaskStatus', taskId: 't1', status: 'in_progress' })
    const start = performance.now()
    await other.send({ type: 'CloseTask', taskId: 't1', outcome: 'done' })
    expect(await found).toMatchObject({ id: 't1', status: 'closed', outcome: 'done' })
    expect(performance.now() - start).toBeLessThan(2_000)
  }, options),
)

test('while nothing comes nobody asks', () =>
  both(async (waiting) => {
    let asked = 0
    const stop = new AbortController()
    const never = waiting.until(
      async () => {
        asked++
        return undefined
      },
      { signal: stop.signal },
    )
    // The watch looks at the size once, to have something to compare with.
    never.catch(() => undefined)
    await sleep(800)
    const before = asked
    await sleep(1_200)
    expect(asked).toBe(before)
    const told = expect(never).rejects.toThrow(/abort/)
    stop.abort()
    await told
  }))

test('a hint that comes amid the question is not lost', () =>
  both(async (waiting) => {
    let first = true
    const found = waiting.until(async () => {
      const task = await closed(waiting)()
      if (!first) return task
      first = false
      // It comes about after the look, and before the wait.
      await waiting.send({ type: 'CloseTask', taskId: 't1', outcome: 'done' })
      await sleep(50)
      return undefined
    })
    found.catch(() => undefined)
    const early = await Promise.race([found, sleep(5_000)])
    expect(early).toMatchObject({ status: 'closed' })
  }))

test('whoever waits is told that the hub was closed; and that the question failed', async () => {
  const hub = await openHub({ dir, sweepEvery: false })
  const waiting = hub.until(async () => undefined)
  const failing = hub.until(() => Promise.reject(new Error('it will never hold')))
  await expect(failing).rejects.toThrow('it will never hold')
  const told = expect(waiting).rejects.toThrow('the hub was closed')
  await sleep(50)
  await hub.close()
  await told
})

test('where the log contradicts itself nothing comes any more', async () => {
  await inHub(dir, (hub) => all(hub, ...opened('reviewer', 'tester')))
  spoil(logFile(dir), fs.readFileSync(logFile(dir)).indexOf('"planner"') + 3)
  const hub = await openHub({ dir, sweepEvery: false })
  await expect(hub.until(async () => undefined)).rejects.toMatchObject({ code: 'LOG_DAMAGED' })
  await hub.close()
})

test('a hub that only looks: every question, and not a byte', async () => {
  // Much that no snapshot has yet, and something that is overdue.
  await inHub(
    dir,
    async (hub, as) => {
      const letter = { type: 'SendMessage', to: 'coder', body: 'x'.repeat(1_000), expiresWithinMs: 1 } as const
      await Promise.all(Array.from({ length: 400 }, () => as('planner').send(letter)))
    },
    { durability: 'os', agoMs: 60_000 },
  )
  fs.rmSync(path.join(dir, 'views'), { recursive: true, force: true })
  const before = contentsOf(dir)
  const hub = await openHub({ dir, readOnly: true, sweepEvery: 20 })
  expect(await hub.inbox('coder').count()).toBe(400)
  expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
  await sleep(150)
  for (const refused of [
    () => hub.send({ type: 'OpenSession', sessionId: 'x' }),
    () => hub.sweep(),
    () => hub.projections.rebuild(),
    () => hub.eventStore.appendToStream('x-a', [{ type: 'A', data: {} }]),
  ]) {
    await expect(refused()).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { outcome: 'none' } })
  }
  expect(await hub.task('t1')).toMatchObject({ status: 'open' })
  await hub.close()
  expect(contentsOf(dir)).toEqual(before)
})

test('of any log', async () => {
  const log = openMemoryLog()
  const hub = await openHub({ log, create: true })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const reader = await openHub({ log: { ...log, close: async () => undefined }, readOnly: true })
  expect(await reader.sessions()).toHaveLength(1)
  await expect(reader.send({ type: 'OpenSession', sessionId: 'b' })).rejects.toThrow('was opened to be read')
  await reader.close()
  await hub.close()
})
