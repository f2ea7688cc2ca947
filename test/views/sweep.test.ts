/** What a sweep removes, and what it leaves. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ulidFactory } from '../../src/ids.ts'
import type { Manifest } from '../../src/projections/snapshots/manifest.ts'
import { openSnapshots, type Snapshots } from '../../src/projections/snapshots/store.ts'
import type { TableInfo } from '../../src/projections/snapshots/table-info.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
const HOUR = 3_600_000

async function tableIn(snapshots: Snapshots): Promise<TableInfo> {
  const writer = snapshots.writer()
  void writer.put('tasks t', '{}')
  return writer.finish()
}

/** Of no fold of anything. */
const naming = (tables: readonly TableInfo[], boot?: string): Manifest =>
  ({
    folds: { events: '', views: {} },
    saved: { window: { lately: Buffer.alloc(0) } },
    epochs: {},
    tables,
    margin: Buffer.alloc(0),
    synced: { number: 0, cursor: 0 },
    ...(boot !== undefined && { boot }),
  }) as unknown as Manifest

const publish = (snapshots: Snapshots, number: number, tables: readonly TableInfo[], boot?: string): void =>
  expect(snapshots.publish(number, naming(tables, boot))).toBe(true)

test('1. tables that one of the four newest manifests names stay, however old; what only older ones named goes', async () => {
  const views = dir()
  const snapshots = openSnapshots(views, ulidFactory())
  const lasting = await tableIn(snapshots)
  const passing: TableInfo[] = []
  for (let number = 1; number <= 7; number++) {
    passing.push(await tableIn(snapshots))
    publish(snapshots, number, [passing.at(-1) as TableInfo, lasting])
    fs.utimesSync(path.join(views, lasting.file), 0, 0)
    snapshots.sweep(Date.now())
  }
  const isThere = ({ file }: TableInfo): boolean => snapshots.isThere(file)
  expect(isThere(lasting)).toBe(true)
  expect(passing.map(isThere)).toEqual([false, false, false, true, true, true, true])
  expect(fs.readdirSync(views).filter((name) => name.endsWith('.json'))).toHaveLength(4)
})

test('2. a rebuild keeps its own as long as it is young, and what nobody names goes after an hour', async () => {
  const views = dir()
  const snapshots = openSnapshots(views, ulidFactory())
  const rebuild = snapshots.ofKind('rebuild')
  const [served, kept, stray] = [await tableIn(snapshots), await tableIn(rebuild), await tableIn(snapshots)]
  publish(snapshots, 1, [served])
  publish(rebuild, 1, [kept])
  fs.writeFileSync(path.join(views, 'notes.txt'), 'mine')
  const isThere = (): boolean[] => [served, kept, stray].map(({ file }) => snapshots.isThere(file))
  snapshots.sweep(Date.now())
  expect(isThere()).toEqual([true, true, true])
  snapshots.sweep(Date.now() + HOUR + 1_000)
  expect(isThere()).toEqual([true, false, false])
  expect(fs.readdirSync(views).toSorted()).toEqual(['manifest-000000000001.json', 'notes.txt', served.file].toSorted())
  expect(snapshots.problems).toEqual([])
})

test('3. numbers are taken once, by whoever comes first', async () => {
  const views = dir()
  const [one, two] = [openSnapshots(views, ulidFactory()), openSnapshots(views, ulidFactory())]
  const tables = [await tableIn(one)]
  publish(one, 1, tables)
  expect(two.publish(1, naming([]))).toBe(false)
  expect((await two.newest(async () => undefined))?.manifest.tables).toEqual(tables)
  expect(fs.readdirSync(views).filter((name) => name.endsWith('.tmp'))).toEqual([])
})
