/** What happened, step by step, and what is different between two places in history. */
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  openHub,
  openMemoryLog,
  type DiffOptions,
  type DocumentChange,
  type Hub,
  type Log,
  type Moment,
  type ReplayStep,
} from '../src/index.ts'
import { openFileLog } from '../src/log/file/file-log.ts'
import { prefixOf } from '../src/log/prefix.ts'
import { ulidFactory } from '../src/ids.ts'
import { viewCatalog, type ViewName } from '../src/projections/catalog.ts'
import { seeded } from './faults/power-cut.ts'
import { foldedAfresh } from './properties/replicas.ts'
import { sessionActor } from './support/agents.ts'
import { acceptedIn } from './support/histories.ts'
import { scratch } from './support/scratch.ts'

const dir = scratch()
const quiet = { create: true, durability: 'os', sweepEvery: false } as const
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Runs that are seeded, merged and lost, tasks that are handed over, groups with rounds, mail that moves on. */
async function live(hub: Hub, times: number): Promise<void> {
  for (const id of ['lead', 'coder']) await hub.send({ type: 'OpenSession', sessionId: id })
  const [lead, coder] = ['lead', 'coder'].map((id) => hub.as(sessionActor(id))) as [Hub, Hub]
  await lead.send({ type: 'StartRun', runId: 'top', begin: true })
  const top = hub.as({ kind: 'session', id: 'lead', run: 'top' })
  await lead.send({ type: 'FormGroup', name: 'team', members: ['session:coder'] })
  for (const i of range(times)) {
    const [run, task] = [`child-${i}`, `t-${i}`]
    await lead.send({ type: 'OpenTask', taskId: task, title: `Task ${i}`, owner: 'lead', participants: ['coder'] })
    await top.send({ type: 'StartRun', runId: run, parentRunId: 'top' })
    await top.send({ type: 'SetState', scope: 'run', id: 'top', set: { step: i } })
    await top.send({ type: 'SeedChildState', childRunId: run, keys: ['step'] })
    const items = [{ itemId: 'only', run }]
    await lead.send({ type: 'DispatchRound', group: 'team', items, fanIn: { mode: 'all' } })
    await lead.send({ type: 'BeginRun', runId: run })
    const child = hub.as({ kind: 'session', id: 'lead', run })
    await child.send({ type: 'SetState', scope: 'run', id: run, set: { [`result-${i}`]: i } })
    await child.send({ type: 'ReportProgress', runId: run, percent: 50, step: 'half' })
    await child.send({ type: 'CompleteRun', runId: run, result: { i } })
    await top.send({ type: 'MergeChildResult', childRunId: run, into: i % 2 === 0 ? 'parent' : 'session' })
    await lead.send({ type: 'Handoff', taskId: task, to: 'coder' })
    await coder.send({ type: 'SendMessage', to: 'lead', task, body: `done ${i}` })
    if (i % 3 === 0) await coder.send({ type: 'CloseTask', taskId: task, outcome: 'done' })
  }
}

async function stepsOf(hub: Hub, what: Parameters<Hub['replay']>[0], options = {}): Promise<ReplayStep[]> {
  const steps: ReplayStep[] = []
  for await (const step of hub.replay(what, options)) steps.push(step)
  return steps
}

const VIEW_OF = {
  session: 'sessions',
  run: 'runs',
  work: 'works',
  state: 'sessionStates',
  task: 'tasks',
  group: 'groups',
} as const

/** Each document's life ends with that document, also where some of it is written on streams of others. */
async function expectLives(hub: Hub, log: Log): Promise<number> {
  const { documents } = await foldedAfresh(log)
  let count = 0
  for (const [kind, view] of Object.entries(VIEW_OF)) {
    for (const [key, doc] of documents(view)) {
      const steps = await stepsOf(hub, `${kind}-${key}`)
      count += steps.length
      expect(steps[0]?.before).toBeUndefined()
      expect(steps.at(-1)?.after, `${kind}-${key}`).toEqual(doc)
      for (const [i, { before, event }] of steps.entries()) {
        if (i === 0) continue
        expect(before).toEqual(steps[i - 1]?.after)
        expect(event.position).toBeGreaterThan(steps[i - 1]?.event.position ?? 0)
      }
    }
  }
  return count
}

