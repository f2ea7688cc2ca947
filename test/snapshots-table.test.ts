/** Tables of the snapshots: what was put is found, what was not is not, and nothing that is damaged is believed. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createBlockCache } from '../src/projections/snapshots/block-cache.ts'
import {
  BLOCK_BYTES,
  readBlockOf,
  findSlot,
  setHead,
  setSlot,
  slotLength,
  slotOffset,
  SLOTS,
} from '../src/projections/snapshots/blocks.ts'
import { isTableDamaged } from '../src/projections/snapshots/damaged.ts'
import { createEntryList } from '../src/projections/snapshots/entry-list.ts'
import { hashKey, type HashKey } from '../src/projections/snapshots/key-hash.ts'
import { mergeTables, type MergeOptions } from '../src/projections/snapshots/merge.ts'
import { mark, MAX_RECORD_BYTES } from '../src/projections/snapshots/record.ts'
import type { TableInfo } from '../src/projections/snapshots/table-info.ts'
import { createTableWriter, type TableWriter } from '../src/projections/snapshots/table-writer.ts'
import { openTable, type Table } from '../src/projections/snapshots/table.ts'

type Entries = Iterable<readonly [key: string, json: string | null]>

let dir: string
let opened: Table[]

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-table-'))
  opened = []
})

afterEach(() => {
  vi.restoreAllMocks()
  for (const table of opened) table.close()
  fs.rmSync(dir, { recursive: true, force: true })
})

let names = 0
const newName = () => `t${++names}.table`

async function putAll(writer: TableWriter, entries: Entries, hash: HashKey = hashKey): Promise<void> {
  for (const [key, json] of entries) await writer.put(key, json, hash(key))
}

async function write(entries: Entries, hash?: HashKey, name = newName()): Promise<TableInfo> {
  const writer = createTableWriter(dir, name)
  await putAll(writer, entries, hash)
  return writer.finish()
}

function open(info: TableInfo, cache = createBlockCache(1024 * 1024)): Table {
  const table = openTable(dir, info, cache)
  opened.push(table)
  return table
}

const make = async (entries: Entries, hash?: HashKey): Promise<Table> => open(await write(entries, hash))

const find = (table: Table, key: string) => table.get(hashKey(key), key)

const contents = (table: Table) => [...table.entries()].map(({ key, json }) => [key, json] as const)

const pathOf = (info: TableInfo) => path.join(dir, info.file)

const descriptors = () => fs.readdirSync('/proc/self/fd').length

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => [`key-${from + i}`, `{"n":${from + i}}`] as const)

/** Damage that is met, or the right answer: anything else fails the test. Says whether it was met. */
function meetsDamage<T>(ask: () => T, right: T): boolean {
  let answer: T
  try {
    answer = ask()
  } catch (error) {
    if (!isTableDamaged(error)) throw error
    return true
  }
  // Asked a million times, which is too often for `expect`.
  if (answer !== right && JSON.stringify(answer) !== JSON.stringify(right)) expect(answer).toEqual(right)
  return false
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', '', 'é', '\ud800', '\ud801']

const collide: HashKey = () => ({ high: -7, low: 12345 })

/** 500 keys begin in the first bucket, and the others behind it are pushed on. */
const crowd: HashKey = (key) => {
  const { high, low } = hashKey(key)
  return Number(key.slice(4)) < 500 ? { high, low: 0 } : { high, low }
}

const merge = async (tables: readonly Table[], options: MergeOptions): Promise<Table> => {
  const writer = createTableWriter(dir, newName())
  await mergeTables(tables, writer, options)
  return open(await writer.finish())
}

const asSorted = (entries: Entries) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1))

type WriteDone = (error: Error | null, count: number) => void
type Write = (fd: number, bytes: Buffer, at: number, length: number, position: number, done: WriteDone) => void

const onWrite = (write: Write) => vi.spyOn(fs, 'write').mockImplementation(write as unknown as typeof fs.write)

const fail = () => {
  throw new Error('unreadable')
}

