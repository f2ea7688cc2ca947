import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openHub, openMemoryLog, type Command, type Hub, type Log } from '../src/index.ts'

const say = (body: string): Command => ({ type: 'SendMessage', to: 'operator', body })

async function newHub(log: Log = openMemoryLog(), options: object = {}): Promise<Hub> {
  return openHub({ log, create: true, durability: 'os', ...options })
}

async function bodies(hub: Hub): Promise<string[]> {
  return (await hub.inbox('operator').list({ limit: 1_000 })).map(({ body }) => body)
}

test('a receipt names the commit, and each event with its place', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const receipt = await hub.as({ kind: 'session', id: 'a' }).send({ type: 'SendMessage', to: 'a', body: 'to myself' })
  const [sent] = receipt.events
  const messageId = (sent?.data as { messageId: string } | undefined)?.messageId
  expect(receipt).toEqual({
    commit: expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
    position: 3,
    duplicate: false,
    events: [
      {
        type: 'MessageSent',
        stream: 'mailbox-session-a',
        version: 1,
        position: 2,
        data: {
          messageId,
          from: 'session:a',
          to: ['session:a'],
          address: 'a',
          kind: 'message',
          body: 'to myself',
          threadId: messageId,
        },
      },
      {
        type: 'MessageDelivered',
        stream: 'mailbox-session-a',
        version: 2,
        position: 3,
        data: { messageId, mailbox: 'session:a', sessionId: 'a' },
      },
    ],
  })
})

test('a command without effect writes nothing, and under a key an empty commit that is remembered', async () => {
  const log = openMemoryLog()
  const hub = await newHub(log)
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const again: Command = { type: 'OpenSession', sessionId: 'a', ensure: true }
  const end = await log.end()
  expect(await hub.send(again)).toEqual({ commit: undefined, position: 1, duplicate: false, events: [] })
  expect(await log.end()).toBe(end)

  const keyed = await hub.send(again, { key: 'k' })
  expect(keyed).toMatchObject({ position: 1, duplicate: false, events: [] })
  expect(keyed.commit).toBeDefined()
  await hub.send({ type: 'CloseSession', sessionId: 'a', outcome: 'done' })
  // Now it would be refused; under the key it was done.
  expect(await hub.send(again, { key: 'k' })).toEqual({ ...keyed, duplicate: true })
})

test('a key: the same command gives the first receipt, another one is refused; per actor, and for good', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const first = await hub.send(say('one'), { key: 'k' })
  expect(await hub.send(say('one'), { key: 'k' })).toEqual({ ...first, duplicate: true })
  // The order of its fields is no difference.
  expect(await hub.send({ body: 'one', to: 'operator', type: 'SendMessage' }, { key: 'k' })).toEqual({
    ...first,
    duplicate: true,
  })
  await expect(hub.send(say('two'), { key: 'k' })).rejects.toMatchObject({
    code: 'KEY_REUSED',
    details: { key: 'k', cmd: 'SendMessage', commit: first.commit },
  })
  const other = await hub.as({ kind: 'session', id: 'a' }).send(say('by a'), { key: 'k' })
  expect(other.duplicate).toBe(false)

  // Past the window of the acceptance rule the view of keys still knows.
  for (let i = 0; i < 1_100; i++) await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { i } })
  expect(await hub.send(say('one'), { key: 'k' })).toEqual({ ...first, duplicate: true })
  expect(await bodies(hub)).toEqual(['one', 'by a'])
})

test.each(['', 'x'.repeat(201), 7, {}])('%j is no key', async (key) => {
  const hub = await newHub()
  await expect(hub.send(say('x'), { key: key as string })).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
})

test('a refusal is not remembered under its key', async () => {
  const hub = await newHub()
  const claim: Command = { type: 'ClaimTask', taskId: 't1', sessionId: 'a' }
  await expect(hub.send(claim, { key: 'k' })).rejects.toMatchObject({ code: 'UNKNOWN_TASK' })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T' })
  expect((await hub.send(claim, { key: 'k' })).duplicate).toBe(false)
})

test('the same key at once, twice: one commit', async () => {
  const hub = await newHub()
  const [a, b] = await Promise.all([hub.send(say('one'), { key: 'k' }), hub.send(say('one'), { key: 'k' })])
  expect(a.duplicate).toBe(!b.duplicate)
  expect({ ...a, duplicate: false }).toEqual({ ...b, duplicate: false })
  expect(await bodies(hub)).toEqual(['one'])
})

