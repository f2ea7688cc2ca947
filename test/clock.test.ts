/** The clock is decoration: positions, ids, order and acceptance do not depend on it. */
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { openHub, type Hub, type HubOptions } from '../src/index.ts'
import { isoTime } from '../src/iso-time.ts'
import { logFile } from '../src/log/file/file-log.ts'
import { openMemoryLog } from '../src/log/memory.ts'
import { seeded } from './support/random.ts'
import { scratch } from './support/scratch.ts'

const freshDir = scratch()
const START = Date.UTC(2026, 0, 1)
const DAY = 86_400_000

const append = (hub: Hub, stream = 'a', options = {}) =>
  hub.eventStore.appendToStream(stream, [{ type: 'Happened', data: {} }], options)

/** A hub whose clock shows these times one after the other, and the last for ever. */
function hubAt(times: readonly number[], options: Partial<HubOptions> = {}): Promise<Hub> {
  let i = 0
  const clock = (): number => times[Math.min(i++, times.length - 1)] as number
  return openHub({ log: openMemoryLog(), create: true, clock, durability: 'os', ...options })
}

async function entries(hub: Hub) {
  const found = []
  for await (const event of hub.log()) found.push(event)
  return found
}

const CLOCKS: [string, number[]][] = [
  ['runs', Array.from({ length: 100 }, (_, i) => START + i)],
  ['stands still', [START]],
  ['runs backwards', Array.from({ length: 100 }, (_, i) => START - i * DAY)],
  ['jumps', Array.from({ length: 100 }, (_, i) => START + (i % 7) * 1_000 * DAY)],
  ['stands in 2099', [Date.UTC(2099, 11, 31)]],
  ['stands at the end of 9999', [Date.UTC(9999, 11, 31, 23, 59, 59, 999)]],
  ['stands in 1970', [0]],
  ['has come back from 9999', [...Array.from({ length: 10 }, () => Date.UTC(9999, 0, 1)), START]],
]