describe('what was put', () => {
  test.each([0, 1, 2, SLOTS, SLOTS + 1, 5_000, 100_000])(
    'is found among %i entries, and nothing else',
    async (count) => {
      const entries = numbered(count).map(([key, json], i) => [key, i % 10 === 3 ? null : json] as const)
      const table = await make(entries)
      expect(table.info.entries).toBe(count)
      expect(contents(table)).toEqual(entries)
      for (const [key, json] of entries) if (find(table, key) !== json) expect.fail(`${key}: ${find(table, key)}`)
      for (const [key] of numbered(1_000, count)) expect(find(table, key)).toBeUndefined()
    },
  )

  test('is found whatever the key is made of', async () => {
    const keys = [
      '',
      'a',
      'A',
      ' ',
      'é',
      'e\u0301',
      '日本',
      '🦊',
      '\ud800',
      '\udc00',
      '\ud800x',
      '\ufffd',
      '\0',
      'x'.repeat(5_000),
    ]
    const long = '長'.repeat(5_000)
    const entries = [...keys, long, `${long}\udfff`].map((key, i) => [key, JSON.stringify({ i, key })] as const)
    const table = await make(entries)
    expect(contents(table)).toEqual(entries)
    for (const [key, json] of entries) expect(find(table, key)).toBe(json)
    expect(find(table, '\ud801')).toBeUndefined()
  })

  test('is found from an empty document to one of 16 MiB', async () => {
    const sizes = [
      0,
      1,
      4_095,
      21_845,
      65_523,
      65_524,
      349_525,
      1024 * 1024 - 12,
      1024 * 1024,
      3_000_000,
      16 * 1024 * 1024,
    ]
    const entries = sizes.flatMap((size) => [
      [`ascii-${size}`, 'x'.repeat(size)] as const,
      [`wide-${size}`, '語'.repeat(Math.floor(size / 3))] as const,
    ])
    const table = await make(entries)
    for (const [key, json] of entries) expect(find(table, key) === json).toBe(true)
    const found = contents(table)
    expect(found.map(([key]) => key)).toEqual(entries.map(([key]) => key))
    expect(found.every(([, json], i) => json === entries[i]?.[1])).toBe(true)
  })

  test('is found for random keys and documents', async () => {
    const anyString = fc.string({ unit: 'binary', maxLength: 40 })
    const entry = fc.tuple(anyString, fc.option(anyString.map((text) => JSON.stringify(text))))
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(entry, { selector: ([key]) => key, maxLength: 60 }),
        anyString,
        async (entries, other) => {
          const table = await make(entries)
          expect(contents(table)).toEqual(entries)
          const model = new Map(entries)
          for (const key of [...model.keys(), other]) expect(find(table, key)).toBe(model.get(key))
          table.close()
        },
      ),
      { numRuns: 100 },
    )
  })

  test('is found though all hashes are the same, and blocks overflow', async () => {
    const entries = numbered(1_000)
    const table = await make(entries, collide)
    expect(table.info.indexBlocks).toBeLessThanOrEqual(table.info.buckets + 4)
    for (const [key, json] of entries) expect(table.get(collide(key), key)).toBe(json)
    expect(table.get(collide(''), 'key-1000')).toBeUndefined()
    expect(table.get({ high: -7, low: 12346 }, 'key-1')).toBeUndefined()
  })

  test('is found though one bucket has more than fits among others that do not', async () => {
    const entries = numbered(3_000)
    const table = await make(entries, crowd)
    expect(contents(table)).toEqual(entries)
    for (const [key, json] of entries) expect(table.get(crowd(key), key)).toBe(json)
    for (const [key] of numbered(1_000, 3_000)) expect(table.get({ ...hashKey(key), low: 0 }, key)).toBeUndefined()
  })

  test('is not asked of the disk for most absent keys', async () => {
    // There is room for the filter, and for few of the 232 index blocks.
    const table = open(await write(numbered(50_000)), createBlockCache(40 * BLOCK_BYTES))
    for (const [key] of numbered(1_000, 50_000)) find(table, key)
    const read = vi.spyOn(fs, 'readSync')
    for (const [key] of numbered(10_000, 60_000)) find(table, key)
    // One in a hundred gets through the filter.
    expect(read.mock.calls.length).toBeLessThan(200)
    read.mockClear()
    expect(find(await make(numbered(50_000)), 'key-777')).toBe('{"n":777}')
    expect(read.mock.calls.length).toBe(3)
  })
})

