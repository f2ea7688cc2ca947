/** What parents and children share, told through a hub: seeds, merges, results, places. */
import { expect, test } from 'vitest'
import { openHub, openMemoryLog, type Command, type Hub } from '../src/index.ts'

const as = (hub: Hub, id: string, run?: string): Hub =>
  hub.as({ kind: 'session', id, ...(run !== undefined && { run }) })

async function family(): Promise<{ hub: Hub; parent: Hub }> {
  const hub = await openHub({ log: openMemoryLog(), create: true, durability: 'os' })
  await hub.send({ type: 'OpenSession', sessionId: 'planner' })
  await as(hub, 'planner').send({ type: 'StartRun', runId: 'above', begin: true })
  const parent = as(hub, 'planner', 'above')
  await parent.send({ type: 'SetState', scope: 'run', id: 'above', set: { notes: ['start'], plan: 'a' } })
  return { hub, parent }
}

async function child(parent: Hub, runId: string, set: Record<string, unknown>): Promise<void> {
  await parent.send({ type: 'StartRun', runId, parentRunId: 'above' })
  await parent.send({ type: 'SeedChildState', childRunId: runId })
  await parent.send({ type: 'BeginRun', runId })
  await parent.send({ type: 'SetState', scope: 'run', id: runId, set })
  await parent.send({ type: 'CompleteRun', runId, result: runId })
}

test('a child sees its seed, and nothing that its parent wrote later', async () => {
  const { hub, parent } = await family()
  await parent.send({ type: 'StartRun', runId: 'below', parentRunId: 'above' })
  await parent.send({ type: 'SeedChildState', childRunId: 'below' })
  await parent.send({ type: 'SetState', scope: 'run', id: 'above', set: { plan: 'b', later: true }, remove: ['notes'] })
  expect((await hub.state('below').get()).values).toEqual({ notes: ['start'], plan: 'a' })
  expect((await hub.state('above').get()).values).toEqual({ plan: 'b', later: true })
})

test('two children that changed one key differently: the second is a conflict that names everything and changes nothing', async () => {
  const { hub, parent } = await family()
  await child(parent, 'left', { notes: ['start', 'left'] })
  await child(parent, 'right', { notes: ['start', 'right'], plan: 'right' })
  await parent.send({ type: 'MergeChildResult', childRunId: 'left' })
  const { position } = hub.head
  const merge: Command = { type: 'MergeChildResult', childRunId: 'right' }

  await expect(parent.send(merge)).rejects.toMatchObject({
    code: 'MERGE_CONFLICT',
    details: {
      conflicts: [
        {
          key: 'notes',
          base: ['start'],
          ours: ['start', 'left'],
          theirs: ['start', 'right'],
          oursBy: { id: 'planner', run: 'above', mergedFrom: 'left' },
          theirsBy: { id: 'planner', run: 'above' },
        },
      ],
    },
  })
  expect(hub.head.position).toBe(position)
  expect((await hub.state('above').get()).values).toEqual({ notes: ['start', 'left'], plan: 'a' })

  const first = await parent.send({ ...merge, strategies: { notes: 'append' } })
  const both = { notes: ['start', 'left', 'right'], plan: 'right' }
  expect((await hub.state('above').get()).values).toEqual(both)
  // Merging twice is one merge, whatever it is asked for the second time.
  expect(await parent.send(merge)).toEqual({ ...first, duplicate: true })
  expect((await hub.state('above').get()).values).toEqual(both)
})

test('what is merged into the session, a new run of the root session sees', async () => {
  const { hub, parent } = await family()
  await child(parent, 'below', { found: 42 })
  await parent.send({ type: 'MergeChildResult', childRunId: 'below', into: 'session', resultAs: 'results.below' })
  await parent.send({ type: 'CompleteRun', runId: 'above' })
  const planner = as(hub, 'planner')
  await planner.send({ type: 'StartRun', runId: 'next' })
  expect((await hub.state('next').get()).values).toEqual({ found: 42, 'results.below': 'below' })
  // And what it counts up from there is merged as what it is: no conflict with what it had read.
  await planner.send({ type: 'BeginRun', runId: 'next' })
  await planner.send({ type: 'SetState', scope: 'run', id: 'next', set: { found: 43 } })
  await planner.send({ type: 'CompleteRun', runId: 'next' })
  await planner.send({ type: 'MergeChildResult', childRunId: 'next', into: 'session' })
  expect((await hub.state('planner').get()).values).toEqual({ found: 43, 'results.below': 'below' })
})