test('a merge that was done before answers with its first receipt, without a key', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'r1', sessionId: 'a', begin: true })
  await hub.send({ type: 'StartRun', runId: 'r2', sessionId: 'a', parentRunId: 'r1', begin: true })
  await hub.send({ type: 'SetState', scope: 'run', id: 'r2', set: { x: 1 } })
  await hub.send({ type: 'CompleteRun', runId: 'r2' })
  const first = await hub.send({ type: 'MergeChildResult', childRunId: 'r2' })
  await hub.send(say('in between'))
  expect(await hub.send({ type: 'MergeChildResult', childRunId: 'r2' })).toEqual({ ...first, duplicate: true })
})

test('safeSend: what Baton refuses is a result', async () => {
  const hub = await newHub()
  const refused = await hub.safeSend({ type: 'ClaimTask', taskId: 't9', sessionId: 'a' })
  expect(refused.ok ? undefined : refused.error.code).toBe('UNKNOWN_TASK')
  const done = await hub.safeSend(say('hi'))
  expect(done.ok && done.receipt.events).toHaveLength(2)
})

test('a dry run: recipients and events that would follow, and the log as it was', async () => {
  const log = openMemoryLog()
  const hub = await newHub(log)
  for (const sessionId of ['a', 'b', 'c']) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', participants: ['a', 'b', 'c'] })
  const end = await log.end()
  const dry = await hub
    .as({ kind: 'session', id: 'a' })
    .send({ type: 'Broadcast', to: 'task:t1', body: 'x' }, { dryRun: true })
  expect(dry.recipients).toEqual(['session:b', 'session:c'])
  expect(dry.events.map(({ type }) => type)).toEqual(['MessageSent', 'MessageDelivered', 'MessageDelivered'])
  await expect(hub.send({ type: 'ClaimTask', taskId: 't9', sessionId: 'a' }, { dryRun: true })).rejects.toMatchObject({
    code: 'UNKNOWN_TASK',
  })
  expect(await log.end()).toBe(end)
})

test('what is neither a dry run nor none is refused, and nothing is written', async () => {
  const hub = await newHub()
  const { position } = hub.head
  await expect(hub.send(say('x'), { dryRun: 'yes' } as never)).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
  expect(hub.head.position).toBe(position)
})

test('a dry run of a command of several commits shows them all, and changes no view', async () => {
  const log = openMemoryLog()
  const hub = await newHub(log, { limits: { commitEvents: 5 } })
  for (const sessionId of ['a', 'b']) await hub.send({ type: 'OpenSession', sessionId })
  for (let i = 0; i < 12; i++) await hub.send({ type: 'SendMessage', to: 'a', body: String(i) })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', owner: 'a' })
  const end = await log.end()
  const close: Command = { type: 'CloseSession', sessionId: 'a', outcome: 'done', successorId: 'b' }
  const dry = await hub.send(close, { dryRun: true })
  const counts = new Map<string, number>()
  for (const { type } of dry.events) counts.set(type, (counts.get(type) ?? 0) + 1)
  expect(Object.fromEntries(counts)).toEqual({
    SessionClosing: 1,
    MessageTransferred: 12,
    ParticipantJoined: 1,
    OwnershipTransferred: 1,
    ParticipantLeft: 1,
    SessionClosed: 1,
  })
  expect(dry.recipients).toEqual(['session:b'])
  expect(await log.end()).toBe(end)
  expect(await hub.session('a')).toMatchObject({ status: 'open', waiting: 12, owns: ['t1'] })
  await hub.send(close)
  expect(await hub.session('b')).toMatchObject({ waiting: 12, owns: ['t1'] })
})

test('a cascade too wide for one commit takes several, and its root ends last', async () => {
  const hub = await newHub(openMemoryLog(), { limits: { commitEvents: 20 } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'r0', sessionId: 'a', begin: true })
  for (let i = 1; i <= 30; i++) await hub.send({ type: 'StartRun', runId: `r${i}`, sessionId: 'a', parentRunId: 'r0' })
  const { events } = await hub.send({ type: 'CancelRun', runId: 'r0', reason: 'enough' }, { key: 'k' })
  expect(events.at(-1)).toMatchObject({ type: 'RunCancelled', stream: 'run-r0' })
  const ended: unknown[] = []
  for await (const { type, data } of hub.log({ type: 'RunCancelled' }))
    ended.push(type && (data as { runId: string }).runId)
  expect(ended).toHaveLength(31)
  expect(new Set(ended).size).toBe(31)
  expect(await hub.inbox('run:r0').list({ limit: 100 })).toHaveLength(30)
  expect((await hub.session('a'))?.liveRuns).toEqual([])
})