test('a replay ends with the document as it is, of every session, run, task, group and state', async () => {
  const log = openMemoryLog()
  const hub = await openHub({ ...quiet, log })
  await live(hub, 6)
  expect(await expectLives(hub, log)).toBeGreaterThan(100)
  const run = await stepsOf(hub, 'run-child-0')
  expect(run.map(({ event }) => event.type)).toEqual(expect.arrayContaining(['ItemBound', 'ChildResultMerged']))
  expect(run.at(-1)?.after).toMatchObject({ status: 'completed', merged: [{ scope: 'run', id: 'top' }] })
})

test('a replay of a hub that begins with a snapshot is the same, to a position or a time', async () => {
  const hubDir = path.join(dir(), '.baton')
  const first = await openHub({ ...quiet, dir: hubDir })
  await live(first, 60)
  const [whole, merged] = [await stepsOf(first, { task: 't-3' }), await stepsOf(first, 'run-child-7')]
  await first.close()
  const hub = await openHub({ ...quiet, dir: hubDir })
  expect((await hub.projections.status()).snapshot).toBeDefined()
  expect(await stepsOf(hub, { task: 't-3' })).toEqual(whole)
  expect(await stepsOf(hub, 'run-child-7')).toEqual(merged)
  const log = openFileLog(hubDir)
  await expectLives(hub, log)
  await log.close()
  const middle = whole[4] as ReplayStep
  expect(await stepsOf(hub, { task: 't-3' }, { to: middle.event.position })).toEqual(whole.slice(0, 5))
  const until = await stepsOf(hub, { task: 't-3' }, { to: new Date(middle.event.at) })
  expect(until).toEqual(whole.filter(({ event }) => event.at <= middle.event.at))
  await hub.close()
})

// ---- what is different

async function changesOf(hub: Hub, from: Moment, to: Moment, options?: DiffOptions): Promise<DocumentChange[]> {
  const found: DocumentChange[] = []
  for await (const change of hub.diff(from, to, options)) found.push(change)
  return found
}

/** Every document as it was once the commit that holds the position had been accepted. */
async function documentsAt(log: Log, position: number): Promise<(view: ViewName) => ReadonlyMap<string, unknown>> {
  const { commits } = await acceptedIn(log)
  const last = commits.findLast(({ first }) => first <= position)
  const { documents } = await foldedAfresh(prefixOf(log, last?.head.cursor ?? 1))
  return (view) => new Map(documents(view))
}

const named = (changes: readonly Pick<DocumentChange, 'view' | 'key' | 'before' | 'after'>[]): object =>
  Object.fromEntries(changes.map(({ view, key, before, after }) => [`${view} ${key}`, { before, after }]))

test('a diff names every document that is not the same at both, as it was at the one and at the other', async () => {
  const log = openMemoryLog()
  const hub = await openHub({ ...quiet, log })
  await live(hub, 8)
  const [random, end] = [seeded(11), hub.head.position]
  const views = (Object.keys(viewCatalog) as ViewName[]).filter((view) => view !== 'history' && view !== 'directory')
  for (let i = 0; i < 12; i++) {
    const [from, to] = [Math.floor(random() * (end + 1)), Math.floor(random() * (end + 1))]
    const [before, after] = [await documentsAt(log, from), await documentsAt(log, to)]
    const wanted = views.flatMap((view) => {
      const [one, other] = [before(view), after(view)]
      return [...new Set([...one.keys(), ...other.keys()])]
        .map((key) => ({ view, key, before: one.get(key), after: other.get(key) }))
        .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after))
    })
    const found = await changesOf(hub, from, to)
    expect(named(found), `${from}..${to}`).toEqual(named(wanted))
    expect(found).toHaveLength(wanted.length)
    expect(await changesOf(hub, from, to, { view: 'tasks' })).toEqual(found.filter(({ view }) => view === 'tasks'))
    expect(await changesOf(hub, from, to, { limit: 3 })).toEqual(found.slice(0, 3))
  }
  expect(await changesOf(hub, end, end)).toEqual([])
  const { position } = await hub.send({ type: 'OpenSession', sessionId: 'late' })
  expect(await changesOf(hub, end, position, { view: 'sessions' })).toMatchObject([{ key: 'late', before: undefined }])
  expect(await changesOf(hub, 0, end, { view: 'history' })).not.toEqual([])
})