test.each([
  ['completed', { type: 'CompleteRun', runId: 'below', result: { n: 1 } }, { outcome: 'completed', result: { n: 1 } }],
  ['failed', { type: 'FailRun', runId: 'below', reason: 'error', error: 'no' }, { outcome: 'failed' }],
  ['cancelled', { type: 'CancelRun', runId: 'below', reason: 'no need' }, { outcome: 'cancelled' }],
] as const)(
  'the result of a %s run is in its parent’s mailbox in the very commit that ended it',
  async (_how, end, data) => {
    const { hub, parent } = await family()
    await parent.send({ type: 'StartRun', runId: 'below', parentRunId: 'above', begin: true })
    const { events } = await parent.send(end)
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['MessageSent', 'MessageDelivered']))
    expect(await hub.inbox('run:above').list()).toMatchObject([{ kind: 'result', from: 'run:below', data }])
  },
)

/** A child in the one worktree. */
const start = (runId: string): Command => ({
  type: 'StartRun',
  runId,
  parentRunId: 'above',
  model: 'large',
  isolation: { worktree: { path: '/wt/one', branch: 'b' }, runDir: `/runs/${runId}` },
})

test('a second run on a held worktree is refused, and accepted once the first has ended', async () => {
  const { hub, parent } = await family()
  await parent.send(start('first'))
  await expect(parent.send(start('second'))).rejects.toMatchObject({
    code: 'PLACE_IN_USE',
    details: { runId: 'first' },
  })
  await parent.send({ type: 'CancelRun', runId: 'first', reason: 'no need' })
  await parent.send(start('second'))
  await parent.send({ type: 'BeginRun', runId: 'second', modelUsed: 'small' })
  await parent.send({ type: 'ReportProgress', runId: 'second', percent: 30, step: 'tests' })
  expect(await hub.runs.tree('above')).toMatchObject({
    children: [
      { id: 'first', status: 'cancelled' },
      {
        id: 'second',
        status: 'running',
        model: 'large',
        modelUsed: 'small',
        worktree: { path: '/wt/one', branch: 'b' },
        runDir: '/runs/second',
        progress: { percent: 30, step: 'tests' },
      },
    ],
  })
})

test('cancelling the root ends each descendant once', async () => {
  const { hub, parent } = await family()
  for (const [runId, parentRunId] of [
    ['a', 'above'],
    ['b', 'above'],
    ['aa', 'a'],
    ['ab', 'a'],
    ['aaa', 'aa'],
  ] as const) {
    await parent.send({ type: 'StartRun', runId, parentRunId, begin: true, background: runId === 'ab' })
  }
  await parent.send({ type: 'CompleteRun', runId: 'b' })
  await as(hub, 'planner').send({ type: 'CancelRun', runId: 'above', reason: 'enough' })
  const ends: string[] = []
  for await (const { type, data } of hub.log()) {
    if (type === 'RunCancelled' || type === 'RunCompleted') ends.push((data as { runId: string }).runId)
  }
  expect(ends.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['a', 'aa', 'aaa', 'ab', 'above', 'b'])
  expect((await hub.session('planner'))?.liveRuns).toEqual([])
})

test('a conflict with what the session holds names who wrote it there', async () => {
  const { hub, parent } = await family()
  const planner = as(hub, 'planner')
  await planner.send({ type: 'SetState', scope: 'session', id: 'planner', set: { phase: 'one' } })
  await parent.send({ type: 'StartRun', runId: 'below', parentRunId: 'above' })
  await parent.send({ type: 'SeedChildState', childRunId: 'below' })
  await parent.send({ type: 'BeginRun', runId: 'below' })
  await parent.send({ type: 'SetState', scope: 'run', id: 'below', set: { phase: 'two' } })
  await parent.send({ type: 'CompleteRun', runId: 'below' })
  await hub.send({ type: 'SetState', scope: 'session', id: 'planner', set: { phase: 'three' } })
  await expect(parent.send({ type: 'MergeChildResult', childRunId: 'below' })).rejects.toMatchObject({
    code: 'MERGE_CONFLICT',
    details: {
      conflicts: [
        {
          key: 'phase',
          base: 'one',
          ours: 'three',
          theirs: 'two',
          oursBy: { kind: 'operator' },
          theirsBy: { run: 'above' },
        },
      ],
    },
  })
})
