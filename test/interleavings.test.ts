/** A command decided by one hub, and what another does before it is written. */
import { expect, test } from 'vitest'
import { openMemoryLog, type Command, type Hub } from '../src/index.ts'
import { code, disturbed, newHub, session } from './support/disturbed.ts'
const first = (r: { events: readonly { data: unknown }[] }) =>
  String((r.events[0]?.data as { messageId: string } | undefined)?.messageId)

/** Runs `victim` with `rival` before its nth append, on a prepared hub. */
async function race(
  prepare: Command[],
  as: object | undefined,
  victim: Command,
  n: number,
  rival: (hub: Hub) => Promise<unknown>,
  limits = {},
) {
  const inner = openMemoryLog()
  const hub = await newHub(inner, { limits })
  for (const c of prepare) await hub.send(c)
  let answer: unknown
  const d = disturbed(inner, async (at) => {
    if (at === n) answer = await code(rival(hub))
  })
  const v = await newHub(d.log, { limits, ...(as && { actor: as }) })
  d.state.armed = true
  return { hub, c: await code(v.send(victim)), answer }
}
const open = (...ids: string[]): Command[] => ids.map((sessionId) => ({ type: 'OpenSession', sessionId }))
async function clean(hub: Hub, id: string) {
  const s = await hub.session(id)
  expect(s).toMatchObject({ status: 'closed', liveRuns: [], owns: [], participates: [], waiting: 0 })
}
const close = (sessionId: string, more = {}): Command => ({ type: 'CloseSession', sessionId, outcome: 'lost', ...more })

