/** Mail across real processes: whoever keeps a cursor misses nothing, gets nothing twice, and waits for nobody's backlog. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openHub, openMemoryLog, type Hub, type LoggedEvent } from '../src/index.ts'
import { layOut, momentAt, seeded, survivals } from './faults/power-cut.ts'
import { readTrace, shimEnv } from './faults/shim.ts'
import { children, type Child } from './support/children.ts'
import { scratch } from './support/scratch.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const [MESSAGES, KILLS] = LONG ? [50_000, 100] : [10_000, 20]
const PACED = LONG ? 3_000 : 250
const WORKER = 'worker-mail.mjs'

const dir = scratch()
const start = children()

async function place(durability: 'os' | 'disk' = 'os'): Promise<{ hubDir: string; notes: string; hub: Hub }> {
  const root = dir()
  const hubDir = path.join(root, '.baton')
  const limits = { inbox: Infinity }
  const hub = await openHub({ dir: hubDir, create: true, durability, limits, sweepEvery: false })
  await hub.send({ type: 'OpenSession', sessionId: 'reader' })
  return { hubDir, notes: path.join(root, 'notes'), hub }
}

interface Note {
  readonly cursor: string
  readonly at: number
  readonly body: string
}

function notesIn(file: string): Note[] {
  if (!fs.existsSync(file)) return []
  const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const [, cursor = '', at, body = ''] = /^(\S+) (\d+) (.*)$/.exec(line) ?? []
    return { cursor, at: Number(at), body }
  })
}

const numbersOf = (notes: readonly Note[]): number[] => notes.map(({ body }) => Number.parseInt(body, 10))
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

async function until(isSo: () => boolean, within = 30_000): Promise<void> {
  for (const end = Date.now() + within; !isSo();) {
    if (Date.now() > end) throw new Error('it does not come')
    await sleep(10)
  }
}

const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0

test(
  `${MESSAGES} messages to a reader of inbox and log that is killed ${KILLS} times and goes on from its cursors: each once, in order`,
  { timeout: LONG ? 900_000 : 150_000 },
  async () => {
    const { hubDir, notes, hub } = await place()
    const files = [`${notes}-inbox`, `${notes}-log`] as const
    const reader = (): Promise<Child> => {
      const [mail, events] = files.map((file) => ({ notes: file, after: notesIn(file).at(-1)?.cursor }))
      const follow = [
        { ...mail, inbox: 'reader' },
        { ...events, log: { type: 'MessageSent' } },
      ]
      return start(WORKER, [JSON.stringify({ dir: hubDir, durability: 'os', follow })])
    }
    const sending = (async () => {
      for (let i = 0; i < MESSAGES; i += 20) {
        await Promise.all(range(20).map((j) => hub.send({ type: 'SendMessage', to: 'reader', body: `${i + j} 0` })))
        if (i % 200 === 0) await sleep(10)
      }
    })()
    const random = seeded(20_261)
    for (let killed = 0; killed < KILLS; killed++) {
      const child = await reader()
      const before = sizeOf(files[0])
      await until(() => sizeOf(files[0]) > before + random() * 8_000)
      child.process.kill('SIGKILL')
      await child.ended
    }
    await sending
    const last = await reader()
    const all = sizeOf(files[0]) + sizeOf(files[1])
    await until(() => sizeOf(files[0]) + sizeOf(files[1]) > all && files.every((file) => isLast(file)), 60_000)
    last.process.kill('SIGKILL')
    for (const file of files) expect(numbersOf(notesIn(file))).toEqual(range(MESSAGES))
    await hub.close()
  },
)

/** Whether the newest message has been noted. */
const isLast = (file: string): boolean => fs.readFileSync(file, 'utf8').endsWith(` ${MESSAGES - 1} 0\n`)

// ---- how long a message takes

test.each(['os', 'disk'] as const)(
  'a hundred messages a second to another process, %s: each once, in order',
  async (durability) => {
    const { hubDir, notes, hub } = await place(durability)
    const child = await start(WORKER, [
      JSON.stringify({ dir: hubDir, durability, follow: [{ inbox: 'reader', notes }] }),
    ])
    for (const i of range(PACED)) {
      const pause = sleep(10)
      await hub.send({ type: 'SendMessage', to: 'reader', body: `${i} ${process.hrtime.bigint()}` })
      await pause
    }
    await until(() => notesIn(notes).length >= PACED)
    const found = notesIn(notes)
    expect(numbersOf(found)).toEqual(range(PACED))
    const took = found.map(({ at, body }) => (at - Number(body.split(' ')[1])) / 1e6).toSorted((a, b) => a - b)
    const quantile = (q: number): string => (took[Math.floor(took.length * q)] ?? 0).toFixed(2)
    console.log(`${PACED} messages under ${durability}: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`)
    child.process.kill('SIGKILL')
    await hub.close()
  },
)

// ---- a power cut

