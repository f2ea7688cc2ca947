/** What one hub does between another's decision and its write; and what callers might change behind a hub's back. */
import { expect, test } from 'vitest'
import { openMemoryLog, type Command, type Hub, type Log } from '../src/index.ts'
import { code, disturbed, newHub, session } from './support/disturbed.ts'
import { encodeCommit, type StoredEvent } from '../src/log/commit.ts'

test('who began closing a session is answered as done where another finishes it', async () => {
  const inner = openMemoryLog()
  const rival = await newHub(inner)
  await rival.send({ type: 'OpenSession', sessionId: 'a' })
  await rival.send({ type: 'OpenSession', sessionId: 'b' })
  const { log, state } = disturbed(inner, async (n) => {
    if (n === 2) await rival.send({ type: 'CloseSession', sessionId: 'a', outcome: 'lost' })
  })
  const victim = await newHub(log)
  state.armed = true
  const close: Command = { type: 'CloseSession', sessionId: 'a', outcome: 'done', successorId: 'b' }
  const first = await code(victim.send(close, { key: 'k' }))
  const retry = await code(victim.send(close, { key: 'k' }))
  expect({ first, retry }).toEqual({ first: 'ok', retry: 'ok' })
})

test('a cascade of several commits by a run that is in it goes on to its end', async () => {
  const hub = await newHub(openMemoryLog(), { limits: { commitEvents: 12 } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'r0', sessionId: 'a', begin: true })
  for (let i = 1; i <= 9; i++)
    await hub.send({ type: 'StartRun', runId: `r${i}`, sessionId: 'a', parentRunId: 'r0', begin: true })
  const c = await code(hub.as(session('a', 'r1')).send({ type: 'CancelRun', runId: 'r0', reason: 'x' }))
  expect({ c, live: (await hub.session('a'))?.liveRuns.length }).toEqual({ c: 'ok', live: 0 })
})

test('what is over the limit can be removed', async () => {
  const hub = await newHub(openMemoryLog(), { limits: { scopeBytes: 1000 } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      code(hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { [`k${i}`]: 'x'.repeat(500) } })),
    ),
  )
  expect(await code(hub.send({ type: 'SetState', scope: 'session', id: 'a', remove: ['k0'] }))).toBe('ok')
})

test('at the limit of a scope one key can be replaced by another of the same size', async () => {
  const hub = await newHub(openMemoryLog(), { limits: { scopeBytes: 1000 } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { k0: 'x'.repeat(900) } })
  expect(
    await code(hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { k1: 'x'.repeat(900) }, remove: ['k0'] })),
  ).toBe('ok')
})

test('keys that were set and removed count, so that a scope has a bound', async () => {
  const hub = await newHub(openMemoryLog(), { limits: { scopeBytes: 300 } })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const r = new Set<string>()
  for (let i = 0; i < 500; i++) {
    r.add(
      await code(
        hub.send({
          type: 'SetState',
          scope: 'session',
          id: 'a',
          set: { [`key-${i}`]: 1 },
          ...(i > 0 && { remove: [`key-${i - 1}`] }),
        }),
      ),
    )
  }
  // 500 tombstones of ~200 bytes in the document of a scope that is limited to 300 bytes
  expect([...r]).not.toEqual(['ok'])
})

test('a broadcast to siblings reaches a sibling run started before it in the log', async () => {
  const inner = openMemoryLog()
  const rival = await newHub(inner)
  await rival.send({ type: 'OpenSession', sessionId: 'a' })
  for (const [runId, parentRunId] of [['r0'], ['r1', 'r0'], ['r2', 'r0']] as const)
    await rival.send({
      type: 'StartRun',
      runId,
      sessionId: 'a',
      ...(parentRunId && { parentRunId }),
      begin: true,
    })
  const { log, state } = disturbed(inner, async (n) => {
    if (n === 1) await rival.send({ type: 'StartRun', runId: 'r3', sessionId: 'a', parentRunId: 'r0' })
  })
  const victim = await newHub(log, { actor: session('a', 'r1') })
  state.armed = true
  const r = await victim.send({ type: 'Broadcast', to: 'siblings', body: 'x' })
  expect(r.events.filter((e) => e.type === 'MessageDelivered').length).toBe(2)
})

