/** Every list a page at a time, in both directions, without gap or repetition; threads and search. */
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import {
  encodeCommit,
  openHub,
  openMemoryLog,
  type FoundMessage,
  type Hub,
  type Log,
  type Receipt,
  type ReceivedMessage,
} from '../src/index.ts'
import { sessionActor } from './support/agents.ts'

/** Of the message that was sent. */
const idOf = ([sent]: Receipt['events']): string =>
  (sent?.data as { readonly messageId: string } | undefined)?.messageId ?? ''

const quiet = { create: true, durability: 'os', sweepEvery: false } as const
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

interface Placed {
  readonly position: number
}

/** Page after page, in steps of all sizes, each from where the one before ended. */
async function expectPages<Item extends Placed>(
  list: (options: {
    limit?: number
    after?: number
    before?: number
    direction?: 'forward' | 'backward'
  }) => Promise<readonly Item[]>,
  count: number,
): Promise<void> {
  const whole = await list({ limit: 10_000 })
  expect(whole).toHaveLength(count)
  expect(whole.map(({ position }) => position)).toEqual(whole.map(({ position }) => position).toSorted((a, b) => a - b))
  for (const direction of ['forward', 'backward'] as const) {
    for (const limit of [1, 7, 64, count]) {
      const found: Item[] = []
      for (let at: number | undefined; found.length < count;) {
        const from = at === undefined ? {} : direction === 'forward' ? { after: at } : { before: at }
        const page = await list({ ...from, limit, direction })
        expect(page.length).toBe(Math.min(limit, count - found.length))
        found.push(...page)
        at = page.at(-1)?.position
      }
      expect(found).toEqual(direction === 'forward' ? whole : whole.toReversed())
    }
  }
  const [first, last] = [whole[0], whole.at(-1)] as [Item, Item]
  expect(await list({ after: first.position, before: last.position, limit: 10_000 })).toEqual(whole.slice(1, -1))
  expect(await list({ before: first.position })).toEqual([])
}

async function crowded(log: Log): Promise<Hub> {
  const hub = await openHub({ ...quiet, log, limits: { inbox: 300 } })
  for (const i of range(600)) {
    await hub.send({ type: 'OpenSession', sessionId: `s-${i}` })
    if (i % 2 === 0) await hub.send({ type: 'OpenTask', taskId: `t-${i}`, title: `Task ${i}` })
    if (i % 6 === 0) await hub.send({ type: 'FormGroup', name: `s-0/g-${i}`, coordinator: 's-0' })
    await hub.send({ type: 'SendMessage', to: i % 2 === 0 ? 's-0' : 'operator', body: `message ${i}` })
  }
  await hub.send({ type: 'CloseSession', sessionId: 's-0', outcome: 'done' })
  for (const i of range(150)) await hub.send({ type: 'SendMessage', to: 's-1', body: `later ${i}` })
  // Opened once more, it stays where it was.
  await hub.send({ type: 'CloseSession', sessionId: 's-3', outcome: 'done' })
  await hub.send({ type: 'ReopenSession', sessionId: 's-3' })
  return hub
}

