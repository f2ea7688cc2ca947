/** The stored format, against files that were written once (test/golden/v1). What they say may never change. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { decode, encodeCommit, encodeGenesis, type Mark } from '../src/log/commit.ts'
import { logFile } from '../src/log/file/file-log.ts'
import { openHub, type BatonError } from '../src/index.ts'
import {
  foldLines,
  windowLines,
  WINDOW_COMMITS,
  type Ending,
  type LineVerdict,
  type RecordedDraft,
} from './golden/records.ts'
import { arrayLog, descriptorLog } from './support/lines.ts'
import { scratch } from './support/scratch.ts'

const DIR = path.join(import.meta.dirname, 'golden', 'v1')
const freshDir = scratch()
const load = (name: string): unknown => JSON.parse(fs.readFileSync(path.join(DIR, name), 'utf8'))
const golden = load('log.json') as { hub: string; at: string; cursor: number; lines: LineVerdict[] }
const bytes = fs.readFileSync(path.join(DIR, 'log.jsonl'))

const lineAt = (offset: number): Buffer => bytes.subarray(offset, bytes.indexOf(0x0a, offset))

async function foldBytes(content: Buffer) {
  const file = path.join(freshDir(), 'log')
  fs.writeFileSync(file, content)
  const fd = fs.openSync(file, 'r')
  try {
    return await foldLines(descriptorLog(fd, file))
  } finally {
    fs.closeSync(fd)
  }
}

test('01 the golden files are those that were written', () => {
  const digest = (name: string): string =>
    createHash('sha256')
      .update(fs.readFileSync(path.join(DIR, name)))
      .digest('hex')
  expect(
    Object.fromEntries(
      fs
        .readdirSync(DIR)
        .sort()
        .map((name) => [name, digest(name)]),
    ),
  ).toEqual(DIGESTS)
})

const DIGESTS = {
  'drafts.json': '68a7be94c38fa3daf6420fc155c524a297dd59e68ebd12c4139d9e0ff4cc6ee3',
  'endings.json': 'b6023c66084f21bf2afcad9dc9384c9416e76b688244cdeb17ce3f0550e9929d',
  'log.json': '03db9e72989035f66a3221e9b43c021c7e7eeac5ca78936a455f0b0b646bfe89',
  'log.jsonl': 'bdca0f7ed3261ff54f7c447d24ad1b9cf730d9a418d7a1743d550908f1f88699',
  'window.json': '0ffa22bcf07ff3e66fedaf5ad0c7fe4c5acba64619f1756fa296270a4cac044b',
}

test('02 every line has its offset, verdict, number, position and chain', async () => {
  const { lines, fold, error } = await foldBytes(bytes)
  expect(error).toBeUndefined()
  expect(fold.damage).toBeUndefined()
  expect(lines).toEqual(golden.lines)
  expect(fold.genesis?.hub).toBe(golden.hub)
  expect(fold.head).toMatchObject({ at: golden.at, cursor: bytes.lastIndexOf(0x0a) + 1 })
  expect(new Set(lines.map(({ verdict }) => verdict))).toEqual(
    new Set(['torn', 'genesis', 'duplicate', 'accepted', 'conflict', 'orphaned', 'invalid']),
  )
})

test('03 the recorded drafts give the recorded lines, byte for byte', () => {
  const drafts = load('drafts.json') as RecordedDraft[]
  expect(drafts.length).toBeGreaterThan(10)
  for (const { offset, draft, stamp } of drafts) {
    const { line, commit, raises } = encodeCommit(draft, stamp)
    expect(line.toString()).toBe(lineAt(offset).toString())
    expect(line.equals(lineAt(offset))).toBe(true)
    // What the writer holds of it is what a reader reads.
    const decoded = decode(lineAt(offset))
    expect(decoded).toMatchObject({ kind: 'commit' })
    if (decoded.kind !== 'commit') continue
    const { v: _, ...read } = decoded.commit as typeof decoded.commit & { v: number }
    expect({ ...commit }).toEqual(read)
    expect(raises).toEqual(decoded.commit.events.map(({ s }) => s))
  }
})

test('04 the genesis records are written byte for byte', () => {
  const offsets = [golden.lines[1]?.offset, golden.lines[2]?.offset] as [number, number]
  const records = [
    { hub: '01JGTQ9V0W0000000000000000', at: '2026-01-01T00:00:00.000Z' },
    {
      hub: '01JGTQ9V0WZZZZZZZZZZZZZZZZ',
      at: '2026-01-02T03:04:05.678Z',
      from: { hub: 'old.hub-1', seen: [7, '0123456789abcdef'] as Mark },
    },
  ]
  for (const [i, record] of records.entries()) {
    expect(encodeGenesis(record).toString()).toBe(lineAt(offsets[i] as number).toString())
    expect(decode(lineAt(offsets[i] as number))).toMatchObject({ kind: 'genesis', genesis: record })
  }
})

test.each(load('endings.json') as Ending[])('05 $name', async ({ replace, append, outcome }) => {
  const content = Buffer.concat([bytes, Buffer.from(append ?? '')])
  if (replace !== undefined) content[replace.offset] = replace.byte
  const { fold, error } = await foldBytes(content)
  const stop = fold.damage ?? (error as BatonError | undefined)
  const { mark, position } = fold.head
  const { offset, suspects } = (stop?.details ?? {}) as { offset?: number; suspects?: number[] }
  expect({
    code: stop?.code ?? 'OK',
    ...(offset !== undefined && { offset }),
    ...(suspects !== undefined && { suspects }),
    n: mark[0],
    position,
    chain: mark[1],
  }).toEqual(outcome)
})

test('06 a log longer than the window, by formula: its bytes, its chain, and the verdicts at the window’s edge', async () => {
  const expected = load('window.json') as { sha256: string; chains: Mark[]; last: LineVerdict[] }
  const marks: Mark[] = []
  const log = windowLines((k) => marks[k] as Mark)
  const live = arrayLog(log.lines)
  const { fold } = await foldLines(live)
  marks[0] = fold.head.mark
  while (log.next()) {
    await fold.catchUp()
    marks[fold.head.mark[0]] = fold.head.mark
  }
  const text = log.lines.map((line) => `${line.toString()}\n`).join('')
  expect(createHash('sha256').update(text).digest('hex')).toBe(expected.sha256)
  expect(expected.chains.map(([k]) => marks[k])).toEqual(expected.chains)
  expect(expected.chains.at(-1)?.[0]).toBe(WINDOW_COMMITS)
  const { lines } = await foldLines(live)
  expect(lines.slice(-6).map((line) => ({ ...line, offset: undefined }))).toEqual(expected.last)
})

test('07 the golden log opens as a hub, serves its events, takes a commit, and keeps every byte', async () => {
  const dir = freshDir()
  fs.mkdirSync(path.dirname(logFile(dir)), { recursive: true })
  fs.writeFileSync(logFile(dir), bytes)
  const hub = await openHub({ dir })
  expect(hub.id).toBe(golden.hub)
  const events = []
  for await (const event of hub.log()) events.push(event)
  expect(events.map(({ position }) => position)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1))
  expect(events[0]).toMatchObject({ stream: 'thread-t1', type: 'MessageSent', typeVersion: 1 })
  expect(events[0]?.data).toMatchObject({ body: 'Zażółć gęślą jaźń — ☂ 😀' })
  await hub.eventStore.appendToStream('after', [{ type: 'Happened', data: {} }])
  expect(hub.head.mark[0]).toBe(13)
  await hub.close()
  expect(fs.readFileSync(logFile(dir)).subarray(0, bytes.length).equals(bytes)).toBe(true)
})