const tree = async (hub: Hub, parentReads: 'seed' | 'session' | 'own') => {
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  if (parentReads === 'session') {
    await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { n: 1 } })
    await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', begin: true })
  } else {
    await hub.send({ type: 'StartRun', runId: 'g', sessionId: 'a', begin: true })
    await hub.send({ type: 'SetState', scope: 'run', id: 'g', set: { n: 1 } })
    await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', parentRunId: 'g' })
    if (parentReads === 'seed') await hub.send({ type: 'SeedChildState', childRunId: 'p' })
    await hub.send({ type: 'BeginRun', runId: 'p' })
    if (parentReads === 'own') await hub.send({ type: 'SetState', scope: 'run', id: 'p', set: { n: 1 } })
  }
  await hub.send({ type: 'StartRun', runId: 'c', sessionId: 'a', parentRunId: 'p' })
  await hub.send({ type: 'SeedChildState', childRunId: 'c' })
  await hub.send({ type: 'BeginRun', runId: 'c' })
  await hub.send({ type: 'SetState', scope: 'run', id: 'c', set: { n: 2 } })
  await hub.send({ type: 'CompleteRun', runId: 'c' })
}
test.each(['own', 'seed', 'session'] as const)(
  'a child counts 1 -> 2, parent reads 1 from %s and touched nothing: the child’s is taken',
  async (from) => {
    const hub = await newHub()
    await tree(hub, from)
    expect(await code(hub.send({ type: 'MergeChildResult', childRunId: 'c' }))).toBe('ok')
    expect((await hub.state('p').get()).values).toEqual({ n: 2 })
  },
)
test.each(['own', 'seed', 'session'] as const)(
  'under sum the increment of a child counts, where its parent reads 1 from %s',
  async (from) => {
    const hub = await newHub()
    await tree(hub, from)
    await hub.send({ type: 'MergeChildResult', childRunId: 'c', default: 'sum' })
    expect((await hub.state('p').get()).values).toEqual({ n: 2 })
  },
)
test('two children count up from what the parent reads of the session: 1 + 1 + 1', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { n: 1 } })
  await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', begin: true })
  for (const c of ['c1', 'c2']) {
    await hub.send({ type: 'StartRun', runId: c, sessionId: 'a', parentRunId: 'p' })
    await hub.send({ type: 'SeedChildState', childRunId: c })
    await hub.send({ type: 'BeginRun', runId: c })
    await hub.send({ type: 'SetState', scope: 'run', id: c, set: { n: 2 } })
    await hub.send({ type: 'CompleteRun', runId: c })
  }
  for (const c of ['c1', 'c2']) await hub.send({ type: 'MergeChildResult', childRunId: c, default: 'sum' })
  expect((await hub.state('p').get()).values).toEqual({ n: 3 })
})