test('what was handed out survives a power cut, and behind its cursor nothing is skipped', async () => {
  const root = dir()
  const below = path.join(root, 'disk')
  const [trace, notes] = [path.join(root, 'trace'), path.join(root, 'notes')]
  fs.mkdirSync(below)
  const hubDir = path.join(below, '.baton')
  const founding = await openHub({ dir: hubDir, create: true, sweepEvery: false })
  await founding.send({ type: 'OpenSession', sessionId: 'reader' })
  await founding.close()
  const founded = fs.statSync(path.join(hubDir, 'log/00000001.jsonl')).size

  const env = { ...process.env, ...shimEnv({ dir: below, plan: 'slow@fdatasync:1:5', trace }) }
  const run = (options: object): Promise<unknown> => {
    const worker = path.join(import.meta.dirname, 'support', WORKER)
    const argument = JSON.stringify({ dir: hubDir, ...options })
    const child = spawn(process.execPath, [worker, argument], { env, stdio: 'ignore', timeout: 30_000 })
    return new Promise((resolve) => child.once('exit', resolve))
  }
  const following = Promise.all([
    run({ follow: [{ inbox: 'reader', notes }], durability: 'disk' }),
    run({ follow: [{ log: { type: 'MessageSent' }, notes }], durability: 'disk' }),
  ])
  // Whoever sends is answered before anything is on the disk.
  await Promise.all([0, 1].map(() => run({ send: { to: 'reader', count: 60, every: 3 }, durability: 'os' })))
  const last = await openHub({ dir: hubDir, sweepEvery: false })
  await last.send({ type: 'SendMessage', to: 'reader', body: 'last' })
  await last.close()
  await following

  const bytes = fs.readFileSync(path.join(hubDir, 'log/00000001.jsonl'))
  const recording = { trace: readTrace(trace), bytes }
  const acks = recording.trace.flatMap((record, i) => (record.op === 'ack' ? [{ record, i }] : []))
  expect(acks.length).toBeGreaterThanOrEqual(240)
  const random = seeded(7)
  const cuts = LONG ? acks : acks.filter((_, i) => i % 12 === 0)
  for (const { record, i } of cuts) {
    const there = momentAt(recording, i + 1)
    // Founded and synced before the recording began.
    const moment = { ...there, logExists: true, doubtful: [], durable: Math.max(founded, there.durable) }
    for (const [name, survival] of Object.entries(survivals)) {
      const into = dir()
      const cut = layOut(
        into,
        recording,
        { ...moment, written: Math.max(moment.written, moment.durable) },
        survival,
        random,
      )
      const hub = await openHub({ dir: cut, sweepEvery: false })
      await hub.send({ type: 'SendMessage', to: 'reader', body: 'after the cut' })
      const wanted = (await deliveriesIn(hub)).filter(({ position }) => position > record.position)
      const handed: string[] = []
      for await (const { body } of hub.inbox('reader').subscribe({ after: record.id })) {
        handed.push(body)
        if (body === 'after the cut') break
      }
      expect(handed, `cut behind record ${i}, keeping ${name}`).toEqual(wanted.map(({ body }) => body))
      await hub.close()
      fs.rmSync(into, { recursive: true, force: true })
    }
  }
})

/** Where each message came into its inbox, with its body, in the order of the log. */
async function deliveriesIn(hub: Hub): Promise<{ readonly position: number; readonly body: string }[]> {
  const found: { readonly position: number; readonly body: string }[] = []
  let body = ''
  for await (const event of hub.log()) {
    if (event.type === 'MessageSent') body = bodyOf(event)
    if (event.type === 'MessageDelivered') found.push({ position: event.position, body })
  }
  return found
}

const bodyOf = ({ data }: LoggedEvent): string => (data as { readonly body: string }).body

// ---- what waits costs nothing

/** Microseconds for each of many new messages, with so many unacknowledged before them. */
async function perMessage(waiting: number): Promise<number> {
  const hub = await openHub({
    log: openMemoryLog(),
    create: true,
    durability: 'os',
    limits: { inbox: Infinity },
    sweepEvery: false,
  })
  await hub.send({ type: 'OpenSession', sessionId: 'reader' })
  const send = (): Promise<unknown> => hub.send({ type: 'SendMessage', to: 'reader', body: 'x' })
  for (let i = 0; i < waiting; i += 50) await Promise.all(range(50).map(send))
  const items = hub.inbox('reader').subscribe({ after: hub.head.position })[Symbol.asyncIterator]()
  const times: number[] = []
  for (let i = 0; i < 300; i++) {
    const next = items.next()
    await sleep(0)
    await send()
    const began = performance.now()
    await next
    times.push(performance.now() - began)
  }
  await items.return?.()
  await hub.close()
  return (times.toSorted((a, b) => a - b)[150] ?? 0) * 1_000
}

test('a message costs its reader the same, whether nothing or ten thousand wait before it', async () => {
  await perMessage(0)
  const few = await perMessage(0)
  const many = await perMessage(10_000)
  console.log(`a message to whoever follows: ${few.toFixed(0)} µs with none waiting, ${many.toFixed(0)} µs with 10,000`)
  expect(many).toBeLessThan(3 * few + 100)
})

test('a reader that is slow holds no more than a page, and misses nothing that came meanwhile', async () => {
  const hub = await openHub({
    log: openMemoryLog(),
    create: true,
    durability: 'os',
    limits: { inbox: Infinity },
    sweepEvery: false,
  })
  await hub.send({ type: 'OpenSession', sessionId: 'reader' })
  const items = hub.inbox('reader').subscribe()[Symbol.asyncIterator]()
  const events = hub.log({ follow: true, type: 'MessageSent' })[Symbol.asyncIterator]()
  const total = 9_000
  await hub.send({ type: 'SendMessage', to: 'reader', body: '0' })
  await Promise.all([items.next(), events.next()])
  // More than is remembered of what came lately.
  for (let i = 1; i < total; i++) await hub.send({ type: 'SendMessage', to: 'reader', body: String(i) })
  for (let i = 1; i < total; i++) {
    expect((await items.next()).value?.body).toBe(String(i))
    expect(bodyOf((await events.next()).value as LoggedEvent)).toBe(String(i))
  }
  await Promise.all([items.return?.(), events.return?.()])
  await hub.close()
})
