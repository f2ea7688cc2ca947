/** Any part of the log, either way, without reading it from the beginning; and what is to come. */
import { expect, test } from 'vitest'
import { openHub, openMemoryLog, type Hub, type Log, type LoggedEvent, type LogOptions } from '../src/index.ts'
import { sessionActor } from './support/agents.ts'
import { scratch } from './support/scratch.ts'
import { seeded } from './faults/power-cut.ts'

const dir = scratch()

/** Counts what is read of a log. */
function counting(log: Log): { log: Log; read: { lines: number; watched: number } } {
  const read = { lines: 0, watched: 0 }
  return {
    read,
    log: {
      ...log,
      async read(from) {
        const page = await log.read(from)
        read.lines += page.entries.length
        return page
      },
      readAt(ref) {
        read.lines++
        return log.readAt(ref)
      },
      watch(onGrowth) {
        read.watched++
        const watch = log.watch(onGrowth)
        return {
          dispose() {
            read.watched--
            watch.dispose()
          },
        }
      },
    },
  }
}

async function collect(events: AsyncIterable<LoggedEvent>, most = Infinity): Promise<LoggedEvent[]> {
  const found: LoggedEvent[] = []
  for await (const event of events) if (found.push(event) === most) break
  return found
}

/** Commits of none to three events, by two sessions, and between them lines that are void. */
async function story(log: Log, hub: Hub, other: Hub, commits: number): Promise<void> {
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'OpenSession', sessionId: 'b' })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', participants: ['a', 'b'] })
  const [a, b] = [hub.as(sessionActor('a')), other.as(sessionActor('b'))]
  for (let i = 0; i < commits; i++) {
    // What does not count: a line once more, and one that a kill has torn.
    if (i % 5 === 0) {
      const again = await log.readAt((await log.end()) - 1)
      await log.append([
        { id: 'again', line: again.line },
        { id: 'torn', line: again.line.subarray(0, 90) },
      ])
    }
    if (i % 7 === 0) await hub.send({ type: 'OpenSession', sessionId: 'a', ensure: true }, { key: `k${i}` })
    if (i % 3 === 0) await a.send({ type: 'Broadcast', to: 'task:t1', body: `to all ${i}` })
    await a.send({ type: 'SetState', scope: 'session', id: 'a', set: { i } })
    await b.send({ type: 'SendMessage', to: 'a', body: `message ${i}` })
  }
}

test('any part of the log is what the whole log has there, whichever way and whatever is asked for', async () => {
  const log = openMemoryLog()
  const open = (): Promise<Hub> => openHub({ log, create: true, durability: 'os', limits: { inbox: Infinity } })
  const [hub, other] = [await open(), await open()]
  await story(log, hub, other, 150)
  const whole = await collect(hub.log())
  expect(whole.map(({ position }) => position)).toEqual(whole.map((_, i) => i + 1))
  expect((await hub.verify()).void).toMatchObject({ duplicate: 30, torn: 30 })
  const [random, end] = [seeded(5), whole.length]
  const pick = (n: number): number => Math.floor(random() * n)
  for (let i = 0; i < 400; i++) {
    const options: LogOptions = {
      ...(random() < 0.7 && { after: pick(end + 1) }),
      ...(random() < 0.7 && { before: pick(end + 5) }),
      ...(random() < 0.6 && { limit: 1 + pick(60) }),
      ...(random() < 0.5 && { direction: random() < 0.7 ? 'backward' : 'forward' }),
      ...(random() < 0.3 && { stream: ['mailbox-session-a', 'task-t1', 'state-a', 'nothing'][pick(4)] as string }),
      ...(random() < 0.3 && { type: ['MessageSent', 'MessageDelivered', 'Nothing'][pick(3)] as string }),
      ...(random() < 0.3 && { actor: ['a', 'b', 'operator'][pick(3)] as string }),
    }
    const { after = 0, before = Infinity, limit = Infinity, stream, type, actor } = options
    const wanted = whole.filter(
      (event) =>
        event.position > Number(after) &&
        event.position < Number(before) &&
        (stream === undefined || event.stream === stream) &&
        (type === undefined || event.type === type) &&
        (actor === undefined || (event.by.id ?? event.by.kind) === actor),
    )
    const ordered = options.direction === 'backward' ? wanted.toReversed() : wanted
    expect(await collect(hub.log(options)), JSON.stringify(options)).toEqual(ordered.slice(0, limit))
  }
})