describe('a file of more than 4 GiB', () => {
  const offsets = [0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 7 * 2 ** 32 + 5, 2 ** 48 - 1]

  test('keeps its offsets whole, in memory and in index blocks', () => {
    const list = createEntryList()
    const block = readBlockOf(Buffer.alloc(BLOCK_BYTES))
    setHead(block, offsets.length, false)
    for (const [i, offset] of offsets.entries()) {
      list.push(-i, i, offset)
      setSlot(block, i, -i, offset, 12 + i)
    }
    for (const [i, offset] of offsets.entries()) {
      expect([list.high(i), list.low(i), list.offset(i)]).toEqual([0 - i, i, offset])
      const slot = findSlot(block, 0 - i, 0)
      expect([slot, slotOffset(block, slot), slotLength(block, slot)]).toEqual([i, offset, 12 + i])
    }
  })

  test('marks every place in another way', () => {
    expect(new Set([...offsets, 5, 1].map((offset) => mark(77, offset))).size).toBe(offsets.length + 2)
  })
})

describe('the hash', () => {
  test('is part of the format', () => {
    expect([hashKey(''), hashKey('task-1'), hashKey('日本\ud800')]).toMatchInlineSnapshot(`
      [
        {
          "high": 922268578,
          "low": -633646218,
        },
        {
          "high": -1754241030,
          "low": -2090585494,
        },
        {
          "high": 41365169,
          "low": -1835650473,
        },
      ]
    `)
  })

  test('spreads keys that differ little, in both halves', () => {
    const seen = { high: new Set<number>(), low: new Set<number>(), lowBits: new Map<number, number>() }
    for (let i = 0; i < 100_000; i++) {
      const { high, low } = hashKey(`inbox:${i}`)
      seen.high.add(high)
      seen.low.add(low)
      seen.lowBits.set(low & 255, (seen.lowBits.get(low & 255) ?? 0) + 1)
    }
    // Of 100,000 random words of 32 bits one pair is the same, give or take a few.
    expect(seen.high.size).toBeGreaterThan(99_990)
    expect(seen.low.size).toBeGreaterThan(99_990)
    expect(Math.min(...seen.lowBits.values())).toBeGreaterThan(280)
    expect(Math.max(...seen.lowBits.values())).toBeLessThan(500)
  })
})