test('a diff between times, of a hub that begins with a snapshot; what cannot be is refused, and nothing stays open', async () => {
  const hubDir = path.join(dir(), '.baton')
  const first = await openHub({ ...quiet, dir: hubDir })
  await live(first, 60)
  await first.close()
  const hub = await openHub({ ...quiet, dir: hubDir })
  const at = new Date((await hub.commit(400))?.at ?? '')
  const past = await hub.at(at)
  expect(await changesOf(hub, at, hub.head.position)).toEqual(await changesOf(hub, past.head.position, new Date()))
  expect(named(await changesOf(past, 10, 50))).toEqual(named(await changesOf(hub, 10, 50)))
  for await (const change of hub.diff(1, 300)) {
    expect(change.position).toBe(2)
    break
  }
  for (const [from, to, options] of [
    [0, 1, { view: 'nothing' as never }],
    [0, hub.head.position + 1],
    [-1, 3],
    [0, 1.5],
    [0, 1, { limit: 0 }],
  ] as readonly (readonly [number, number, DiffOptions?])[]) {
    await expect(changesOf(hub, from, to, options)).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
  }
  await hub.close()
})

test('one commit, by its id or by any of its positions', async () => {
  const hub = await openHub({ ...quiet, log: openMemoryLog() })
  const { commit } = await hub.send({ type: 'OpenSession', sessionId: 'a' }, { key: 'k' })
  const empty = await hub.send({ type: 'OpenSession', sessionId: 'a', ensure: true }, { key: 'again' })
  const sent = await hub.send({ type: 'SendMessage', to: 'a', body: 'x' })
  expect(await hub.commit(1)).toMatchObject({ id: commit, number: 1, cmd: 'OpenSession', key: 'k', seen: 0 })
  expect(await hub.commit(empty.commit ?? '')).toMatchObject({ number: 2, events: [] })
  for (const which of [2, 3, sent.commit ?? '']) {
    const found = await hub.commit(which)
    expect(found).toMatchObject({ id: sent.commit, number: 3, cmd: 'SendMessage' })
    expect(found?.events.map(({ position, type }) => [position, type])).toEqual([
      [2, 'MessageSent'],
      [3, 'MessageDelivered'],
    ])
  }
  expect([await hub.commit(4), await hub.commit(0), await hub.commit('nobody')]).toEqual(Array(3).fill(undefined))
  await expect(hub.commit(-1)).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
})

test('a commit by its id: where its time lies first, and everywhere where that says nothing', async () => {
  const memory = openMemoryLog()
  let read = 0
  const log: Log = {
    ...memory,
    async read(from, last) {
      const page = await memory.read(from, last)
      read += page.entries.filter(({ ref }) => last === undefined || ref <= last).length
      return page
    },
    async readAt(ref) {
      read++
      return memory.readAt(ref)
    },
  }
  let now = Date.parse('2026-11-22T12:00:00.000Z')
  let ids = 0
  const clock = (): number => now
  const ulid = ulidFactory(clock)
  const early = ulidFactory(() => Date.parse('2020-01-01T00:00:00.000Z'))
  // Some are of another kind, and of some the time is another one.
  const newId = (): string => [ulid, () => `own-${ids}`, early][++ids % 3 === 0 ? 1 + (ids % 2) : 0]?.() ?? ''
  const hub = await openHub({ ...quiet, log, clock, newId })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  const sent: { commit: string; position: number }[] = []
  for (let i = 0; i < 1_500; i++) {
    now += 1_000
    const { commit = '', position } = await hub.send({ type: 'RenewLease', sessionId: 'a', leaseMs: 60_000 + i })
    sent.push({ commit, position })
  }
  const cost = { near: [] as number[], far: [] as number[] }
  for (const { commit, position } of sent.filter((_, i) => i % 50 < 3)) {
    read = 0
    expect(await hub.commit(commit)).toMatchObject({ id: commit, events: [{ position }] })
    if (commit.startsWith('01M')) cost.near.push(read)
    else cost.far.push(read)
  }
  expect(cost.near.length).toBeGreaterThan(30)
  expect(Math.max(...cost.near)).toBeLessThan(100)
  expect(cost.far.length).toBeGreaterThan(10)
  expect(Math.max(...cost.far)).toBeGreaterThan(1_000)
  expect(await hub.commit('ZZZZZZZZZZZZZZZZZZZZZZZZZZ')).toBeUndefined()
  await hub.close()
})
