import { expect, test } from 'vitest'
import { openHub, openMemoryLog, type Hub, type Receipt } from '../src/index.ts'

async function newHub(...sessions: readonly string[]): Promise<Hub> {
  const hub = await openHub({ log: openMemoryLog(), create: true, durability: 'os' })
  for (const sessionId of sessions) await hub.send({ type: 'OpenSession', sessionId })
  return hub
}

/** Of the message that was sent. */
const idOf = ([sent]: Receipt['events']): string =>
  (sent?.data as { readonly messageId: string } | undefined)?.messageId ?? ''

test('a history is paged, in both directions', async () => {
  const hub = await newHub('a')
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', participants: ['a'] })
  for (let i = 0; i < 25; i++) await hub.send({ type: 'SendMessage', to: 'a', task: 't1', body: String(i) })
  const whole = (await hub.history({ task: 't1' }, { limit: 100 })).events.map(({ position }) => position)
  expect(whole).toHaveLength(27)
  expect(whole).toEqual(whole.toSorted((x, y) => x - y))

  for (const direction of ['forward', 'backward'] as const) {
    const collected: number[] = []
    for (let cursor: number | undefined; ;) {
      const from = cursor === undefined ? {} : direction === 'forward' ? { after: cursor } : { before: cursor }
      const { events, more } = await hub.history({ task: 't1' }, { ...from, limit: 10, direction })
      collected.push(...events.map(({ position }) => position))
      cursor = events.at(-1)?.position
      if (!more) break
      expect(events).toHaveLength(10)
    }
    expect(collected).toEqual(direction === 'forward' ? whole : whole.toReversed())
  }
})

test('a history over many buckets of positions', async () => {
  const hub = await newHub('a', 'b')
  const set = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`k${i}`, i]))
  await hub.send({ type: 'SendMessage', to: 'a', body: 'first' })
  for (let i = 0; i < 9_000; i++) await hub.send({ type: 'SetState', scope: 'session', id: 'b', set })
  await hub.send({ type: 'SendMessage', to: 'a', body: 'last' })
  const types = async (options: object): Promise<string[]> =>
    (await hub.history({ session: 'a' }, options)).events.map(({ type }) => type)
  expect(await types({})).toEqual([
    'SessionOpened',
    'MessageSent',
    'MessageDelivered',
    'MessageSent',
    'MessageDelivered',
  ])
  expect(await types({ direction: 'backward', limit: 1 })).toEqual(['MessageDelivered'])
  expect(await types({ after: 4 })).toEqual(['MessageSent', 'MessageDelivered'])
  expect(await types({ before: 9_000 })).toEqual(['SessionOpened', 'MessageSent', 'MessageDelivered'])
})

test('histories of a thread, a run and a session', async () => {
  const hub = await newHub('a', 'b')
  const [a, b] = ['a', 'b'].map((id) => hub.as({ kind: 'session', id })) as [Hub, Hub]
  const { events } = await a.send({ type: 'SendMessage', to: 'b', body: 'question', replyBy: '2099-01-01T00:00:00Z' })
  const messageId = idOf(events)
  const reply = await b.send({ type: 'SendMessage', inReplyTo: messageId, body: 'answer' })
  await b.send({ type: 'SendMessage', to: 'a', body: 'something else' })
  const thread = await hub.history({ thread: messageId })
  expect(thread.events.map(({ data }) => (data as { body: string }).body)).toEqual(['question', 'answer'])
  expect(await hub.message(messageId)).toMatchObject({
    answeredBy: idOf(reply.events),
    deliveries: { 'session:b': { state: 'pending' } },
  })

  await a.send({ type: 'StartRun', runId: 'r1', begin: true })
  await a.send({ type: 'ReportProgress', runId: 'r1', percent: 10 })
  await a.send({ type: 'SetState', scope: 'run', id: 'r1', set: { x: 1 } })
  const run = await hub.history({ run: 'r1' })
  expect(run.events.map(({ type }) => type)).toEqual(['RunStarted', 'RunBegan', 'RunProgressed', 'StateChanged'])
})

test('an inbox shows a session’s mail and its runs’, each marked; a run’s, its own alone', async () => {
  const hub = await newHub('a', 'b')
  const b = hub.as({ kind: 'session', id: 'b' })
  await hub.send({ type: 'StartRun', runId: 'r1', sessionId: 'a' })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', participants: ['a', 'b'] })
  await b.send({ type: 'SendMessage', to: 'a', body: 'for the session', kind: 'question' })
  await b.send({ type: 'SendMessage', to: 'run:r1', body: 'for the run', task: 't1' })
  await hub.send({ type: 'SendMessage', to: 'a', body: 'from the operator' })
  const list = async (name: string, options = {}): Promise<string[][]> =>
    (await hub.inbox(name).list(options)).map(({ mailbox, body }) => [mailbox, body])
  expect(await list('a')).toEqual([
    ['session:a', 'for the session'],
    ['run:r1', 'for the run'],
    ['session:a', 'from the operator'],
  ])
  expect(await list('run:r1')).toEqual([['run:r1', 'for the run']])
  expect(await list('a', { from: 'operator' })).toEqual([['session:a', 'from the operator']])
  expect(await list('a', { from: 'b', kind: 'question' })).toEqual([['session:a', 'for the session']])
  expect(await list('a', { task: 't1' })).toEqual([['run:r1', 'for the run']])
  expect(await list('a', { limit: 1 })).toEqual([['session:a', 'for the session']])
  const [first] = await hub.inbox('a').list()
  expect(await list('a', { after: first?.position })).toHaveLength(2)
  await expect(hub.inbox('aa').list()).rejects.toMatchObject({
    code: 'UNKNOWN_SESSION',
    details: { nearest: ['a', 'b'] },
  })
})