describe('damage', () => {
  const entries = [...numbered(3), ['deleted', null], ['empty', ''], ['日本\ud800', '"語"']] as const
  const absent = ['', 'key-3', '日本']

  /** Asks everything of a table that may be damaged; says whether anything met it. */
  function interrogate(
    info: TableInfo,
    cache = createBlockCache(BLOCK_BYTES * 8),
  ): { found: boolean; scanned: boolean } {
    let table: Table
    try {
      table = openTable(dir, info, cache)
    } catch (error) {
      if (!isTableDamaged(error)) throw error
      if (error.damagedTable !== info.file || !error.message.includes(info.file)) throw error
      return { found: true, scanned: true }
    }
    try {
      const met = [
        ...entries.map(([key, json]) => meetsDamage(() => find(table, key), json as string | null | undefined)),
        ...absent.map((key) => meetsDamage(() => find(table, key), undefined)),
      ]
      return { found: met.includes(true), scanned: meetsDamage(() => contents(table), entries as never) }
    } finally {
      table.close()
    }
  }

  test('of any one bit is met, or changes no answer', { timeout: 300_000 }, async () => {
    const info = await write(entries)
    const fd = fs.openSync(pathOf(info), 'r+')
    const bytes = fs.readFileSync(fd)
    const flipped = Buffer.alloc(1)
    // Half a million errors are made here, and a stack costs more than all else.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    onTestFinished(() => {
      Error.stackTraceLimit = stackTraceLimit
    })
    // The banner says nothing; everything behind it is under some checksum.
    const recordsAt = bytes.indexOf('\n') + 1
    for (let at = 0; at < bytes.length; at++) {
      const inRecords = at < info.indexAt
      for (let bit = 0; bit < 8; bit++) {
        flipped[0] = (bytes[at] as number) ^ (1 << bit)
        fs.writeSync(fd, flipped, 0, 1, at)
        const { found, scanned } = interrogate(info)
        if (found !== at >= recordsAt || scanned !== (at >= recordsAt && inRecords)) {
          expect.fail(`bit ${bit} of byte ${at}: found ${found}, scanned ${scanned}`)
        }
      }
      fs.writeSync(fd, bytes, at, 1, at)
    }
    fs.closeSync(fd)
    expect(interrogate(info)).toEqual({ found: false, scanned: false })
  })

  test('is met in a file that is missing, cut, longer or something else', async () => {
    const info = await write(entries)
    const met = { found: true, scanned: true }
    const bytes = fs.readFileSync(pathOf(info))
    const open = descriptors()
    for (const length of [0, 1, info.indexAt, info.bytes - BLOCK_BYTES, info.bytes - 1]) {
      fs.writeFileSync(pathOf(info), bytes.subarray(0, length))
      expect(interrogate(info)).toEqual(met)
    }
    fs.writeFileSync(pathOf(info), Buffer.concat([bytes, Buffer.alloc(1)]))
    expect(interrogate(info)).toEqual(met)
    fs.rmSync(pathOf(info))
    expect(interrogate(info)).toEqual(met)
    fs.writeFileSync(path.join(dir, 'elsewhere'), bytes)
    fs.symlinkSync('elsewhere', pathOf(info))
    expect(interrogate(info)).toEqual(met)
    fs.rmSync(pathOf(info))
    fs.mkdirSync(pathOf(info))
    expect(interrogate(info)).toEqual(met)
    expect(descriptors()).toBe(open)
  })

  test('is met in a file that is cut while it is open', async () => {
    const info = await write(entries)
    const table = open(info)
    fs.truncateSync(pathOf(info), info.indexAt - 1)
    expect(() => find(table, 'key-1')).toThrow(/it ends before byte/)
    expect(meetsDamage(() => contents(table), [])).toBe(true)
  })

  test('is met where what is known of the table does not go together', async () => {
    const info = await write(entries)
    const wrong: Partial<TableInfo>[] = [
      { file: '../x' },
      { bytes: info.bytes + 1 },
      { indexAt: info.indexAt - BLOCK_BYTES, indexBlocks: info.indexBlocks + 1 },
      { entries: 0 },
      { buckets: 0 },
      { filterBlocks: 0, indexBlocks: 2 },
    ]
    for (const part of wrong) expect(() => open({ ...info, ...part })).toThrow(/is damaged/)
    expect(meetsDamage(() => contents(open({ ...info, entries: entries.length + 1 })), [])).toBe(true)
  })

  test('is met in the file of another table under this name, of the same size and made of the same entries', async () => {
    const info = await write(entries)
    const twin = await write(entries)
    expect(twin.bytes).toBe(info.bytes)
    fs.copyFileSync(pathOf(twin), pathOf(info))
    const table = open(info)
    for (const [key, json] of entries) expect(meetsDamage(() => find(table, key), json)).toBe(true)
    for (const key of absent) expect(meetsDamage(() => find(table, key), undefined)).toBe(true)
    expect(meetsDamage(() => contents(table), [])).toBe(true)
  })

  test('is met where any block or any records of two tables were exchanged', async () => {
    const many = numbered(4_000)
    const [info, twin] = [await write(many), await write(many)]
    const [own, foreign] = [fs.readFileSync(pathOf(info)), fs.readFileSync(pathOf(twin))]
    const blocks = info.indexBlocks + info.filterBlocks
    const block = (of: Buffer, number: number) =>
      of.subarray(info.indexAt + number * BLOCK_BYTES, info.indexAt + (number + 1) * BLOCK_BYTES)

    /** Each key's answer is right or damage, and some meet it. */
    function check(bytes: Buffer): void {
      fs.writeFileSync(pathOf(info), bytes)
      const table = open(info)
      const met = [
        ...many.map(([key, json]) => meetsDamage(() => find(table, key) ?? 'absent', json)),
        ...numbered(200, 4_000).map(([key]) => meetsDamage(() => find(table, key), undefined)),
      ]
      expect(met).toContain(true)
      table.close()
    }
    for (const [a, b] of [
      [0, 1],
      [1, blocks - 2],
      [0, blocks - 1],
      [blocks - 2, blocks - 1],
    ] as const) {
      const swapped = Buffer.from(own)
      block(own, a).copy(block(swapped, b))
      block(own, b).copy(block(swapped, a))
      check(swapped)
    }
    for (let number = 0; number < blocks; number++) {
      const pasted = Buffer.from(own)
      block(foreign, number).copy(block(pasted, number))
      check(pasted)
    }
    check(Buffer.concat([foreign.subarray(0, info.indexAt), own.subarray(info.indexAt)]))
    // Two records of the same length change places: each is whole, and neither is where it belongs.
    const moved = Buffer.from(own)
    const [one, other, length] = [own.indexOf('key-1000{') - 12, own.indexOf('key-2000{') - 12, 12 + 8 + 10]
    own.copy(moved, one, other, other + length)
    own.copy(moved, other, one, one + length)
    check(moved)
    expect(meetsDamage(() => contents(open(info)), [])).toBe(true)
  })
})

