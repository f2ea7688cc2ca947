/** Comparing the views with a fresh fold: what was changed by hand is found, by view and key, and left as it is. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { hashKey } from '../../src/projections/snapshots/key-hash.ts'
import { randomHub } from '../support/random-hub.ts'
import { scratch } from '../support/scratch.ts'
import { manifestNumbers, readManifest, type Manifest } from '../../src/projections/snapshots/manifest.ts'
import { flushAll, newestManifest, snapshotsOf, spoilRecords, viewsOf } from '../support/snapshots.ts'

const SEED = Number(process.env['BATON_SEED'] ?? 20_266)

const dir = scratch()

async function flushed(): Promise<string> {
  const hubDir = await randomHub(dir(), SEED, 50)
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  await hub.send({ type: 'OpenSession', sessionId: 'known' })
  await hub.send({ type: 'OpenTask', taskId: 'known', title: 'As it is', owner: 'known' })
  await hub.close()
  await flushAll(hubDir)
  return hubDir
}

/** A table over the others that says something else, published as a flush would have done it: every checksum is right. */
async function forge(hubDir: string, documents: Readonly<Record<string, string | null>>): Promise<void> {
  const snapshots = snapshotsOf(hubDir)
  const { number, manifest } = newestManifest(hubDir)
  const writer = snapshots.writer()
  for (const [key, json] of Object.entries(documents)) void writer.put(key, json, hashKey(key))
  const table = await writer.finish()
  expect(snapshots.publish(number + 1, { ...manifest, tables: [table, ...manifest.tables] })).toBe(true)
}

/** The document as the tables have it. */
function documentIn(hubDir: string, id: string): string {
  const snapshots = snapshotsOf(hubDir)
  for (const info of newestManifest(hubDir).manifest.tables) {
    const table = snapshots.open(info)
    const json = table.get(hashKey(id), id)
    table.close()
    if (typeof json === 'string') return json
  }
  throw new Error(`no ${id}`)
}