test('a run that fails its root, and is ended by that on the way, still finishes it', async () => {
  const hub = await newHub(openMemoryLog(), { limits: { commitEvents: 6 } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'r0', sessionId: 'a', begin: true })
  for (const runId of ['r1', 'r2', 'r3']) await hub.send({ type: 'StartRun', runId, sessionId: 'a', parentRunId: 'r0' })
  const child = hub.as({ kind: 'session', id: 'a', run: 'r1' })
  await child.send({ type: 'FailRun', runId: 'r0', reason: 'error', error: 'all is lost' })
  expect((await hub.session('a'))?.liveRuns).toEqual([])
  expect((await hub.runs.get('r0'))?.status).toBe('failed')
})

test('a receipt is the caller’s: changing it changes no view', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const { events } = await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { x: { n: 1 } } })
  const [changed] = events as unknown as [{ data: { set: { x: { n: number } } } }]
  changed.data.set.x.n = 999
  expect((await hub.state('a').get()).values).toEqual({ x: { n: 1 } })
})

test('what JSON reads as a key and JavaScript as a prototype is refused, not dropped', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const command = JSON.parse('{"type":"SetState","scope":"session","id":"a","set":{"__proto__":1}}') as Command
  await expect(hub.send(command)).rejects.toMatchObject({ code: 'INVALID_COMMAND', details: { path: 'set' } })
  const nested = JSON.parse('{"type":"SetState","scope":"session","id":"a","set":{"x":{"__proto__":1}}}') as Command
  await hub.send(nested)
  expect(JSON.stringify((await hub.state('a').get()).values)).toBe('{"x":{"__proto__":1}}')
})

test('over a limit: the limit and the figure', async () => {
  const hub = await newHub()
  const label = 'x'.repeat(201)
  await expect(hub.send({ type: 'OpenSession', sessionId: 'a', label })).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    details: { limit: 200, size: 201 },
  })
})

test('Emmett’s CommandSender: type and data, a key in the metadata', async () => {
  const hub = await newHub()
  await hub.commandBus.send({ type: 'OpenSession', data: { sessionId: 'a' } })
  const message = { type: 'SendMessage', data: { to: 'operator', body: 'once' }, metadata: { key: 'k' } }
  await hub.commandBus.send(message as never)
  await hub.commandBus.send(message as never)
  expect(await bodies(hub)).toEqual(['once'])
  await expect(hub.commandBus.send({ type: 'OpenSession', data: { sessionId: 'a' } })).rejects.toMatchObject({
    code: 'SESSION_EXISTS',
  })
})

test('two replicas of one log: what one writes the other decides on', async () => {
  const log = openMemoryLog()
  const [one, two] = [await newHub(log), await newHub(log)]
  await one.send({ type: 'OpenSession', sessionId: 'a' })
  await one.send({ type: 'OpenTask', taskId: 't1', title: 'T', participants: ['a'] })
  const claims = await Promise.all(
    [one, two].map((hub) => hub.safeSend({ type: 'ClaimTask', taskId: 't1', sessionId: 'a' })),
  )
  expect(claims.filter(({ ok }) => ok)).toHaveLength(1)
  expect(claims.flatMap((claim) => (claim.ok ? [] : [claim.error.code]))).toEqual(['ALREADY_OWNED'])
})

test('out of patience: CONFLICT names what changed, and by whom', async () => {
  const inner = openMemoryLog()
  const rival = await newHub(inner)
  await rival.send({ type: 'OpenSession', sessionId: 'a' })
  await rival.send({ type: 'OpenTask', taskId: 't1', title: 'T', participants: ['a'] })
  // Somebody is always faster: each append of the victim comes behind a change of the task.
  let rounds = 0
  const log: Log = {
    ...inner,
    async append(proposals) {
      const title = ++rounds % 2 === 0 ? 'JoinTask' : 'LeaveTask'
      await rival.as({ kind: 'session', id: 'a' }).send({ type: title, taskId: 't1' })
      await inner.append(proposals)
    },
  }
  const victim = await openHub({ log, durability: 'os', patience: 50 })
  await expect(victim.send({ type: 'ClaimTask', taskId: 't1', sessionId: 'a' })).rejects.toMatchObject({
    code: 'CONFLICT',
    retryable: true,
    details: { stream: 'task-t1', by: { kind: 'session', id: 'a' } },
  })
})