test('what a caller changes in a message in hand changes no actor', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'OpenSession', sessionId: 'z' })
  const a = hub.as(session('a'))
  await a.send({ type: 'SendMessage', to: 'operator', body: 'x' })
  const [m] = await hub.inbox('operator').list()
  ;(m as unknown as { by: { id: string } }).by.id = 'z'
  expect((await hub.inbox('operator').list())[0]?.by.id).toBe('a')
  expect(a.actor.id).toBe('a')
  await a.send({ type: 'SendMessage', to: 'operator', body: 'y' })
  expect((await hub.inbox('operator').list())[1]?.from).toBe('session:a')
})
test('what a caller changes in an error’s details changes no state', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', begin: true })
  await hub.send({ type: 'SetState', scope: 'run', id: 'p', set: { o: { x: 1 } } })
  await hub.send({ type: 'StartRun', runId: 'c', sessionId: 'a', parentRunId: 'p', begin: true })
  await hub.send({ type: 'SetState', scope: 'run', id: 'c', set: { o: { x: 2 } } })
  await hub.send({ type: 'CompleteRun', runId: 'c' })
  const e = await hub
    .send({ type: 'MergeChildResult', childRunId: 'c' })
    .catch((error: unknown) => error as { details: { conflicts: { ours: { x: number } }[] } })
  const c = (e as { details: { conflicts: { ours: { x: number } }[] } }).details.conflicts[0]
  ;(c as { ours: { x: number } }).ours.x = 999
  expect((await hub.state('p').get()).values).toEqual({ o: { x: 1 } })
})
test('what a caller changes after send() is not what is written under the key', async () => {
  const hub = await newHub()
  const data = { n: 1 }
  const p = hub.send({ type: 'SendMessage', to: 'operator', body: 'x', data }, { key: 'k' })
  data.n = 2
  await p
  expect((await hub.inbox('operator').list())[0]?.data).toEqual({ n: 1 })
})
test('what a caller changes in the sessions that an error lists changes no directory', async () => {
  const hub = await newHub()
  for (const sessionId of ['s1', 's2']) {
    await hub.send({ type: 'OpenSession', sessionId, label: 'x y' })
    await hub.send({ type: 'CloseSession', sessionId, outcome: 'done' })
  }
  const err = async () =>
    (await hub.send({ type: 'SendMessage', to: 'x y', body: 'x' }).catch((e: unknown) => e)) as {
      code: string
      details: { sessions: string[] }
    }
  const e = await err()
  expect(e.code).toBe('AMBIGUOUS_ADDRESS')
  e.details.sessions.length = 0
  expect((await err()).code).toBe('AMBIGUOUS_ADDRESS')
})

test('a reply after replyBy answers nothing', async () => {
  let now = Date.parse('2026-01-01T00:00:00.000Z')
  const hub = await newHub(openMemoryLog(), { clock: () => now })
  for (const sessionId of ['a', 'b']) await hub.send({ type: 'OpenSession', sessionId })
  const r = await hub
    .as(session('a'))
    .send({ type: 'SendMessage', to: 'b', body: '?', replyBy: '2026-01-01T00:01:00.000Z' })
  const id = String((r.events[0]?.data as { messageId: string } | undefined)?.messageId)
  now += 3_600_000
  await hub.as(session('b')).send({ type: 'SendMessage', inReplyTo: id, body: 'late' })
  expect((await hub.message(id))?.answeredBy).toBeUndefined()
})

const within = <T>(p: Promise<T>, ms = 1500): Promise<T | 'HANGS'> =>
  Promise.race([p, new Promise<'HANGS'>((r) => setTimeout(() => r('HANGS'), ms))])