describe('a merge', () => {
  test('finds what a lookup through its tables finds', async () => {
    const table = fc.dictionary(fc.constantFrom(...KEYS), fc.option(fc.json(), { freq: 2 }))
    const tables = fc.array(table, { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(tables, fc.boolean(), fc.func(fc.boolean()), async (newestFirst, dropDeleted, keep) => {
        const model = new Map<string, string | null>()
        for (const table of newestFirst.toReversed()) for (const key in table) model.set(key, table[key] ?? null)
        for (const [key, json] of model) if (!keep(key) || (dropDeleted && json === null)) model.delete(key)
        const sources: Table[] = []
        for (const table of newestFirst) sources.push(await make(Object.entries(table)))
        const merged = await merge(sources, { dropDeleted, keep })
        expect(asSorted(contents(merged))).toEqual(asSorted(model))
        expect(merged.info.entries).toBe(model.size)
        for (const key of [...KEYS, 'other']) expect(find(merged, key)).toBe(model.get(key))
        for (const table of [...sources, merged]) table.close()
      }),
      { numRuns: 150 },
    )
  })

  test('keeps two keys whose hashes are the same, from one table and from several', async () => {
    const newest = await make(
      [
        ['a', '1'],
        ['b', null],
        ['c', '3'],
      ],
      collide,
    )
    const oldest = await make(
      [
        ['a', '0'],
        ['d', '4'],
        ['b', '0'],
        ['e', null],
      ],
      collide,
    )
    const merged = await merge([newest, oldest], { dropDeleted: false, hash: collide })
    expect(contents(merged)).toEqual([
      ['a', '1'],
      ['b', null],
      ['c', '3'],
      ['d', '4'],
      ['e', null],
    ])
    for (const [key, json] of contents(merged)) expect(merged.get(collide(key), key)).toBe(json)
    const bottom = await merge([newest, oldest], { dropDeleted: true, hash: collide })
    expect(contents(bottom)).toEqual([
      ['a', '1'],
      ['c', '3'],
      ['d', '4'],
    ])
  })

  test('copies documents of any size', async () => {
    const sizes = [0, 65_536, 1024 * 1024 - 30, 1024 * 1024, 5_000_000]
    const large = sizes.map((size) => [`k${size}`, 'y'.repeat(size)] as const)
    const merged = await merge([await make(numbered(30_000)), await make([...large, ...numbered(10, 29_995)])], {
      dropDeleted: true,
    })
    expect(merged.info.entries).toBe(30_000 + sizes.length + 5)
    for (const [key, json] of large) expect(find(merged, key) === json).toBe(true)
    expect(find(merged, 'key-29997')).toBe('{"n":29997}')
    expect(find(merged, 'key-30004')).toBe('{"n":30004}')
  })

  test('stops at a signal in the middle, and leaves nothing behind', async () => {
    const sources = [await make(numbered(60_000)), await make(numbered(60_000, 30_000))]
    const before = [descriptors(), fs.readdirSync(dir).length]
    const writer = createTableWriter(dir, newName())
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 15)
    await expect(mergeTables(sources, writer, { dropDeleted: true, signal: stop.signal })).rejects.toThrow('enough')
    await writer.abort()
    expect([descriptors(), fs.readdirSync(dir).length]).toEqual(before)
    await expect(mergeTables(sources, writer, { dropDeleted: true, signal: stop.signal })).rejects.toThrow('enough')
  })

  test('gives way to others all the time', async () => {
    const sources = [await make(numbered(100_000)), await make(numbered(100_000, 50_000))]
    // Measured by the processor's time: a busy machine makes turns longer, and not the work in them.
    let longest = 0
    let used = process.cpuUsage()
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(used)
      longest = Math.max(longest, (user + system) / 1000)
      used = process.cpuUsage()
    }, 1)
    const merged = await merge(sources, { dropDeleted: true })
    clearInterval(timer)
    expect(merged.info.entries).toBe(150_000)
    // Turns are 5 ms; other threads collect garbage and write meanwhile.
    expect(longest).toBeLessThan(40)
  })

  test('of a damaged table rejects', async () => {
    const info = await write(numbered(1_000))
    const fd = fs.openSync(pathOf(info), 'r+')
    fs.writeSync(fd, 'X', info.indexAt - 1)
    fs.closeSync(fd)
    const writer = createTableWriter(dir, newName())
    await expect(mergeTables([open(info)], writer, { dropDeleted: true })).rejects.toSatisfy(isTableDamaged)
    await writer.abort()
  })
})