const ATTACH: [string, Command[], object | undefined, Command][] = [
  ['mail', open('a', 'b', 's'), session('s'), { type: 'SendMessage', to: 'a', body: 'x' }],
  [
    'mail to a run',
    [...open('a', 'b'), { type: 'StartRun', runId: 'r', sessionId: 'a', begin: true }],
    undefined,
    { type: 'SendMessage', to: 'run:r', body: 'x' },
  ],
  ['a run', open('a', 'b'), undefined, { type: 'StartRun', runId: 'r', sessionId: 'a', begin: true }],
  [
    'a child run of its run elsewhere',
    [
      ...open('a'),
      { type: 'OpenSession', sessionId: 'b', parentSessionId: 'a' },
      { type: 'StartRun', runId: 'r', sessionId: 'a', begin: true },
    ],
    undefined,
    { type: 'StartRun', runId: 'c', sessionId: 'b', parentRunId: 'r' },
  ],
  [
    'a task',
    [...open('a', 'b'), { type: 'OpenTask', taskId: 't', title: 'T', owner: 'b' }],
    session('b'),
    { type: 'Handoff', taskId: 't', to: 'a' },
  ],
  [
    'an offer',
    [...open('a', 'b'), { type: 'OpenTask', taskId: 't', title: 'T', owner: 'b' }],
    session('b'),
    { type: 'Handoff', taskId: 't', to: 'a', mode: 'offer' },
  ],
  [
    'an offer by the operator of its task',
    [...open('a', 'b', 's'), { type: 'OpenTask', taskId: 't', title: 'T', owner: 'a' }],
    undefined,
    { type: 'Handoff', taskId: 't', to: 's', mode: 'offer', force: true, reason: 'x' },
  ],
  [
    'a seat',
    [...open('a', 'b'), { type: 'OpenTask', taskId: 't', title: 'T' }],
    session('a'),
    { type: 'JoinTask', taskId: 't' },
  ],
  [
    'a result',
    [
      ...open('a'),
      { type: 'OpenSession', sessionId: 'b', parentSessionId: 'a' },
      { type: 'StartRun', runId: 'r', sessionId: 'a', begin: true },
      { type: 'StartRun', runId: 'c', sessionId: 'b', parentRunId: 'r', begin: true },
    ],
    session('b', 'c'),
    { type: 'CompleteRun', runId: 'c' },
  ],
]
test.each(ATTACH)('attach %s while the session is closed in between', async (_, prepare, as, victim) => {
  const { hub } = await race(prepare, as, victim, 1, (rival) => rival.send(close('a', { successorId: 'b' })))
  await clean(hub, 'a')
})
test.each(ATTACH)('close (bar, move) while %s is attached in between', async (_, prepare, as, victim) => {
  for (const n of [1, 2]) {
    const { hub, c } = await race(prepare, undefined, close('a', { successorId: 'b' }), n, (rival) =>
      (as ? rival.as(as as never) : rival).send(victim),
    )
    expect(c).toBe('ok')
    await clean(hub, 'a')
  }
})
test.each([2, 3, 4])('a closes into b while b closes into c, before append %d', async (n) => {
  const mails = Array.from({ length: 9 }, (_, i): Command => ({ type: 'SendMessage', to: 'a', body: String(i) }))
  const { hub, c } = await race(
    [...open('a', 'b', 'c'), ...mails],
    undefined,
    close('a', { successorId: 'b' }),
    n,
    (rival) => rival.send(close('b', { successorId: 'c' })),
    { commitEvents: 5 },
  )
  expect(c).toBe('ok')
  await clean(hub, 'a')
  await clean(hub, 'b')
  expect((await hub.inbox('c').list()).length + (await hub.deadLetters()).length).toBe(9)
})
test.each([1, 2, 3])('a child is started between the steps of a cascade, before append %d', async (n) => {
  const runs: Command[] = [
    ...open('a'),
    { type: 'StartRun', runId: 'r0', sessionId: 'a', begin: true },
    ...Array.from({ length: 6 }, (_, i): Command => ({
      type: 'StartRun',
      runId: `r${i + 1}`,
      sessionId: 'a',
      parentRunId: 'r0',
      begin: true,
    })),
  ]
  const { hub, c } = await race(
    runs,
    undefined,
    { type: 'CancelRun', runId: 'r0', reason: 'x' },
    n,
    (rival) => rival.send({ type: 'StartRun', runId: 'late', sessionId: 'a', parentRunId: 'r6' }),
    { commitEvents: 12 },
  )
  expect(c).toBe('ok')
  expect((await hub.session('a'))?.liveRuns).toEqual([])
})
test('place taken twice, claim twice, percent, seed twice, merge against write', async () => {
  const place = { isolation: { runDir: '/x' } }
  const p = await race(open('a'), undefined, { type: 'StartRun', runId: 'r1', sessionId: 'a', ...place }, 1, (r) =>
    r.send({ type: 'StartRun', runId: 'r2', sessionId: 'a', ...place }),
  )
  expect(p.c).toBe('PLACE_IN_USE')
  const base: Command[] = [
    ...open('a'),
    { type: 'StartRun', runId: 'p', sessionId: 'a', begin: true },
    { type: 'StartRun', runId: 'c', sessionId: 'a', parentRunId: 'p' },
  ]
  expect(
    (
      await race(base, undefined, { type: 'SeedChildState', childRunId: 'c', values: { x: 1 } }, 1, (r) =>
        r.send({ type: 'SeedChildState', childRunId: 'c', values: { x: 2 } }),
      )
    ).c,
  ).toBe('ALREADY_SEEDED')
  expect(
    (
      await race(base, undefined, { type: 'SeedChildState', childRunId: 'c' }, 1, (r) =>
        r.send({ type: 'BeginRun', runId: 'c' }),
      )
    ).c,
  ).toBe('SEED_AFTER_START')
  expect(
    (
      await race(base, undefined, { type: 'ReportProgress', runId: 'p', percent: 50 }, 1, (r) =>
        r.send({ type: 'ReportProgress', runId: 'p', percent: 60 }),
      )
    ).c,
  ).toBe('INVALID_TRANSITION')
  const done: Command[] = [
    ...base,
    { type: 'BeginRun', runId: 'c' },
    { type: 'SetState', scope: 'run', id: 'c', set: { x: 1 } },
    { type: 'CompleteRun', runId: 'c' },
  ]
  expect(
    (
      await race(done, undefined, { type: 'MergeChildResult', childRunId: 'c' }, 1, (r) =>
        r.send({ type: 'SetState', scope: 'run', id: 'p', set: { x: 2 } }),
      )
    ).c,
  ).toBe('MERGE_CONFLICT')
  expect(
    (
      await race(done, undefined, { type: 'CompleteRun', runId: 'p' }, 1, (r) =>
        r.send({ type: 'StartRun', runId: 'd', sessionId: 'a', parentRunId: 'p' }),
      )
    ).c,
  ).toBe('CHILDREN_LIVE')
})
test('two requeues of one letter; requeue against the closing of its goal', async () => {
  const inner = openMemoryLog()
  const hub = await newHub(inner)
  for (const c of open('a', 'b', 'c')) await hub.send(c)
  const id = first(await hub.send({ type: 'SendMessage', to: 'a', body: 'x' }))
  await hub.send(close('a'))
  const d = disturbed(inner, async (n) => {
    if (n === 1) await hub.send({ type: 'RequeueDeadLetter', messageId: id, to: 'c' })
  })
  const v = await newHub(d.log)
  d.state.armed = true
  expect(await code(v.send({ type: 'RequeueDeadLetter', messageId: id, to: 'b' }))).toBe('INVALID_TRANSITION')
  await hub.send(close('c'))
  const d2 = disturbed(inner, async (n) => {
    if (n === 1) await hub.send(close('b'))
  })
  const v2 = await newHub(d2.log)
  d2.state.armed = true
  expect(await code(v2.send({ type: 'RequeueDeadLetter', messageId: id, to: 'b' }))).toBe('SESSION_CLOSED')
})
test.each([1, 2, 3])('the same key, twice, across the steps of a close, before append %d', async (n) => {
  const inner = openMemoryLog()
  const limits = { commitEvents: 5 }
  const hub = await newHub(inner, { limits })
  for (const c of open('a', 'b')) await hub.send(c)
  for (let i = 0; i < 8; i++) await hub.send({ type: 'SendMessage', to: 'a', body: String(i) })
  const cmd = close('a', { successorId: 'b' })
  let other: { duplicate: boolean } | undefined
  const d = disturbed(inner, async (at) => {
    if (at === n) other = await hub.send(cmd, { key: 'k' })
  })
  const v = await newHub(d.log, { limits })
  d.state.armed = true
  const mine = await v.send(cmd, { key: 'k' })
  expect([mine.duplicate, other?.duplicate]).toEqual([true, false])
  expect((await hub.inbox('b').list()).length).toBe(8)
})