test.each(CLOCKS)('01 a clock that %s: positions, ids, versions and conflicts are the same', async (_name, times) => {
  const hub = await hubAt(times)
  for (let i = 0; i < 20; i++) await append(hub, 'a', { expectedStreamVersion: BigInt(i) })
  await expect(append(hub, 'a', { expectedStreamVersion: 19n })).rejects.toThrow('version')
  const concurrent = await Promise.allSettled(
    Array.from({ length: 5 }, () => append(hub, 'b', { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' })),
  )
  expect(concurrent.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  const found = await entries(hub)
  expect(found.map(({ position }) => position)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
  const ids = found.map(({ commit }) => commit)
  expect(new Set(ids).size).toBe(21)
  expect(ids).toEqual(ids.toSorted())
  expect((await hub.verify()).findings).toEqual([])
  await hub.close()
})

test.each(CLOCKS)('02 a clock that %s: the head’s time is the highest that any commit claims', async (_name, times) => {
  const hub = await hubAt(times)
  let highest = hub.head.at
  for (let i = 0; i < 20; i++) {
    await append(hub)
    const newest = (await entries(hub)).at(-1)?.at as string
    if (newest > highest) highest = newest
    expect(hub.head.at).toBe(highest)
  }
  const claimed = (await entries(hub)).map(({ at }) => at)
  expect(claimed.every((at) => times.some((time) => new Date(time).toISOString() === at))).toBe(true)
  await hub.close()
})

test('03 two processes whose clocks are a century apart agree on everything', async () => {
  const dir = freshDir()
  const far = await openHub({ dir, create: true, clock: () => Date.UTC(2126, 0, 1) })
  const past = await openHub({ dir, clock: () => Date.UTC(1990, 0, 1) })
  for (let i = 0; i < 5; i++) {
    await append(past, 'a', { expectedStreamVersion: BigInt(2 * i) })
    await append(far, 'a', { expectedStreamVersion: BigInt(2 * i + 1) })
  }
  await past.catchUp()
  expect(past.head).toEqual(far.head)
  expect(far.head.at).toBe('2126-01-01T00:00:00.000Z')
  expect((await entries(past)).map(({ at }) => at.slice(0, 4))).toEqual(
    Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? '1990' : '2126')),
  )
  await past.close()
  await far.close()
})

const IMPOSSIBLE: [string, number][] = [
  ['no number', Number.NaN],
  ['infinite', Number.POSITIVE_INFINITY],
  ['beyond what a date can be', 9e15],
  ['the year 10000', Date.UTC(10_000, 0, 1)],
  ['before the year 0', Date.UTC(-1, 0, 1)],
  ['undefined', undefined as never],
]

test.each(IMPOSSIBLE)(
  '04 a clock that shows %s: the command is refused, nothing is written, the hub goes on',
  async (_name, time) => {
    const dir = freshDir()
    let now = START
    const hub = await openHub({ dir, create: true, clock: () => now })
    await append(hub)
    const before = fs.readFileSync(logFile(dir))
    now = time
    await expect(append(hub)).rejects.toMatchObject({ name: 'BatonError', code: 'INVALID_COMMAND' })
    expect(fs.readFileSync(logFile(dir)).equals(before)).toBe(true)
    now = START
    await append(hub)
    expect(hub.head.mark[0]).toBe(2)
    const other = await openHub({ dir })
    expect(other.head).toEqual(hub.head)
    await other.close()
    await hub.close()
  },
)

test.each(IMPOSSIBLE)('05 a clock that shows %s: no hub is founded, and a later one can be', async (_name, time) => {
  const dir = freshDir()
  for (const newId of [undefined, () => 'given']) {
    const options = { dir, create: true, clock: () => time, ...(newId && { newId }) }
    await expect(openHub(options)).rejects.toMatchObject({ name: 'BatonError', code: 'INVALID_COMMAND' })
    expect(fs.statSync(logFile(dir)).size).toBe(0)
  }
  await (await openHub({ dir, create: true })).close()
})

test.each(IMPOSSIBLE)('06 the same with ids that need no clock: a clock that shows %s', async (_name, time) => {
  let [now, ids] = [START, 0]
  const hub = await hubAt([START], { clock: () => now, newId: () => `id-${++ids}` })
  await append(hub)
  now = time
  const outcomes = await Promise.allSettled([append(hub, 'a'), append(hub, 'b')])
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'INVALID_COMMAND' } })
  now = START
  await append(hub)
  expect(hub.head.mark[0]).toBe(2)
  await hub.close()
})

test('07 a clock that throws is the caller’s error, and the hub goes on', async () => {
  let broken = false
  const clock = (): number => {
    if (broken) throw new Error('no clock')
    return START
  }
  let ids = 0
  const hub = await hubAt([START], { clock, newId: () => `id-${++ids}` })
  broken = true
  await expect(append(hub)).rejects.toThrow('no clock')
  broken = false
  await append(hub)
  await hub.close()
})

const said = (write: (time: number) => string, time: number): string => {
  try {
    return write(time)
  } catch (error) {
    return String(error)
  }
}

test('08 a time is written as the language writes it, and what is no time is refused alike', () => {
  const random = seeded(Number(process.env['SEED'] ?? 8))
  const edges = [Date.UTC(999, 11, 31), Date.UTC(2024, 1, 29), START].flatMap((at) => [at - 1, at, at + 0.9])
  const none = [NaN, Infinity, -Infinity, 8.64e15, 8.64e15 + 1, -8.64e15, -0.5]
  // From the year -1,000 to 11,000, in steps as uneven as they come.
  const any = Array.from({ length: 20_000 }, () => Date.UTC(-1_000, 0) + random.next() * 12_000 * 365.25 * DAY)
  for (const time of [...edges, ...none, ...any])
    expect(said(isoTime, time)).toBe(said((each) => new Date(each).toISOString(), time))
})