test('a page from the middle, or the end, of a long log reads no more than the page', async () => {
  const { log, read } = counting(openMemoryLog())
  const hub = await openHub({ log, create: true, durability: 'os' })
  const set = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`k${i}`, i]))
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  for (let i = 0; i < 2_500; i++) await hub.send({ type: 'SetState', scope: 'session', id: 'a', set })
  for (const options of [
    { after: 1_250, limit: 10 },
    { before: 1_250, direction: 'backward', limit: 10 },
    { direction: 'backward', limit: 10 },
    { stream: 'state-a', after: 1_250, limit: 10 },
    { stream: 'state-a', direction: 'backward', limit: 10 },
  ] as const) {
    read.lines = 0
    expect(await collect(hub.log(options))).toHaveLength(10)
    expect(read.lines).toBeLessThanOrEqual(600)
  }
})

test('lines of all lengths are read backward, a page at a time', async () => {
  const hub = await openHub({ dir: dir(), create: true, durability: 'os' })
  const random = seeded(3)
  const body = (): string => 'x'.repeat(random() < 0.05 ? 60_000 : random() < 0.5 ? 3_000 : 10)
  const range = Array.from({ length: 1_500 })
  await Promise.all(range.map(() => hub.send({ type: 'SendMessage', to: 'operator', body: body() })))
  const forward = await collect(hub.log())
  expect(forward).toHaveLength(3_000)
  expect(await collect(hub.log({ direction: 'backward' }))).toEqual(forward.toReversed())
  await hub.close()
})

test('whoever follows gets what is there and then what comes, once each, wherever the seam falls', async () => {
  const log = openMemoryLog()
  const hub = await openHub({ log, create: true, durability: 'os', limits: { inbox: Infinity } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const total = 600
  const writing = (async () => {
    for (let i = 0; i < total; i++) await hub.send({ type: 'SendMessage', to: 'a', body: String(i) })
  })()
  const readers = [0, 1, 2, 3].map(async (slow) => {
    const found: LoggedEvent[] = []
    for await (const event of hub.log({ follow: true })) {
      found.push(event)
      if (slow > 0 && found.length % (50 * slow) === 0) await new Promise((resolve) => setTimeout(resolve, 3))
      if (found.length === 1 + 2 * total) break
    }
    return found.map(({ position }) => position)
  })
  const bodies = collect(hub.log({ follow: true, type: 'MessageSent', actor: 'operator', limit: total }))
  const later = collect(hub.log({ follow: true, stream: 'mailbox-session-a', after: 1, limit: total }))
  await writing
  const all = Array.from({ length: 1 + 2 * total }, (_, i) => i + 1)
  for (const found of await Promise.all(readers)) expect(found).toEqual(all)
  expect((await bodies).map(({ data }) => (data as { body: string }).body)).toEqual(
    all.slice(0, total).map((n) => String(n - 1)),
  )
  expect((await later).map(({ position }) => position)).toEqual(all.filter((n) => n > 1 && n % 2 === 1))
})

test.each(['break', 'signal', 'return', 'close'] as const)(
  'whoever follows and leaves by %s leaves nothing behind',
  async (way) => {
    const { log, read } = counting(openMemoryLog())
    const hub = await openHub({ log, create: true, durability: 'os', sweepEvery: false })
    await hub.send({ type: 'OpenSession', sessionId: 'a' })
    await hub.send({ type: 'SendMessage', to: 'a', body: 'x' })
    const leaving = new AbortController()
    const { signal } = leaving
    const followed = [hub.log({ follow: true, signal }), hub.inbox('a').subscribe({ signal })]
    for (const items of followed) {
      if (way === 'break') {
        for await (const _ of items) break
        continue
      }
      const iterator = items[Symbol.asyncIterator]()
      await iterator.next()
      if (items === followed[0]) for (let i = 0; i < 2; i++) await iterator.next()
      const waiting = iterator.next()
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(read.watched).toBe(1)
      if (way === 'signal') leaving.abort()
      if (way === 'return') await iterator.return?.()
      if (way === 'close') await hub.close()
      expect(await waiting).toMatchObject({ done: true })
      if (way !== 'return') break
    }
    expect(read.watched).toBe(0)
    if (way !== 'close') await hub.close()
  },
)

test('what cannot be is refused', async () => {
  const hub = await openHub({ log: openMemoryLog(), create: true, durability: 'os' })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  for (const options of [
    { after: -1 },
    { after: 1.5 },
    { after: 'three' },
    { before: Number.NaN },
    { limit: 0 },
    { direction: 'sideways' as never },
    { follow: true, direction: 'backward' },
    { follow: true, before: 3 },
  ] as const) {
    await expect(collect(hub.log(options)), JSON.stringify(options)).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
  }
  await expect(collect(hub.log({ after: 2 }))).rejects.toMatchObject({ code: 'CURSOR_LOST', details: { end: 1 } })
  await expect(collect(hub.log({ signal: AbortSignal.abort() }))).rejects.toThrow()
})
