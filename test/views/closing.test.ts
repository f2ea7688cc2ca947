/** What is written when a hub closes, and what is synced for it. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHub } from '../../src/hub.ts'
import { systemClock as clock, ulidFactory } from '../../src/ids.ts'
import type { Cursor, Log } from '../../src/log/log.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { createDocuments } from '../../src/projections/documents.ts'
import { openFolding, type Folding } from '../../src/projections/folding.ts'
import { bootId } from '../../src/projections/snapshots/boot.ts'
import { manifestNumbers } from '../../src/projections/snapshots/manifest.ts'
import { NO_MARGIN } from '../../src/projections/snapshots/margin.ts'
import { openSnapshots, type Snapshots } from '../../src/projections/snapshots/store.ts'
import { createTableKeeper } from '../../src/projections/snapshots/table-keeper.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
const KIB = 1024

/** A log of so many bytes, or a little more. */
async function logOf(bytes: number): Promise<Log> {
  const hubDir = dir()
  const hub = await openHub({ dir: hubDir, create: true, durability: 'os' })
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await hub.close()
  const log = openFileLog(hubDir)
  await grow(log, hubDir, bytes)
  return log
}

async function grow(log: Log, hubDir: string, bytes: number): Promise<void> {
  const hub = await openHub({ dir: hubDir, durability: 'os' })
  while ((await log.end()) < bytes) await hub.send({ type: 'SendMessage', to: 'a', body: 'x'.repeat(100) })
  await hub.close()
}

async function folded(
  log: Log,
  durable?: () => Cursor,
  snapshots = openSnapshots(dir(), ulidFactory()),
): Promise<{ folding: Folding; snapshots: Snapshots }> {
  const folding = await openFolding(log, { clock, snapshots, publishes: true, ...(durable && { durable }) })
  await folding.fold.catchUp()
  return { folding, snapshots }
}

const isLinux = bootId() !== undefined

/** Where the system does not say which start of the machine this is, whoever writes one waits for the disk. */
const WORTH_KIB = isLinux ? 4 : 16

test.each([
  [WORTH_KIB - 1, 0],
  [WORTH_KIB + 1, 1],
] as const)('1. whoever closes %i KiB behind the newest snapshot writes %i', async (kib, manifests) => {
  const log = await logOf(kib * KIB)
  const { folding, snapshots } = await folded(log)
  await folding.close()
  expect(snapshots.newestNumber()).toBe(manifests)
  await log.close()
})

test.each([
  ['nobody has written', undefined, 1],
  ['less is known to be durable', -1, 1],
  ['all is known to be durable', 0, 0],
] as const)('2. where %s: the log is synced so often before a snapshot tells of it', async (_, more, times) => {
  const log = await logOf(5 * KIB)
  const end = await log.end()
  const publishedAtSync: number[] = []
  const counting: Log = {
    ...log,
    async sync() {
      await new Promise((resolve) => setTimeout(resolve, 50))
      publishedAtSync.push(snapshots.newestNumber())
      return log.sync()
    },
  }
  const { folding, snapshots } = await folded(counting, more === undefined ? undefined : () => end + more)
  expect(await folding.flusher?.flush()).toBe(true)
  expect(publishedAtSync).toEqual(Array.from({ length: times }, () => 0))
  expect(snapshots.newestNumber()).toBe(1)
  await folding.close()
  await log.close()
})

test.runIf(isLinux)('3. of snapshots without a table of their own eight stay', async () => {
  const log = await logOf(KIB)
  const snapshots = openSnapshots(dir(), ulidFactory())
  const manifests: number[] = []
  for (let closed = 1; closed <= 13; closed++) {
    await grow(log, path.dirname(path.dirname(log.name)), 5 * closed * KIB)
    const { folding } = await folded(log, undefined, snapshots)
    await folding.close()
    manifests.push(manifestNumbers(snapshots.dir, 'manifest').length)
  }
  expect(manifests).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8])
  expect(snapshots.problems).toEqual([])
  await log.close()
})

test.each([
  ['in a hurry, up to twelve', true, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2]],
  ['at leisure', false, [1, 2, 1, 2, 3, 2, 3, 4, 1, 2, 3, 2, 3, 4]],
] as const)('4. %s tables of 100 KB lie over each other before they become one', async (_, isHurried, counts) => {
  const snapshots = openSnapshots(dir(), ulidFactory())
  const documents = createDocuments()
  const { write } = createTableKeeper(documents, snapshots)
  const found: number[] = []
  for (const [n] of counts.entries()) {
    const tables = await write([{ key: `tasks t${n}`, json: JSON.stringify('x'.repeat(100_000)) }], isHurried)
    documents.rebase(tables, NO_MARGIN, n)
    found.push(documents.tables.length)
  }
  expect(found).toEqual(counts)
  const texts = counts.map((__, n) => documents.shelf('tasks').text(`t${n}`)?.length)
  expect(texts).toEqual(counts.map(() => 100_002))
  documents.reset([], NO_MARGIN, {})
})