test('every list is paged by positions, in both directions', async () => {
  const hub = await crowded(openMemoryLog())
  await expectPages((options) => hub.sessions(options), 600)
  await expectPages((options) => hub.tasks(options), 300)
  await expectPages((options) => hub.groups(options), 100)
  await expectPages((options) => hub.deadLetters(options), (await hub.deadLetters()).length)
  await expectPages((options) => hub.inbox('s-1').list(options), 150)
  await expectPages((options) => hub.inbox('operator').list(options), await hub.inbox('operator').count())
  await expectPages(async (options) => (await hub.history({ session: 's-1' }, options)).events, 301)
  expect((await hub.sessions({ direction: 'backward', limit: 2 })).map(({ id }) => id)).toEqual(['s-599', 's-598'])
  expect((await hub.sessions()).map(({ id }) => id)).toEqual(range(600).map((i) => `s-${i}`))
  await expect(hub.sessions({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
  await expect(hub.inbox('s-1').list({ direction: 'up' as never })).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
})

test('what has not ended is listed by itself, in pages, where it began; as it was, too', async () => {
  const hub = await openHub({ ...quiet, log: openMemoryLog() })
  const [some, others] = [range(40).filter((i) => i % 4 !== 0), range(40).filter((i) => i % 4 === 0)]
  for (const i of range(40)) await hub.send({ type: 'OpenSession', sessionId: i === 7 ? 'constructor' : `s-${i}` })
  for (const i of range(40)) {
    await hub.send({ type: 'OpenTask', taskId: `t-${i}`, title: `Task ${i}` })
    await hub.send({ type: 'StartRun', runId: `r-${i}`, sessionId: 's-1', begin: true })
    await hub.send({ type: 'FormGroup', name: `s-1/g-${i}`, coordinator: 's-1' })
  }
  const { position } = hub.head
  for (const i of others) {
    await hub.send({ type: 'CloseSession', sessionId: `s-${i}`, outcome: 'done' })
    await hub.send({ type: 'CloseTask', taskId: `t-${i}`, outcome: 'done' })
    await hub.send(
      i % 8 === 0
        ? { type: 'CompleteRun', runId: `r-${i}` }
        : { type: 'FailRun', runId: `r-${i}`, reason: 'error', error: 'broke' },
    )
    await hub.send({ type: 'DisbandGroup', group: `s-1/g-${i}` })
  }
  await hub.send({ type: 'CancelRun', runId: 'r-1', reason: 'in the way' })
  await hub.send({ type: 'ReopenSession', sessionId: 's-8' })

  const onlyOpen = true
  await expectPages((options) => hub.sessions({ ...options, onlyOpen }), 31)
  await expectPages((options) => hub.tasks({ ...options, onlyOpen }), 30)
  await expectPages((options) => hub.groups({ ...options, onlyOpen }), 30)
  await expectPages((options) => hub.runs.live(options), 29)
  // Opened once more, it stays where it was.
  const open = range(40).filter((i) => i % 4 !== 0 || i === 8)
  expect((await hub.sessions({ onlyOpen })).map(({ id }) => id)).toEqual(
    open.map((i) => (i === 7 ? 'constructor' : `s-${i}`)),
  )
  expect((await hub.tasks({ onlyOpen })).map(({ id }) => id)).toEqual(some.map((i) => `t-${i}`))
  expect((await hub.runs.live()).map(({ id }) => id)).toEqual(some.filter((i) => i !== 1).map((i) => `r-${i}`))
  expect(await hub.sessions({ onlyOpen })).toEqual((await hub.sessions()).filter(({ status }) => status !== 'closed'))
  expect(await hub.groups({ onlyOpen })).toEqual((await hub.groups()).filter(({ status }) => status !== 'disbanded'))

  const before = await hub.at(position)
  expect(await before.sessions({ onlyOpen })).toHaveLength(40)
  expect(await before.runs.live()).toHaveLength(40)
  expect(await before.tasks({ onlyOpen, direction: 'backward', limit: 2 })).toMatchObject([
    { id: 't-39' },
    { id: 't-38' },
  ])
  await before.close()
})

test('a page of sessions looks at those sessions, not at all', async () => {
  const log = openMemoryLog()
  await crowded(log)
  const hub = await openHub({ ...quiet, log })
  const looked = { count: 0 }
  const clone = globalThis.structuredClone
  globalThis.structuredClone = ((value: unknown) => (looked.count++, clone(value))) as typeof structuredClone
  try {
    await hub.sessions({ after: 300, limit: 5 })
  } finally {
    globalThis.structuredClone = clone
  }
  expect(looked.count).toBe(5)
})

test('a thread is its messages with bodies, named by any of them, in pages', async () => {
  const hub = await openHub({ ...quiet, log: openMemoryLog() })
  for (const sessionId of ['a', 'b']) await hub.send({ type: 'OpenSession', sessionId })
  const [a, b] = ['a', 'b'].map((id) => hub.as(sessionActor(id))) as [Hub, Hub]
  const ids: string[] = []
  for (const i of range(12)) {
    const by = i % 2 === 0 ? a : b
    const reply = i === 0 ? { to: 'b' } : { inReplyTo: ids.at(-1) as string }
    const { events } = await by.send({ type: 'SendMessage', ...reply, body: `turn ${i}` })
    ids.push(idOf(events))
    await a.send({ type: 'SendMessage', to: 'b', body: 'something else' })
  }
  await b.inbox('b').ack(ids[2] as string)
  for (const id of [ids[0], ids[5]] as string[]) {
    const thread = await hub.thread(id)
    expect(thread.map(({ body }) => body)).toEqual(range(12).map((i) => `turn ${i}`))
    expect(thread[2]).toMatchObject({ id: ids[2], deliveries: { 'session:b': { state: 'acknowledged' } } })
  }
  await expectPages((options) => hub.thread(ids[3] as string, options), 12)
  await expect(hub.thread('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_MESSAGE' })
})

// ---- search

async function found(hits: AsyncIterable<FoundMessage>): Promise<string[]> {
  const bodies: string[] = []
  for await (const { body } of hits) bodies.push(body)
  return bodies
}

test('a search finds what was written, however it is written, and nothing else', async () => {
  const hub = await openHub({ ...quiet, log: openMemoryLog() })
  for (const sessionId of ['alpha', 'beta']) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'Needle', participants: ['alpha', 'beta'] })
  const alpha = hub.as(sessionActor('alpha'))
  const bodies = [
    'a Needle here',
    'the quote "needle"\nand a second line',
    'Zażółć GĘŚLĄ jaźń',
    'control \u0001 needle',
    'back\\slash and tab\t.',
    'nothing at all',
  ]
  for (const body of bodies) await alpha.send({ type: 'SendMessage', to: 'beta', body })
  await alpha.send({ type: 'SendMessage', to: 'operator', subject: 'NEEDLE', body: 'in the subject' })
  await alpha.send({ type: 'Broadcast', to: 'task:t1', body: 'needle for all' })
  await hub.eventStore.appendToStream('mine', [{ type: 'Needle', data: { body: 'needle' } }])
  expect(await found(hub.search('needle'))).toEqual([
    'a Needle here',
    'the quote "needle"\nand a second line',
    'control \u0001 needle',
    'in the subject',
    'needle for all',
  ])
  expect(await found(hub.search('gęślą'))).toEqual(['Zażółć GĘŚLĄ jaźń'])
  expect(await found(hub.search('NEEDLE"\nAND'))).toEqual(['the quote "needle"\nand a second line'])
  expect(await found(hub.search('back\\slash'))).toEqual(['back\\slash and tab\t.'])
  expect(await found(hub.search('tab\t'))).toEqual(['back\\slash and tab\t.'])
  expect(await found(hub.search('alpha'))).toEqual([])
  expect(await found(hub.search('needle', { in: { task: 't1' } }))).toEqual(['needle for all'])
  expect(await found(hub.search('needle', { in: { mailbox: 'operator' } }))).toEqual(['in the subject'])
  expect(await found(hub.search('needle', { in: { mailbox: 'beta' }, limit: 1, direction: 'backward' }))).toEqual([
    'needle for all',
  ])
  expect(await found(hub.search('needle', { in: { from: 'beta' } }))).toEqual([])
  expect(await found(hub.search('needle', { in: { from: 'session:alpha' }, limit: 2 }))).toHaveLength(2)
  const hits: FoundMessage[] = []
  for await (const hit of hub.search('needle')) hits.push(hit)
  expect(await found(hub.search('needle', { direction: 'backward' }))).toEqual(
    hits.map(({ body }) => body).toReversed(),
  )
  expect(
    await found(hub.search('needle', { after: hits[1]?.cursor ?? '', before: hits[4]?.position ?? 0 })),
  ).toHaveLength(2)
  expect(hits[0]).toMatchObject({ from: 'session:alpha', to: ['session:beta'], kind: 'message', by: { id: 'alpha' } })
  for (const text of ['', ' ', 7 as never]) {
    await expect(found(hub.search(text))).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
  }
  await expect(found(hub.search('x', { in: { colour: 'red' } as never }))).rejects.toMatchObject({
    code: 'INVALID_COMMAND',
  })
})

test('a search finds what another writer has written with escapes that JSON allows', async () => {
  const log = openMemoryLog()
  const hub = await openHub({ ...quiet, log })
  const data = {
    messageId: 'm1',
    from: 'operator',
    address: 'operator',
    to: ['operator'],
    kind: 'message',
    body: 'needle',
    threadId: 'm1',
  }
  const events = [{ s: 'mailbox-operator', t: 'MessageSent', v: 1, d: data }]
  const { mark, at } = hub.head
  const { line } = encodeCommit(
    { by: { kind: 'operator' }, cmd: 'SendMessage', on: {}, events },
    { id: 'c1', at, seen: mark, safe: mark },
  )
  const open = line
    .toString()
    .slice(0, -18)
    .replace('needle', String.raw`\u006eee\u0064le`)
  const crc = crc32(open).toString(16).padStart(8, '0')
  await log.append([{ id: 'c1', line: Buffer.from(`${open},"crc":"${crc}"}`) }])
  expect(await found(hub.search('needle'))).toEqual(['needle'])
})

test('a search gives the newest hit of a long log before it has read the rest, and decodes only what may be one', async () => {
  const log = openMemoryLog()
  const hub = await openHub({ ...quiet, log, limits: { inbox: Infinity } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  for (const i of range(1_500))
    await hub.send({ type: 'SendMessage', to: 'a', body: i === 1_490 || i === 3 ? 'needle' : `hay ${i}` })
  const hits = hub.search('Needle', { direction: 'backward' })[Symbol.asyncIterator]()
  const parse = JSON.parse
  let parsed = 0
  JSON.parse = (...args: Parameters<typeof parse>) => (parsed++, parse(...args) as unknown)
  try {
    await hits.next()
    await hits.next()
    expect((await hits.next()).done).toBe(true)
  } finally {
    JSON.parse = parse
  }
  expect(parsed).toBe(2)
})

// ---- one position to an answer

test('an inbox that changes while its bodies are read is told as it was at one position', async () => {
  const base = openMemoryLog()
  let during: (() => Promise<unknown>) | undefined
  const log: Log = {
    ...base,
    async readAt(ref) {
      const work = during
      during = undefined
      await work?.()
      return base.readAt(ref)
    },
  }
  const hub = await openHub({ ...quiet, log })
  for (const sessionId of ['a', 'b']) await hub.send({ type: 'OpenSession', sessionId })
  const ids: string[] = []
  for (const i of range(5)) {
    const { events } = await hub.send({ type: 'SendMessage', to: 'a', body: String(i) })
    ids.push(idOf(events))
  }
  during = () => hub.send({ type: 'CloseSession', sessionId: 'a', outcome: 'done', successorId: 'b' })
  const told = await hub.inbox('a').list()
  expect(told.map(({ body, mailbox }) => [body, mailbox])).toEqual(range(5).map((i) => [String(i), 'session:a']))
  during = () => hub.as(sessionActor('b')).inbox('b').ack(ids)
  const [status] = [await hub.message(ids[0] as string)]
  expect(status?.deliveries).toMatchObject({ 'session:a': { state: 'transferred' }, 'session:b': { state: 'pending' } })
  during = () => hub.send({ type: 'SendMessage', inReplyTo: ids[0] as string, to: 'b', body: 'an answer' })
  expect((await hub.thread(ids[0] as string)).map(({ body }) => body)).toEqual(['0', 'an answer'])
  const [answer] = await hub.inbox('b').list()
  await hub
    .as(sessionActor('b'))
    .inbox('b')
    .ack(answer?.id as string)
  const items: ReceivedMessage[] = []
  const signal = AbortSignal.timeout(100)
  for await (const item of hub.inbox('b').subscribe({ signal })) items.push(item)
  expect(items).toEqual([])
})