describe('a writer', () => {
  test('makes a file of its own, which only its user can read', async () => {
    const info = await write(numbered(3))
    expect(fs.statSync(pathOf(info)).mode & 0o777).toBe(0o600)
    expect(() => createTableWriter(dir, info.file)).toThrow(/EEXIST/)
    fs.symlinkSync('nowhere', path.join(dir, 'link'))
    expect(() => createTableWriter(dir, 'link')).toThrow(/EEXIST|ELOOP/)
    expect(() => createTableWriter(dir, '../x')).toThrow(/not a file's name/)
    expect(JSON.parse(JSON.stringify(info))).toEqual(info)
  })

  test('leaves no descriptor open and, aborted, no file', async () => {
    const before = descriptors()
    const writer = createTableWriter(dir, newName())
    await putAll(writer, numbered(50_000))
    await writer.abort()
    await writer.abort()
    expect(() => writer.put('a', '1')).toThrow(/is closed/)
    const table = await make(numbered(50_000))
    table.close()
    table.close()
    expect(() => find(table, 'key-1')).toThrow(/is closed/)
    expect(descriptors()).toBe(before)
    expect(fs.readdirSync(dir)).toEqual([table.info.file])
  })

  test('goes on where the disk has taken less than it was given', async () => {
    const whole = fs.write
    onWrite((fd, bytes, at, length, position, done) => whole(fd, bytes, at, Math.ceil(length / 3), position, done))
    const entries = [...numbered(60_000), ['large', 'x'.repeat(3_000_000)] as const, ...numbered(10, 60_000)]
    expect(contents(await make(entries))).toEqual(entries)
  })

  test.each([0, 1, 2, 'sync'] as const)('whose disk is full at operation %s rejects and closes', async (at) => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    const { write: whole, fdatasync: sync } = fs
    let writes = 0
    onWrite((fd, bytes, from, length, position, done) =>
      writes++ === at ? setImmediate(done, full, 0) : whole(fd, bytes, from, length, position, done),
    )
    vi.spyOn(fs, 'fdatasync').mockImplementation((fd, done) => {
      if (at === 'sync') setImmediate(done, full)
      else sync(fd, done)
    })
    const before = descriptors()
    await expect(write(numbered(60_000))).rejects.toBe(full)
    expect(descriptors()).toBe(before)
    expect(writes).toBe(at === 'sync' ? 3 : at + 1)
    expect(fs.readdirSync(dir)).toEqual([])
  })

  test('whose write fails between two puts is closed by then, and says so at the next', async () => {
    const before = descriptors()
    const writer = createTableWriter(dir, newName())
    const failure = new Error('EIO: i/o error')
    onWrite((_fd, _bytes, _at, _length, _position, done) => void setImmediate(done, failure, 0))
    await putAll(writer, numbered(40_000))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(descriptors()).toBe(before)
    await expect(writer.put('next', '1')).rejects.toBe(failure)
    await expect(writer.finish()).rejects.toBe(failure)
  })

  test('that is not waited for writes the same', async () => {
    const writer = createTableWriter(dir, newName())
    const entries = numbered(100_000)
    for (const [key, json] of entries) void writer.put(key, json)
    expect(contents(open(await writer.finish()))).toEqual(entries)
  })

  test('refuses a document that is too large, and goes on', async () => {
    const writer = createTableWriter(dir, newName())
    expect(() => writer.put('large', 'x'.repeat(MAX_RECORD_BYTES))).toThrow(RangeError)
    await writer.put('small', '1')
    expect(contents(open(await writer.finish()))).toEqual([['small', '1']])
  })
})

