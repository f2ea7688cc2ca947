/** Nothing is left behind: descriptors, timers, watches, listeners, memory. */
import { getEventListeners } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { scratch } from '../support/scratch.ts'
import { flushAll } from '../support/snapshots.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const READS = LONG ? 100_000 : 10_000
const SUBSCRIPTIONS = LONG ? 10_000 : 1_000
const PASTS = LONG ? 2_000 : 200

const dir = scratch()

interface Held {
  readonly descriptors: readonly string[]
  /** Watches of files. */
  readonly watches: number
}

/** What this process has open: by name, so that a failure says what it is. */
function held(): Held {
  const descriptors = fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${fd}`)
      return target.includes('/baton-') ? [target.replace(/.*\//, '')] : []
    } catch {
      return []
    }
  })
  return {
    descriptors: descriptors.toSorted((a, b) => (a < b ? -1 : 1)),
    watches: countOf('FSEventWrap') + countOf('StatWatcher'),
  }
}

const countOf = (name: string): number => process.getActiveResourcesInfo().filter((each) => each === name).length

const NOTHING: Held = { descriptors: [], watches: 0 }
/** The runner has some of its own. */
const TIMERS = 4

/** Whoever leaves is given some turns to go. */
async function settled(expected: Held): Promise<void> {
  for (let i = 0; i < 5_000 && !isDeepStrictEqual(held(), expected); i++) await setImmediate()
  expect(held()).toEqual(expected)
  expect(countOf('Timeout')).toBeLessThan(TIMERS)
}

async function hubWithSnapshot(): Promise<{ hub: Hub; hubDir: string }> {
  const hubDir = path.join(dir(), '.baton')
  const founder = await openHub({ dir: hubDir, create: true, durability: 'os', sweepEvery: false })
  for (const sessionId of ['a', 'b']) await founder.send({ type: 'OpenSession', sessionId })
  for (let i = 0; i < 20; i++) await founder.send({ type: 'SendMessage', to: 'a', body: `b${i}` })
  await founder.close()
  await flushAll(hubDir)
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  return { hub, hubDir }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapAfterCollection(): number {
  for (let i = 0; i < 4; i++) collect()
  return process.memoryUsage().heapUsed
}

test(`1. ${READS} reads of an inbox`, { timeout: 600_000 }, async () => {
  const { hub } = await hubWithSnapshot()
  for (let i = 0; i < READS / 10; i++) await hub.inbox('a').list()
  const before = held()
  const heap = heapAfterCollection()
  for (let i = 0; i < READS; i++) expect(await hub.inbox('a').list({ limit: 2 })).toHaveLength(2)
  expect(held()).toEqual(before)
  expect(heapAfterCollection() - heap).toBeLessThan(4 * 1024 * 1024)
  await hub.close()
  await settled(NOTHING)
})

test(
  `2. ${SUBSCRIPTIONS} subscriptions, left by break, by signal, by return, amid waiting, and by an error`,
  { timeout: 600_000 },
  async () => {
    const { hub } = await hubWithSnapshot()
    const before = held()
    const lasting = new AbortController()
    for (let i = 0; i < SUBSCRIPTIONS; i++) {
      const left = new AbortController()
      const inbox = hub.inbox('a')
      switch (i % 5) {
        case 0:
          for await (const { body } of inbox.subscribe({ signal: lasting.signal })) if (body === 'b1') break
          break
        case 1:
          for await (const _ of inbox.subscribe({ signal: left.signal })) left.abort()
          break
        case 2: {
          const items = inbox.subscribe({ signal: lasting.signal })[Symbol.asyncIterator]()
          await items.next()
          await items.return?.()
          break
        }
        case 3: {
          // Nothing comes any more behind the last one.
          const items = inbox.subscribe({ after: hub.head.position, signal: left.signal })[Symbol.asyncIterator]()
          const waiting = items.next()
          await setImmediate()
          if (i % 2 === 0) left.abort()
          else await items.return?.()
          expect(await waiting).toMatchObject({ done: true })
          break
        }
        default:
          await expect(async () => {
            for await (const _ of inbox.subscribe({ signal: lasting.signal })) throw new Error('mine')
          }).rejects.toThrow('mine')
      }
      expect(getEventListeners(left.signal, 'abort').length).toBe(0)
    }
    // A question that waits for what comes listens itself.
    for (let i = 0; i < 20; i++) {
      const waiting = hub.session('a', { atLeast: hub.head.position + 1, signal: lasting.signal })
      await setImmediate()
      await hub.send({ type: 'SendMessage', to: 'b', body: `${i}` })
      await waiting
    }
    expect(getEventListeners(lasting.signal, 'abort').length).toBe(0)
    await settled(before)
    await hub.close()
    await settled(NOTHING)
  },
)

test('3. a crowd of subscriptions and waiting questions, the hub closed under them', { timeout: 120_000 }, async () => {
  for (let round = 0; round < 10; round++) {
    const { hub } = await hubWithSnapshot()
    const position = hub.head.position
    const ends = Array.from({ length: 20 }, async () => {
      for await (const _ of hub.inbox('b').subscribe());
    })
    const waits = Array.from({ length: 5 }, () =>
      hub.session('a', { atLeast: position + 100 }).catch(({ code }) => code as string),
    )
    await setImmediate()
    await hub.close()
    await Promise.all(ends)
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['STORAGE_FAILED']))
    await settled(NOTHING)
  }
})

test(`4. ${PASTS} pasts opened and closed, and some closed with their hub`, { timeout: 600_000 }, async () => {
  const { hub } = await hubWithSnapshot()
  const before = held()
  for (let i = 0; i < PASTS; i++) {
    const past = await hub.at(i % 2 === 0 ? hub.head.position : i % hub.head.position)
    await past.sessions()
    if (i % 4 === 0) for await (const _ of past.inbox('operator').subscribe()) break
    await past.close()
  }
  await settled(before)
  for (let i = 0; i < 20; i++) await hub.at(hub.head.position)
  expect(held().descriptors.length).toBeGreaterThan(before.descriptors.length)
  await hub.close()
  await settled(NOTHING)
})

test('5. rebuilds, whole and stopped, comparisons and forks', { timeout: 120_000 }, async () => {
  const { hub, hubDir } = await hubWithSnapshot()
  const lasting = new AbortController()
  await hub.projections.rebuild('tasks', { signal: lasting.signal })
  const before = held().descriptors.filter((name) => !name.endsWith('.table'))
  for (let i = 0; i < 12; i++) {
    await hub.projections.rebuild(i % 3 === 0 ? undefined : 'inboxes', { signal: lasting.signal })
    await hub.projections.verify({ signal: lasting.signal })
    const stopped = hub.projections.rebuild('inboxes', { signal: AbortSignal.abort() })
    await expect(stopped).rejects.toThrow()
    await (await hub.fork()).close()
    const open = held().descriptors
    expect(open.filter((name) => !name.endsWith('.table'))).toEqual(before)
    // Those that are served, and no others.
    expect(open.filter((name) => name.endsWith('.table')).length).toBeLessThan(5)
  }
  await hub.close()
  await settled(NOTHING)
  // All that is left in the directory is named by some manifest, or was until just now.
  expect(fs.readdirSync(path.join(hubDir, 'views')).length).toBe(1)
  await flushAll(hubDir)
})

test('6. flushes, with others who flush as well', { timeout: 120_000 }, async () => {
  const { hub, hubDir } = await hubWithSnapshot()
  for (let i = 0; i < 25; i++) {
    const unseen = await openHub({ log: openFileLog(hubDir), durability: 'os', sweepEvery: false })
    await unseen.send({ type: 'SendMessage', to: 'b', body: `${i}` })
    await unseen.close()
    await flushAll(hubDir)
    expect(await hub.inbox('b').count()).toBe(i + 1)
  }
  await hub.close()
  await settled(NOTHING)
  const [fingerprint] = fs.readdirSync(path.join(hubDir, 'views'))
  // Four generations of at most four tables each, and four manifests.
  expect(fs.readdirSync(path.join(hubDir, 'views', fingerprint as string)).length).toBeLessThan(20)
})