test('atLeast on a damaged hub says LOG_DAMAGED', async () => {
  const other = openMemoryLog('other')
  const oh = await newHub(other)
  await oh.send({ type: 'OpenSession', sessionId: 'a' })
  await oh.send({ type: 'OpenSession', sessionId: 'b' })
  await oh.send({ type: 'OpenSession', sessionId: 'c' })
  const log = openMemoryLog()
  const hub = await newHub(log)
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const foreign = await other.readAt(3)
  await log.append([{ id: 'x', line: foreign.line }] as never)
  await hub.catchUp()
  expect(hub.damage?.code).toBe('LOG_DAMAGED')
  expect(await within(code(hub.session('a', { atLeast: 99 })))).toBe('LOG_DAMAGED')
})
test('a subscription that waits can be left', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const it = hub.inbox('a').subscribe()[Symbol.asyncIterator]()
  void it.next()
  await new Promise((r) => setTimeout(r, 20))
  const r = await within(
    it.return!().then(() => 'ended'),
    1500,
  )
  await hub.close()
  expect(r).toBe('ended')
})
test('a hub closed by the consumer with two messages waiting: the subscription ends', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  for (const body of ['1', '2']) await hub.send({ type: 'SendMessage', to: 'a', body })
  const run = (async () => {
    for await (const _ of hub.inbox('a').subscribe()) await hub.close()
  })()
  expect(await code(run)).toBe('ok')
})
test('a signal aborted before: the subscription ends as it does after', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const run = (async () => {
    for await (const _ of hub.inbox('a').subscribe({ signal: AbortSignal.abort() })) {
    }
  })()
  expect(await code(run)).toBe('ok')
})
test('a subscriber to a hub that is found damaged hears of it', async () => {
  const other = openMemoryLog('other')
  const oh = await newHub(other)
  for (const sessionId of ['a', 'b', 'c']) await oh.send({ type: 'OpenSession', sessionId })
  const log = openMemoryLog()
  const hub = await newHub(log)
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const run = (async () => {
    for await (const _ of hub.inbox('a').subscribe()) {
    }
  })()
  await new Promise((r) => setTimeout(r, 20))
  await log.append([{ id: 'x', line: (await other.readAt(3)).line }] as never)
  const r = await within(code(run), 1500)
  await hub.close().catch(() => 0)
  expect(r).toBe('LOG_DAMAGED')
})
test('a lease never falls back: two renewals out of order', async () => {
  const inner = openMemoryLog()
  let now = Date.parse('2026-01-01T00:00:00.000Z')
  const rival = await newHub(inner, { clock: () => now })
  await rival.send({ type: 'OpenSession', sessionId: 'a', leaseMs: 60_000 })
  const { log, state } = disturbed(inner, async (n) => {
    if (n === 1) {
      now += 50_000
      await rival.send({ type: 'RenewLease', sessionId: 'a' })
    }
  })
  const victim = await newHub(log, { clock: () => now })
  state.armed = true
  await victim.send({ type: 'RenewLease', sessionId: 'a' })
  expect((await victim.session('a'))?.leaseUntil).toBe('2026-01-01T00:01:50.000Z')
})
test('two first writes of a sharing run: the base is what was read before the FIRST in the log', async () => {
  const inner = openMemoryLog()
  const hub = await newHub(inner)
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'r', sessionId: 'a', begin: true })
  let inAppend2!: () => void
  let release2!: () => void
  const reached2 = new Promise<void>((r) => (inAppend2 = r))
  const go2 = new Promise<void>((r) => (release2 = r))
  const two = disturbed(inner, async () => {
    inAppend2()
    await go2
  })
  const p2 = await newHub(two.log)
  two.state.armed = true
  let second!: Promise<unknown>
  const one = disturbed(inner, async (n) => {
    if (n !== 1) return
    await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { k: 5 } })
    second = p2.send({ type: 'SetState', scope: 'run', id: 'r', set: { k: 7 } })
    await reached2
  })
  const p1 = await newHub(one.log)
  one.state.armed = true
  await p1.send({ type: 'SetState', scope: 'run', id: 'r', set: { k: 6 } })
  release2()
  await second
  await hub.send({ type: 'CompleteRun', runId: 'r' })
  // The run first wrote k when the session held none; since then somebody wrote 5 there: both changed it.
  expect(await code(hub.send({ type: 'MergeChildResult', childRunId: 'r', into: 'session' }))).toBe('MERGE_CONFLICT')
})