describe('the cache of blocks', () => {
  test('stays within its bound, whatever is asked of how many tables', async () => {
    const cache = createBlockCache(10 * BLOCK_BYTES + 1)
    const infos: TableInfo[] = []
    for (let i = 0; i < 3; i++) infos.push(await write(numbered(5_000, i * 5_000)))
    const tables = infos.map((info) => open(info, cache))
    for (const [key, json] of numbered(15_000)) {
      expect(tables.map((table) => find(table, key)).filter((found) => found !== undefined)).toEqual([json])
    }
    expect(cache.bytes()).toBe(10 * BLOCK_BYTES)
    for (const table of tables) table.close()
    const again = open(infos[0] as TableInfo, cache)
    for (const [key, json] of numbered(5_000)) expect(find(again, key)).toBe(json)
    expect(cache.bytes()).toBe(10 * BLOCK_BYTES)
  })

  test('works with no room at all', async () => {
    const table = open(await write(numbered(1_000)), createBlockCache(0))
    for (const [key, json] of numbered(1_000)) expect(find(table, key)).toBe(json)
  })

  test('keeps nothing that failed, and nothing of a closed table', () => {
    const cache = createBlockCache(3 * BLOCK_BYTES)
    const [one, other] = [cache.shelf(), cache.shelf()]
    const load = vi.fn<(number: number, into: { bytes: Buffer }) => void>(
      (number, into) => void into.bytes.fill(number),
    )
    expect(() => one.block(1, fail)).toThrow('unreadable')
    expect(one.block(1, load).bytes[0]).toBe(1)
    expect(other.block(1, load).bytes[0]).toBe(1)
    expect(load).toHaveBeenCalledTimes(2)
    expect(one.block(1, fail).bytes[4095]).toBe(1)
    one.clear()
    expect(() => one.block(1, fail)).toThrow('unreadable')
    expect(other.block(1, fail).bytes[0]).toBe(1)
    expect(cache.bytes()).toBeLessThanOrEqual(3 * BLOCK_BYTES)
  })

  test('lets go of what was asked for once before what is asked for again and again', () => {
    const cache = createBlockCache(4 * BLOCK_BYTES)
    const shelf = cache.shelf()
    const load = vi.fn<() => void>()
    for (let number = 0; number < 100; number++) {
      shelf.block(1_000, load)
      shelf.block(number, load)
    }
    expect(load).toHaveBeenCalledTimes(101)
  })
})
