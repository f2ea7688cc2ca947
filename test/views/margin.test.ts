/** Snapshots with documents in their margin, which nobody synced: as right as any, until the machine starts again. */
import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { systemClock as clock } from '../../src/ids.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { clearSuspect } from '../../src/log/file/suspect.ts'
import type { Log } from '../../src/log/log.ts'
import { openFolding } from '../../src/projections/folding.ts'
import { bootId } from '../../src/projections/snapshots/boot.ts'
import { manifestNumbers, readManifest, type Manifest } from '../../src/projections/snapshots/manifest.ts'
import { marginOf, readMargin } from '../../src/projections/snapshots/margin.ts'
import { seeded } from '../support/random.ts'
import { scratch } from '../support/scratch.ts'
import {
  copyOf,
  documentsIn,
  firstOther,
  flushAll,
  foldingOf,
  freshDocuments,
  newestManifest,
  snapshotsOf,
  viewsOf,
} from '../support/snapshots.ts'

const SEED = Number(process.env['BATON_SEED'] ?? 20_271)
const KIB = 1024

const dir = scratch()

/** Where the system does not say which start of the machine this is, nothing is written without a sync. */
const withBoot = test.skipIf(bootId() === undefined)

const open = (hubDir: string, create = false): Promise<Hub> =>
  openHub({ dir: hubDir, durability: 'os', sweepEvery: false, create })

async function founded(): Promise<string> {
  const hubDir = path.join(dir(), '.baton')
  const hub = await open(hubDir, true)
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.send({ type: 'OpenSession', sessionId: 'b' })
  await hub.close()
  await flushAll(hubDir)
  return hubDir
}

const endOf = (hubDir: string): number => fs.statSync(logFile(hubDir)).size
const logFile = (hubDir: string): string => path.join(hubDir, 'log', '00000001.jsonl')

/** What a verb of the command line does: opens, sends, closes. Enough for a snapshot, and never much. */
async function goOn(hubDir: string, label: string, bytes = 5 * KIB): Promise<void> {
  const hub = await open(hubDir)
  const end = endOf(hubDir) + bytes
  for (let i = 0; endOf(hubDir) < end; i++) {
    await hub.send({ type: 'SendMessage', to: 'a', subject: `${label} ${i}`, body: 'x'.repeat(200) })
    const [waiting] = await hub.inbox('a').list({ limit: 1 })
    if (waiting !== undefined && i % 2 === 0) await hub.inbox('a').ack([waiting.id])
  }
  await hub.close()
}

async function expectRight(hubDir: string): Promise<void> {
  const { log, folding, snapshots } = await foldingOf(hubDir)
  try {
    expect(firstOther(documentsIn(folding), await freshDocuments(hubDir))).toBeUndefined()
    expect(snapshots.problems).toEqual([])
  } finally {
    await folding.close()
    await log.close()
  }
}

/** Where whoever opens now begins. */
async function startOf(hubDir: string): Promise<number> {
  const generation = await snapshotsOf(hubDir).newest(async () => undefined)
  for (const table of generation?.tables ?? []) table.close()
  return generation?.number ?? 0
}

function rewritten(file: string, change: (manifest: Record<string, unknown>) => void): void {
  const [head = '', ...lines] = fs.readFileSync(file, 'utf8').slice(0, -8).split('\n')
  const manifest = JSON.parse(head) as Record<string, unknown>
  change(manifest)
  const text = [JSON.stringify(manifest), ...lines].join('\n')
  fs.writeFileSync(file, text + crc32(text).toString(16).padStart(8, '0'))
}

/** The machine has started again: every manifest of before says another name. */
function startAgain(hubDir: string): void {
  for (const name of fs.readdirSync(viewsOf(hubDir)).filter((each) => each.endsWith('.json'))) {
    rewritten(path.join(viewsOf(hubDir), name), (manifest) => {
      if (manifest['boot'] !== undefined) manifest['boot'] = 'of before'
    })
  }
}

const one = (length: number) => [{ key: 'a b', json: 'x'.repeat(length) }]