test('ids and the time are fixed before the first try', async () => {
  const inner = openMemoryLog()
  const rival = await newHub(inner)
  await rival.send({ type: 'OpenSession', sessionId: 'a' })
  await rival.send({ type: 'OpenSession', sessionId: 'b' })
  let disturb = true
  const log: Log = {
    ...inner,
    async append(proposals) {
      if (disturb) {
        disturb = false
        // The recipient's lifecycle changes under the message: it is decided again.
        await rival.send({ type: 'CloseSession', sessionId: 'b', outcome: 'done' })
        await rival.send({ type: 'ReopenSession', sessionId: 'b' })
        now += 60_000
      }
      await inner.append(proposals)
    },
  }
  let now = Date.parse('2026-01-01T00:00:00.000Z')
  let ids = 0
  const hub = await openHub({
    log,
    durability: 'os',
    clock: () => now,
    newId: () => `n${++ids}`,
    actor: { kind: 'session', id: 'a' },
  })
  const { events } = await hub.send({ type: 'RenewLease', sessionId: 'a', leaseMs: 1_000 })
  expect(events[0]?.data).toMatchObject({ leaseUntil: '2026-01-01T00:00:01.000Z' })

  disturb = true
  const sent = await hub.send({ type: 'SendMessage', to: 'b', body: 'x' })
  // n1, n2 are the ids of the two commits; the message's was drawn once, though it was decided twice.
  expect(sent.events[0]?.data).toMatchObject({ messageId: 'n3' })
})

test('a signal stops a command that waits, and a hub that is closed takes none', async () => {
  const hub = await newHub()
  await expect(hub.send(say('x'), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  await hub.close()
  await expect(hub.send(say('x'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})

test.each([
  [{ kind: 'session' }, 'INVALID_COMMAND'],
  [{ kind: 'somebody', id: 'a' }, 'INVALID_COMMAND'],
  [{ kind: 'operator', id: 'a' }, 'INVALID_COMMAND'],
  [{ kind: 'session', id: '../a' }, 'BAD_ID'],
  [{ kind: 'session', id: 'parent' }, 'BAD_ID'],
])('nobody acts as %j', async (actor, code) => {
  const hub = await newHub()
  expect(() => hub.as(actor)).toThrow(expect.objectContaining({ code }) as Error)
})

// ---- subscriptions

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

test('a subscription gives what waits, then what comes, each once, and can be left', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'SendMessage', to: 'a', body: '1' })
  const seen: string[] = []
  const reading = (async () => {
    for await (const message of hub.as({ kind: 'session', id: 'a' }).inbox().subscribe()) {
      seen.push(message.body)
      await message.ack()
      if (message.body === '3') return
    }
  })()
  await setTimeout(20)
  await hub.send({ type: 'SendMessage', to: 'a', body: '2' })
  await setTimeout(20)
  await hub.send({ type: 'SendMessage', to: 'a', body: '3' })
  await reading
  expect(seen).toEqual(['1', '2', '3'])
  expect(await hub.inbox('a').list()).toEqual([])
})

test('a subscription goes on behind its cursor, filters, and ends with its signal', async () => {
  const hub = await newHub()
  for (const sessionId of ['a', 'b']) await hub.send({ type: 'OpenSession', sessionId })
  for (const body of ['1', '2', '3'])
    await hub.as({ kind: 'session', id: 'b' }).send({ type: 'SendMessage', to: 'a', body })
  await hub.send({ type: 'SendMessage', to: 'a', body: 'from the operator' })
  const [, second] = await hub.inbox('a').list()
  const stop = new AbortController()
  const seen: string[] = []
  for await (const { body } of hub
    .inbox('a')
    .subscribe({ after: second?.position ?? 0, from: 'b', signal: stop.signal })) {
    seen.push(body)
    void setTimeout(20).then(() => stop.abort())
  }
  expect(seen).toEqual(['3'])
})

test('a subscription ends when its hub is closed, and leaves nothing that keeps the process alive', async () => {
  const before = timers()
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const seen: string[] = []
  const reading = (async () => {
    for await (const { body } of hub.inbox('a').subscribe()) seen.push(body)
  })()
  await hub.send({ type: 'SendMessage', to: 'a', body: '1' })
  await setTimeout(20)
  const waiting = hub.task('t1', { atLeast: 1_000 })
  const ends = expect(waiting).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  await setTimeout(5)
  await hub.close()
  await reading
  await ends
  expect(seen).toEqual(['1'])
  expect(timers()).toBeLessThanOrEqual(before)
})