/** All files of the hub, and what is in them. */
const contentsOf = (hubDir: string): string[] =>
  fs
    .readdirSync(hubDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(hubDir, name)).isFile())
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(fs.readFileSync(path.join(hubDir, name)))
          .digest('hex')}`,
    )
    .toSorted((a, b) => (a < b ? -1 : 1))

async function verified(hubDir: string): Promise<Awaited<ReturnType<Hub['projections']['verify']>>> {
  const before = contentsOf(hubDir)
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  const progress: string[] = []
  const report = await hub.projections.verify({ onProgress: ({ phase }) => progress.push(phase) })
  await hub.close()
  expect(contentsOf(hubDir)).toEqual(before)
  return report
}

test('1. where nothing drifted nothing is found, and nothing is written', async () => {
  const report = await verified(await flushed())
  expect(report).toMatchObject({ drifted: 0, drift: [] })
  expect(report.documents).toBeGreaterThan(100)
})

test('2. a document that differs, by view and key, as it is and as it should be', async () => {
  const hubDir = await flushed()
  const right = JSON.parse(documentIn(hubDir, 'tasks known')) as object
  await forge(hubDir, { 'tasks known': JSON.stringify({ ...right, title: 'As somebody wants it' }) })
  const { drifted, drift } = await verified(hubDir)
  expect(drifted).toBe(1)
  expect(drift).toEqual([
    {
      view: 'tasks',
      key: 'known',
      kind: 'differs',
      expected: right,
      found: { ...right, title: 'As somebody wants it' },
    },
  ])
})

test('3. a document that is missing, one too many, one of an index; and no more than a hundred are listed', async () => {
  const hubDir = await flushed()
  const strangers = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`tasks nobody-${i}`, '{"title":"x"}']))
  await forge(hubDir, { 'sessions known': null, 'streams task-known': '{"chunks":0,"last":[1,2,3]}', ...strangers })
  const { drifted, drift } = await verified(hubDir)
  expect(drifted).toBe(122)
  expect(drift).toHaveLength(100)
  expect(drift.filter(({ kind }) => kind !== 'extra')).toEqual([
    expect.objectContaining({ view: 'sessions', key: 'known', kind: 'missing', expected: expect.anything() }),
    expect.objectContaining({ view: 'streams', key: 'task-known', kind: 'differs' }),
  ])
  expect(drift.find(({ kind }) => kind === 'extra')).toEqual({
    view: 'tasks',
    key: 'nobody-0',
    kind: 'extra',
    found: { title: 'x' },
  })
})

test('4. a rebuild of the view, and of all, takes the drift away, for others too and for good', async () => {
  const hubDir = await flushed()
  const right = documentIn(hubDir, 'tasks known')
  await forge(hubDir, { 'tasks known': '{"title":"wrong"}', 'sessions known': null, 'tasks nobody': '{}' })
  const other = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  expect(await hub.projections.verify()).toMatchObject({ drifted: 3 })
  expect(await hub.projections.rebuild('tasks')).toMatchObject({ views: ['tasks'], isKept: true, resumedFrom: 0 })
  const { drift } = await hub.projections.verify()
  expect(drift.map(({ view, key }) => `${view} ${key}`)).toEqual(['sessions known'])
  expect(await hub.projections.rebuild()).toMatchObject({ isKept: true })
  expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
  await hub.close()
  expect(documentIn(hubDir, 'tasks~2 known')).toBe(right)
  const { drifted } = await verified(hubDir)
  expect(drifted).toBe(0)

  // Who had the old ones open goes over to the new ones with its next flush.
  expect(await other.projections.verify()).toMatchObject({ drifted: 3 })
  const text = 'p'.repeat(100_000)
  for (let i = 0; i < 12; i++) await other.eventStore.appendToStream('padding', [{ type: 'Pad', data: { text } }])
  for (let i = 0; i < 400 && (await other.projections.verify()).drifted > 0; i++) await other.catchUp()
  expect(await other.projections.verify()).toMatchObject({ drifted: 0 })
  expect((await other.task('known'))?.title).toBe('As it is')
  await other.close()
  expect((await verified(hubDir)).drifted).toBe(0)
})

test('5. while others sweep away what is compared', async () => {
  const hubDir = await flushed()
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  for (let i = 0; i < 8; i++) {
    const unseen = await openHub({ log: openFileLog(hubDir), durability: 'os', sweepEvery: false })
    await unseen.send({ type: 'OpenSession', sessionId: `more-${i}` })
    await unseen.close()
    await flushAll(hubDir)
  }
  expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
  await hub.close()
})

/** Met as the fold goes on, or only by whoever checks them all. */
test.each([
  ['in every record', spoilRecords],
  [
    'in one record that nobody looks up',
    (hubDir: string, { tables }: Manifest) => {
      const { file, indexAt } = tables.at(-1) as Manifest['tables'][number]
      const fd = fs.openSync(path.join(viewsOf(hubDir), file), 'r+')
      fs.writeSync(fd, 'x', indexAt - 2)
      fs.closeSync(fd)
    },
  ],
])('6. what a stopped rebuild has kept and the disk has spoilt, %s, is not gone on from', async (_, spoil) => {
  const hubDir = await flushed()
  const text = 'p'.repeat(4_000)
  const writer = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  await Promise.all(
    Array.from({ length: 2_200 }, (_, i) =>
      writer.eventStore.appendToStream(`pad-${i % 9}`, [{ type: 'Pad', data: { text } }]),
    ),
  )
  const stop = new AbortController()
  const rebuilding = writer.projections.rebuild(undefined, { signal: stop.signal, onProgress: () => stop.abort() })
  await expect(rebuilding).rejects.toThrow()
  const [unfinished] = (await writer.projections.status()).snapshot?.unfinished ?? []
  expect(unfinished).toMatchObject({ view: 'all' })
  await writer.close()

  const [number = 0] = manifestNumbers(viewsOf(hubDir), 'rebuild')
  const kept = readManifest(viewsOf(hubDir), 'rebuild', number) as Manifest
  spoil(hubDir, kept)
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  const report = await hub.projections.rebuild()
  expect(report).toMatchObject({ isKept: true })
  const { views, snapshot } = await hub.projections.status()
  expect(snapshot?.problems).not.toEqual([])
  expect(views.every(({ rebuilt, state }) => rebuilt > 0 && state === 'ready')).toBe(true)
  expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
  await hub.close()
  expect((await verified(hubDir)).drifted).toBe(0)
})

test('7. two views that two processes rebuild at once are both as the log says afterwards', async () => {
  const hubDir = await flushed()
  await forge(hubDir, { 'tasks known': '{"title":"wrong"}', 'sessions known': null })
  const hubs = await Promise.all(
    [1, 2].map(() => openHub({ dir: hubDir, durability: 'os' as const, sweepEvery: false as const })),
  )
  const [one, two] = hubs as [Hub, Hub]
  const reports = await Promise.all([one.projections.rebuild('tasks'), two.projections.rebuild('sessions')])
  expect(reports.map(({ isKept }) => isKept)).toEqual([true, true])
  for (const hub of hubs) await hub.close()
  expect((await verified(hubDir)).drifted).toBe(0)
})