describe('the margin', () => {
  test('1. keeps what tables keep: any key, any document, and that there is none any more', () => {
    const written = [
      { key: 'tasks t1', json: '{"title":"T\\n1"}' },
      { key: 'directory label two\nlines and a "quote"', json: '[1]' },
      { key: 'inboxes \ud800 half', json: JSON.stringify('\udc00') },
      { key: 'inboxes Ω', json: '"Ω"' },
      { key: 'open session 3', json: null },
    ]
    const margin = marginOf(written) as Buffer
    expect([...readMargin(margin)]).toEqual(written.map(({ key, json }) => [JSON.stringify(key), json]))
    expect(marginOf([])).toHaveLength(0)
  })

  test('2. takes 64 KiB', () => {
    expect(marginOf(one(64 * KIB - 7))).toHaveLength(64 * KIB)
    expect(marginOf(one(64 * KIB - 6))).toBeUndefined()
  })
})

describe('who closes', () => {
  withBoot('3. writes no table and syncs nothing, for a little; what is there is right', async () => {
    const hubDir = await founded()
    const before = newestManifest(hubDir).manifest
    await goOn(hubDir, 'one')
    const { manifest } = newestManifest(hubDir)
    expect(manifest.boot).toBe(bootId())
    expect(manifest.tables).toEqual(before.tables)
    expect(manifest.synced).toEqual(before.synced)
    expect(manifest.saved.cursor).toBe(endOf(hubDir))
    expect(readMargin(manifest.margin).size).toBeGreaterThan(10)
    await expectRight(hubDir)
  })

  withBoot('3b. so too in a hub that has no snapshot yet', async () => {
    const hubDir = path.join(dir(), '.baton')
    const hub = await open(hubDir, true)
    for (let i = 0; i < 20; i++) await hub.send({ type: 'OpenSession', sessionId: `s-${i}` })
    await hub.close()
    const { number, manifest } = newestManifest(hubDir)
    expect([number, manifest.boot, manifest.tables, manifest.synced]).toEqual([
      1,
      bootId(),
      [],
      { number: 0, cursor: 0 },
    ])
    expect(await startOf(hubDir)).toBe(1)
    await expectRight(hubDir)
  })

  withBoot('4. asks the log for no sync then, and for one where it writes a table', async () => {
    const hubDir = await founded()
    await goOn(hubDir, 'one', 3 * KIB)
    await goOn(hubDir, 'two', 3 * KIB)
    const log = openFileLog(hubDir)
    let syncs = 0
    const counting: Log = { ...log, sync: () => (syncs++, log.sync()) }
    const close = async (): Promise<Manifest> => {
      const folding = await openFolding(counting, { clock, snapshots: snapshotsOf(hubDir), publishes: true })
      await folding.fold.catchUp()
      await folding.close()
      return newestManifest(hubDir).manifest
    }
    expect((await close()).boot).toBe(bootId())
    expect(syncs).toBe(0)
    // By somebody who writes no snapshot.
    const unseen = await openHub({ log: openFileLog(hubDir), durability: 'os', sweepEvery: false })
    await unseen.send({ type: 'SetState', scope: 'session', id: 'a', set: { large: 'x'.repeat(63 * KIB) } })
    await unseen.close()
    const last = await close()
    expect([last.boot, last.margin.length, last.synced.cursor]).toEqual([undefined, 0, last.saved.cursor])
    expect(syncs).toBe(1)
    await log.close()
    await expectRight(hubDir)
  })

  withBoot('5. again and again: right each time, synced every 256 KiB, and few files stay', async () => {
    const hubDir = await founded()
    const random = seeded(SEED)
    const kinds = { light: 0, full: 0, deleted: 0 }
    for (let closed = 0; closed < 90; closed++) {
      await goOn(hubDir, `${closed}`, (5 + random.below(4)) * KIB)
      const { manifest } = newestManifest(hubDir)
      if (manifest.boot === undefined) kinds.full++
      else kinds.light++
      for (const json of readMargin(manifest.margin).values()) if (json === null) kinds.deleted++
      expect(manifest.saved.cursor - manifest.synced.cursor).toBeLessThan(256 * KIB)
      if (closed % 9 === 0) await expectRight(hubDir)
    }
    expect(kinds.light).toBeGreaterThan(kinds.full * 3)
    expect(kinds.full).toBeGreaterThan(2)
    const files = fs.readdirSync(viewsOf(hubDir))
    // Eight behind the newest synced one, and what was left before that until somebody swept.
    expect(files.filter((name) => name.endsWith('.json')).length).toBeLessThanOrEqual(32)
    expect(files.filter((name) => name.endsWith('.table')).length).toBeLessThanOrEqual(20)
    await expectRight(hubDir)
    console.log(`seed ${SEED}:`, kinds)
  })

  withBoot('6. where the same few documents change for ever, they are synced every 256 KiB too', async () => {
    const hubDir = await founded()
    let most = 0
    for (let closed = 0; closed < 60; closed++) {
      const hub = await open(hubDir)
      await hub.send({ type: 'SetState', scope: 'session', id: 'a', set: { plan: `${closed} ${'x'.repeat(5 * KIB)}` } })
      await hub.close()
      const { manifest } = newestManifest(hubDir)
      expect(manifest.saved.cursor - manifest.synced.cursor).toBeLessThan(256 * KIB)
      most = Math.max(most, manifest.margin.length)
    }
    expect(most).toBeLessThan(32 * KIB)
    expect(newestManifest(hubDir).manifest.synced.cursor).toBeGreaterThan(256 * KIB)
    await expectRight(hubDir)
  })

  withBoot('7. with documents that are no more: nothing of them comes back', async () => {
    const hubDir = await founded()
    const fill = await open(hubDir)
    for (let i = 0; i < 20; i++) await fill.send({ type: 'OpenSession', sessionId: `passing-${i}` })
    await fill.close()
    await flushAll(hubDir)
    const hub = await open(hubDir)
    for (let i = 0; i < 20; i++) await hub.send({ type: 'CloseSession', sessionId: `passing-${i}`, outcome: 'done' })
    await hub.close()
    const { manifest } = newestManifest(hubDir)
    expect(manifest.boot).toBe(bootId())
    expect([...readMargin(manifest.margin)].some(([, json]) => json === null)).toBe(true)
    await expectRight(hubDir)
    const later = await open(hubDir)
    expect((await later.sessions({ onlyOpen: true })).map(({ id }) => id)).toEqual(['a', 'b'])
    await later.close()
  })

  withBoot('8. while tables are gone that others would need: they are written again', async () => {
    const hubDir = await founded()
    const hub = await open(hubDir)
    await hub.tasks()
    for (const { file } of newestManifest(hubDir).manifest.tables) fs.rmSync(path.join(viewsOf(hubDir), file))
    await goOnIn(hub, hubDir)
    await hub.close()
    expect(newestManifest(hubDir).manifest.boot).toBeUndefined()
    await expectRight(hubDir)
  })
})