async function raw(log: Log, hub: Hub, events: StoredEvent[], id: string) {
  const mark = hub.head.mark
  const c = encodeCommit(
    { by: { kind: 'operator' }, cmd: 'x', on: {}, events },
    {
      id,
      at: new Date().toISOString(),
      seen: mark,
      safe: mark,
    },
  )
  await log.append([{ id, line: c.line }])
  await hub.catchUp()
}
test('nobody decides on a stream that holds a newer version: SetState without expect', async () => {
  const log = openMemoryLog()
  const hub = await newHub(log)
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await raw(log, hub, [{ s: 'state-a', t: 'StateChanged', v: 99, d: { anything: 1 } }], 'new1')
  expect(await code(hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { x: 1 }, expect: { x: 0 } }))).toBe(
    'LOG_TOO_NEW',
  )
  expect(await code(hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { x: 1 } }))).toBe('LOG_TOO_NEW')
})
test('nobody merges a child whose work holds what this build does not know', async () => {
  const log = openMemoryLog()
  const hub = await newHub(log)
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', begin: true })
  await hub.send({ type: 'StartRun', runId: 'c', sessionId: 'a', parentRunId: 'p', begin: true })
  await hub.send({ type: 'SetState', scope: 'run', id: 'c', set: { x: 1 } })
  await raw(log, hub, [{ s: 'work-c', t: 'StateChanged', v: 99, d: { set2: { x: 2 } } }], 'new1')
  await hub.send({ type: 'CompleteRun', runId: 'c' })
  expect(await code(hub.send({ type: 'MergeChildResult', childRunId: 'c' }))).toBe('LOG_TOO_NEW')
})

test('disposing of a handle in another name leaves the hub open', async () => {
  const hub = await newHub()
  const other = hub.as({ kind: 'system' })
  await other[Symbol.asyncDispose]()
  expect(await code(hub.send({ type: 'OpenSession', sessionId: 'a' }))).toBe('ok')
})
test('one message at two mailboxes of one session: the views of a subscription share no data', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', begin: true })
  for (const runId of ['c1', 'c2'])
    await hub.send({ type: 'StartRun', runId, sessionId: 'a', parentRunId: 'p', begin: true })
  await hub.as(session('a', 'p')).send({ type: 'Broadcast', to: 'children', body: 'x', data: { n: 1 } })
  const seen: unknown[] = []
  const stop = new AbortController()
  for await (const m of hub.inbox('a').subscribe({ signal: stop.signal })) {
    seen.push((m.data as { n: number }).n)
    ;(m.data as { n: number }).n = 99
    if (seen.length === 2) break
  }
  expect(seen).toEqual([1, 1])
})
test('an heir hears that the offer of who left was withdrawn, also where that one closed itself', async () => {
  const hub = await newHub()
  for (const sessionId of ['a', 'b', 'c']) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'OpenTask', taskId: 't', title: 'T', owner: 'a' })
  await hub.as(session('a')).send({ type: 'Handoff', taskId: 't', to: 'c', mode: 'offer' })
  await hub.as(session('a')).send({ type: 'CloseSession', sessionId: 'a', outcome: 'done', successorId: 'b' })
  // b inherits task and offer: it hears of the withdrawal (as it does when the operator closes a)
  expect((await hub.inbox('b').list()).map((m) => m.kind)).toEqual(['notice'])
})
test('a closed session below an open root takes no state', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'OpenSession', sessionId: 'b', parentSessionId: 'a' })
  await hub.send({ type: 'CloseSession', sessionId: 'b', outcome: 'done' })
  expect(await code(hub.send({ type: 'SetState', scope: 'session', id: 'b', set: { x: 1 } }))).toBe('SESSION_CLOSED')
})
test('up the tree: session n=1, child counts to 2, merged into the sharing root run, and that into the session', async () => {
  const hub = await newHub()
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { n: 1 } })
  await hub.send({ type: 'StartRun', runId: 'p', sessionId: 'a', begin: true })
  await hub.send({ type: 'StartRun', runId: 'c', sessionId: 'a', parentRunId: 'p' })
  await hub.send({ type: 'SeedChildState', childRunId: 'c' })
  await hub.send({ type: 'BeginRun', runId: 'c' })
  await hub.send({ type: 'SetState', scope: 'run', id: 'c', set: { n: 2 } })
  await hub.send({ type: 'CompleteRun', runId: 'c' })
  await hub.send({ type: 'MergeChildResult', childRunId: 'c', default: 'theirs' })
  await hub.send({ type: 'CompleteRun', runId: 'p' })
  expect(await code(hub.send({ type: 'MergeChildResult', childRunId: 'p', into: 'session' }))).toBe('ok')
  expect((await hub.state('a').get()).values).toEqual({ n: 2 })
})