test('state: what a run reads, layer by layer, with the hand that wrote it', async () => {
  const hub = await newHub('a')
  const a = hub.as({ kind: 'session', id: 'a' })
  await a.send({ type: 'SetState', scope: 'session', id: 'a', set: { shared: 1, both: 'session' } })
  await a.send({ type: 'StartRun', runId: 'r0', begin: true })
  const asRun = hub.as({ kind: 'session', id: 'a', run: 'r0' })
  await asRun.send({ type: 'SetState', scope: 'run', id: 'r0', set: { both: 'run' } })
  expect((await hub.state('r0').get()).entries).toMatchObject({
    both: { value: 'run', version: 1, layer: 'own', provenance: { by: { id: 'a', run: 'r0' } } },
    shared: { value: 1, version: 1, layer: 'session', provenance: { by: { id: 'a' } } },
  })
  await asRun.send({ type: 'StartRun', runId: 'child', parentRunId: 'r0' })
  await asRun.send({ type: 'SeedChildState', childRunId: 'child', keys: ['both'] })
  await a.send({ type: 'SetState', scope: 'session', id: 'a', set: { shared: 2 } })
  await asRun.send({ type: 'SetState', scope: 'run', id: 'r0', set: { both: 'later' } })
  // Its seed, and nothing that was written since.
  expect((await hub.state('child').get()).values).toEqual({ both: 'run' })
  expect((await hub.state('r0').get()).values).toEqual({ both: 'later', shared: 2 })
  expect((await hub.state('a').get()).entries['shared']).toMatchObject({ value: 2, version: 2 })
})

test('an answer waits for the position that it has to show', async () => {
  const log = openMemoryLog()
  const [one, two] = [
    await openHub({ log, create: true, durability: 'os' }),
    await openHub({ log, create: true, durability: 'os' }),
  ]
  const { position } = await one.send({ type: 'OpenSession', sessionId: 'a' })
  expect((await two.session('a', { atLeast: position }))?.status).toBe('open')
  const waiting = two.task('t1', { atLeast: position + 1 })
  await one.send({ type: 'OpenTask', taskId: 't1', title: 'T' })
  expect((await waiting)?.title).toBe('T')
  await expect(two.task('t1', { atLeast: 1_000, signal: AbortSignal.timeout(30) })).rejects.toThrow()
})

test('what a query gives is the caller’s: changing it changes no view', async () => {
  const hub = await newHub('a')
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', owner: 'a' })
  const task = (await hub.task('t1')) as unknown as { title: string; participants: string[] }
  task.title = 'changed'
  task.participants.push('x')
  const owner = (await hub.owner('t1')) as unknown as { chain: unknown[] }
  owner.chain.length = 0
  expect(await hub.task('t1')).toMatchObject({ title: 'T', participants: ['a'] })
  expect((await hub.owner('t1'))?.chain).toHaveLength(1)
})

test('a replay shows the document before and after each event, and the log is as it was', async () => {
  const hub = await newHub('a', 'b')
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', owner: 'a' })
  await hub.as({ kind: 'session', id: 'a' }).send({ type: 'Handoff', taskId: 't1', to: 'b' })
  const { position } = hub.head
  const steps = []
  for await (const step of hub.replay('task-t1')) steps.push(step)
  expect(steps.map(({ event }) => event.type)).toEqual([
    'TaskOpened',
    'ParticipantJoined',
    'OwnershipTransferred',
    'ParticipantJoined',
    'OwnershipTransferred',
  ])
  expect(steps[0]).toMatchObject({ before: undefined, after: { title: 'T', epoch: 0 } })
  expect(steps[4]).toMatchObject({ before: { owner: 'a', epoch: 1 }, after: { owner: 'b', epoch: 2 } })
  expect(steps[3]?.after).toEqual(steps[4]?.before)
  const until = []
  for await (const step of hub.replay('task-t1', { to: 5 })) until.push(step)
  expect(until).toHaveLength(3)
  expect(hub.head.position).toBe(position)
})

test('the log, filtered by stream, type and actor', async () => {
  const hub = await newHub('a', 'b')
  await hub.as({ kind: 'session', id: 'a' }).send({ type: 'SendMessage', to: 'b', body: 'x' })
  const types = async (options = {}): Promise<string[]> => {
    const found = []
    for await (const { type } of hub.log(options)) found.push(type)
    return found
  }
  expect(await types()).toEqual(['SessionOpened', 'SessionOpened', 'MessageSent', 'MessageDelivered'])
  expect(await types({ stream: 'mailbox-session-b' })).toEqual(['MessageDelivered'])
  expect(await types({ type: 'SessionOpened', after: 1 })).toEqual(['SessionOpened'])
  expect(await types({ actor: 'a' })).toEqual(['MessageSent', 'MessageDelivered'])
  expect(await types({ actor: 'operator' })).toEqual(['SessionOpened', 'SessionOpened'])
})