async function goOnIn(hub: Hub, hubDir: string): Promise<void> {
  const end = endOf(hubDir) + 5 * KIB
  while (endOf(hubDir) < end) await hub.send({ type: 'SendMessage', to: 'b', body: 'y'.repeat(200) })
}

describe('the machine starts again', () => {
  withBoot('9. who opens goes on from what was synced, and says nothing of it', async () => {
    const hubDir = await founded()
    const { number } = newestManifest(hubDir)
    for (let i = 0; i < 12; i++) await goOn(hubDir, `${i}`)
    expect(newestManifest(hubDir).manifest.boot).toBe(bootId())
    const synced = manifestNumbers(viewsOf(hubDir), 'manifest').find((each) => {
      const manifest = readManifest(viewsOf(hubDir), 'manifest', each)
      return typeof manifest === 'object' && manifest.boot === undefined
    })
    // However many came behind it.
    expect(synced).toBeGreaterThanOrEqual(number)
    expect(await startOf(hubDir)).toBe(newestManifest(hubDir).number)
    startAgain(hubDir)
    expect(await startOf(hubDir)).toBe(synced)
    await expectRight(hubDir)
    await goOn(hubDir, 'after')
    await expectRight(hubDir)
  })

  withBoot('10. where the last page of the log was lost, and the snapshot of it was not', async () => {
    const hubDir = await founded()
    const durable = endOf(hubDir)
    await goOn(hubDir, 'lost')
    const lost = newestManifest(hubDir).manifest
    startAgain(hubDir)
    fs.truncateSync(logFile(hubDir), durable)
    await expectRight(hubDir)
    // Others write in the place of what was lost, and beyond it.
    await goOn(hubDir, 'instead', lost.saved.cursor - durable + KIB)
    await expectRight(hubDir)
  })

  withBoot('11. where a page amid the log was lost, and the line that the snapshot ends with was not', async () => {
    const original = await founded()
    const durable = endOf(original)
    await goOn(original, 'lost', 9 * KIB)
    const spoil = (hubDir: string): void => {
      const fd = fs.openSync(logFile(hubDir), 'r+')
      fs.writeSync(fd, Buffer.alloc(3 * KIB), 0, 3 * KIB, durable + KIB)
      fs.closeSync(fd)
    }
    const hubDir = copyOf(original, dir())
    spoil(hubDir)
    startAgain(hubDir)
    await expectRight(hubDir)
    // Without a new start that cannot be; so the name of it is what tells them apart.
    const same = copyOf(original, dir())
    spoil(same)
    const { log, folding } = await foldingOf(same)
    expect(firstOther(documentsIn(folding), await freshDocuments(same))).toBeDefined()
    await folding.close()
    await log.close()
  })

  withBoot('12. so is what was folded before a sync failed, once the operator goes on', async () => {
    const hubDir = await founded()
    await goOn(hubDir, 'one')
    fs.writeFileSync(path.join(hubDir, 'log', 'SUSPECT'), 'a sync failed\n')
    clearSuspect(path.join(hubDir, 'log'))
    expect(fs.existsSync(path.join(hubDir, 'views'))).toBe(false)
    expect(fs.existsSync(path.join(hubDir, 'log', 'SUSPECT'))).toBe(false)
    await expectRight(hubDir)
  })
})

withBoot('13. any bit of it changed: an older one counts, and no answer is another one', async () => {
  const hubDir = await founded()
  await goOn(hubDir, 'one')
  const { file, number } = newestManifest(hubDir)
  const bytes = fs.readFileSync(file)
  const expected = await freshDocuments(hubDir)
  const random = seeded(SEED)
  for (let i = 0; i < 60; i++) {
    const spoilt = Buffer.from(bytes)
    const at = random.below(bytes.length)
    spoilt[at] = (spoilt[at] as number) ^ (1 << random.below(8))
    fs.writeFileSync(file, spoilt)
    expect(await startOf(hubDir), `byte ${at}`).toBeLessThan(number)
    const { log, folding } = await foldingOf(hubDir)
    expect(firstOther(documentsIn(folding), expected), `byte ${at}`).toBeUndefined()
    await log.close()
  }
  fs.writeFileSync(file, bytes)
  expect(await startOf(hubDir)).toBe(number)
})

withBoot('14. a document that was changed by hand in the margin is found by its key', async () => {
  const hubDir = await founded()
  await goOn(hubDir, 'one')
  const { file } = newestManifest(hubDir)
  const text = fs.readFileSync(file, 'utf8').slice(0, -8)
  const changed = text.replace('"inboxes a"\n{"count":', '"inboxes a"\n{"count":1')
  expect(changed).not.toBe(text)
  const [head = '', ...lines] = changed.split('\n')
  const manifest = JSON.parse(head) as { margin: number }
  const mended = [JSON.stringify({ ...manifest, margin: manifest.margin + 1 }), ...lines].join('\n')
  fs.writeFileSync(file, mended + crc32(mended).toString(16).padStart(8, '0'))
  const hub = await open(hubDir)
  expect(await hub.projections.verify()).toMatchObject({ drifted: 1, drift: [{ view: 'inboxes', key: 'a' }] })
  await hub.close()
})

withBoot('15. a rebuild takes it over, and leaves nothing of it', async () => {
  const hubDir = await founded()
  await goOn(hubDir, 'one')
  const hub = await open(hubDir)
  for (const view of ['inboxes', undefined] as const) {
    await hub.projections.rebuild(view)
    expect(newestManifest(hubDir).manifest).toMatchObject({ margin: Buffer.alloc(0) })
    expect(await hub.projections.verify()).toMatchObject({ drifted: 0, drift: [] })
  }
  await hub.close()
  await goOn(hubDir, 'two')
  expect(newestManifest(hubDir).manifest.boot).toBe(bootId())
  await expectRight(hubDir)
})
