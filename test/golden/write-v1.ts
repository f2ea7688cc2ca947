/**
 * Wrote the golden files of format v1, once: `npx tsx test/golden/write-v1.ts`. They are never written again: a change
 * of the format is a new version with files of its own.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { encodeCommit, encodeGenesis, type Draft, type Mark } from '../../src/log/commit.ts'
import { arrayLog, descriptorLog, sealed } from '../support/lines.ts'
import { foldLines, windowLines, type Ending, type RecordedDraft } from './records.ts'

const DIR = path.join(import.meta.dirname, 'v1')
const FILE = path.join(DIR, 'log.jsonl')
const AT = '2026-01-02T03:04:05.678Z'
const ELSEWHERE = 'ffffffffffffffff'
const PLANNER = { kind: 'session', id: 'planner', run: 'r1', pid: 4242 }
const WORKER = { kind: 'session', id: 'worker-1' }

if (fs.existsSync(FILE)) throw new Error(`${FILE} is there already, and stays as it is`)
fs.mkdirSync(DIR, { recursive: true })
const fd = fs.openSync(FILE, 'w+')
const drafts: RecordedDraft[] = []
const put = (bytes: Buffer | string): void => void fs.writeSync(fd, Buffer.from(bytes as string))

/** One write of the file adapter: a line break first, and one behind each line. */
const write = (...lines: (Buffer | string)[]): void => {
  put('\n')
  for (const line of lines) {
    put(line)
    put('\n')
  }
}

async function marks(): Promise<Mark[]> {
  const { lines } = await foldLines(descriptorLog(fd))
  const found: Mark[] = []
  for (const { n, chain, verdict } of lines) if (verdict === 'genesis' || verdict === 'accepted') found[n] = [n, chain]
  return found
}

let ids = 0
const newId = (): string => `01JGTQ9V0W${String(++ids).padStart(16, '0')}`

interface Changes extends Partial<Draft> {
  readonly id?: string
  readonly seen?: Mark
  readonly safe?: Mark
  readonly at?: string
}

/** A line that the encoder makes, and its draft. */
async function commit({ id = newId(), seen, safe, at = AT, ...changes }: Changes): Promise<Buffer> {
  const known = await marks()
  const head = known.at(-1) as Mark
  const draft: Draft = { by: PLANNER, cmd: 'SendMessage', on: {}, events: [], ...changes }
  const stamp = { id, at, seen: seen ?? head, safe: safe ?? known[Math.max(0, head[0] - 1)] ?? head }
  const { line } = encodeCommit(draft, stamp)
  drafts.push({ offset: fs.fstatSync(fd).size + 1, draft, stamp })
  return line
}

const event = (s: string, t: string, d: unknown, v = 1) => ({ s, t, v, d })

// Founding: interrupted once, then done by two at the same time.
write('{"v":1,"kind":"genesis","hub":"01JGTQ9V0WAAAAAAA')
write(encodeGenesis({ hub: '01JGTQ9V0W0000000000000000', at: '2026-01-01T00:00:00.000Z' }))
write(
  encodeGenesis({ hub: '01JGTQ9V0WZZZZZZZZZZZZZZZZ', at: AT, from: { hub: 'old.hub-1', seen: [7, '0123456789abcdef'] } }),
)
const start = (await marks())[0] as Mark

write(
  await commit({
    key: 'k-1',
    fp: 'd41d8cd98f00b204',
    on: { 'session-planner': 0, 'thread-t1': 0 },
    events: [event('thread-t1', 'MessageSent', { to: '@worker-1', body: 'Zażółć gęślą jaźń — ☂ 😀' })],
  }),
)
write(await commit({ by: WORKER, cmd: 'Acknowledge', key: 'nothing to do', fp: '' }))
write(
  await commit({
    cmd: 'Handoff',
    on: { 'task-t1': 0, 'session-worker-1': 3 },
    events: [
      event('task-t1', 'OwnershipTransferred', { from: 'planner', to: 'worker-1', epoch: 2 }, 3),
      event('thread-t1', 'MessageSent', { body: '' }),
      event('task-t1', 'TaskRenamed', null),
    ],
  }),
)
// A kill tore it, in the middle of a character.
write((await commit({ events: [event('thread-t1', 'MessageSent', { body: 'żółw' })] })).subarray(0, 253))
drafts.pop()
write(
  await commit({
    by: { kind: 'operator' },
    cmd: 'Escapes \u0000\u001f"\\/\u007f',
    at: '2025-12-31T23:59:59.999Z',
    events: [
      event('x-żółć ☂😀 "quoted" \ud800', 'Type/with any.thing ☂', {
        escapes: '\u0000\b\t\n\f\r\u001f\u007f"\\/\u2028\u2029\ufeff',
        surrogates: ['\ud83d\ude00', '\ud83d', '\ude00'],
        numbers: [0, 1.5, 1e21, 1e-7, 2 ** 53, -1],
        fake: ',"crc":"00000000"}',
        nested: { '': [[], {}, [null, true, false]], b: 1, a: 2, '10': 'ten', '9': 'nine' },
      }),
    ],
  }),
)
// Both rely on a stream that has been written since they looked.
write(await commit({ seen: (await marks())[2] as Mark, safe: start, on: { 'run-r9': 0, 'task-t1': 0 } }))
write(await commit({ id: drafts[0]?.stamp.id as string, seen: start, safe: start, on: { 'thread-t1': 0 } }))
write(await commit({ key: 'k-1', fp: 'another', seen: start, safe: start }))
// The same key of another actor, and by the same actor of what it had seen already.
write(await commit({ by: WORKER, key: 'k-1', fp: 'f', seen: start, safe: start, events: [event('y', 'Y', 1)] }))
write(await commit({ key: 'k-1', fp: 'again' }))
// Writes a stream that it does not rely on, and has not seen lately.
write(await commit({ seen: start, safe: start, events: [event('task-t1', 'Noted', 'late')] }))
write(await commit({ seen: [3, ELSEWHERE], safe: start }))
write(await commit({ seen: [99, ELSEWHERE], safe: start }))

const head = (await marks()).at(-1) as Mark
const text = (fields: string, id = newId()): string =>
  `{"v":1,"id":"${id}","at":"${AT}","by":{"kind":"x"},"cmd":"C","seen":[${head[0]},"${head[1]}"],"safe":[0,"${start[1]}"],"on":{},"events":[]${fields}`
// What a checksum does not save.
write(sealed(text('', '../escape')), sealed('not a record'), sealed(Buffer.from(`${text('')},"x":"\xff"`, 'latin1')))
write(sealed(text(',"on":{"__proto__":1}')), sealed(text(',"safe":[99,"ffffffffffffffff"]')))
write(sealed(text(',"events":[{"s":"a","t":"T","v":1}]')), sealed(text(',"key":"without fp"')))
// What a later writer may add, names that stand twice, white space, a number in another form, fields in any order.
write(sealed(text(',"sig":{"later":[1]},"cmd":"D"')))
write(
  sealed(
    `{ "events" : [ { "d" : {"new":1} , "extra":0, "v" : 1.0, "t":"T" , "s" : "z" } ] ,"on":{"z":0e0}, "safe":[0,"${start[1]}"],"seen":[${head[0]},"${head[1]}"],"cmd":"","by":{"kind":"","id":"","role":5},"at":"9999-99-99T99:99:99.999Z","id":"Z","v":1`,
  ),
)
put('\n\n\n')
// Checksums in capitals, a carriage return, a byte order mark: torn.
const quiet = sealed(text('')).toString()
const loud = quiet.replace(/[0-9a-f]{8}"}$/, (crc) => crc.toUpperCase())
if (loud === quiet) throw new Error('a checksum without letters')
write(loud)
write(`${sealed(text('')).toString()}\r`, `\ufeff${sealed(text('')).toString()}`)
// Two in one write: both have seen the same.
const first = await commit({ events: [event('a', 'A', {})] })
drafts.pop()
const both = await commit({ events: [event('b', 'B', {}), event('a', 'A', {})] })
drafts.pop()
write(first, both)
write(await commit({ at: '2026-02-03T04:05:06.789Z', safe: (await marks()).at(-1) as Mark, key: '', fp: '' }))
const whole = fs.fstatSync(fd).size
const tail = '{"v":1,"id":"01JGTQ9V0W'
put(`\n${tail}`)

const { lines, fold } = await foldLines(descriptorLog(fd))
const save = (name: string, content: unknown): void =>
  fs.writeFileSync(path.join(DIR, name), `${JSON.stringify(content, null, 2)}\n`)
save('log.json', { hub: fold.genesis?.hub, at: fold.head.at, cursor: fold.head.cursor, lines })
save('drafts.json', drafts)
if (fold.head.cursor !== whole) throw new Error('the tail is not where it should be')

// ---- what ends the reading
const bytes = fs.readFileSync(FILE)
const [n, chain] = fold.head.mark
const byId = (verdict: string, nth: number) => lines.filter((line) => line.verdict === verdict)[nth]?.offset as number
const commitLine = (seen: Mark, safe: Mark, id = 'next'): string =>
  encodeCommit({ by: WORKER, cmd: 'Next', on: {}, events: [event('a', 'A', {})] }, { id, at: AT, seen, safe }).line.toString()
const endings: Omit<Ending, 'outcome'>[] = [
  { name: 'the tail ends at last, torn, and another commit follows', append: `\n${commitLine([n, chain], [n, chain])}\n` },
  { name: 'the tail goes on to be whole', append: `${commitLine([n, chain], start, '01JGTQ9V0W').slice(tail.length)}\n` },
  { name: 'a later format version', append: `\n${sealed('{"v":2,"anything":[]').toString()}\n` },
  { name: 'an unknown kind of record', append: `\n${sealed('{"v":1,"kind":"checkpoint"').toString()}\n` },
  { name: 'a commit of another history', append: `\n\n${commitLine([n, ELSEWHERE], [n, ELSEWHERE])}\n` },
  { name: 'a commit that knows more to be durable than there is', append: `\n${commitLine([n + 1, ELSEWHERE], [n + 1, ELSEWHERE])}\n` },
  { name: 'an accepted commit rots', replace: { offset: byId('accepted', 2) + 30, byte: 0x21 } },
  { name: 'the genesis record rots', replace: { offset: byId('genesis', 0) + 30, byte: 0x21 } },
  { name: 'a void commit rots', replace: { offset: byId('conflict', 0) + 30, byte: 0x21 } },
  { name: 'the last commit rots, which nobody attests', replace: { offset: byId('accepted', n - 1) + 30, byte: 0x21 } },
]
const scratch = path.join(DIR, 'scratch')
const outcomes: Ending[] = []
for (const ending of endings) {
  const changed = Buffer.from(bytes)
  if (ending.replace !== undefined) changed[ending.replace.offset] = ending.replace.byte
  fs.writeFileSync(scratch, Buffer.concat([changed, Buffer.from(ending.append ?? '')]))
  const changedFd = fs.openSync(scratch, 'r')
  const after = await foldLines(descriptorLog(changedFd))
  fs.closeSync(changedFd)
  const stop = (after.fold.damage ?? after.error) as { code: string; details: { offset: number; suspects?: number[] } } | undefined
  const [n, chain] = after.fold.head.mark
  outcomes.push({
    ...ending,
    outcome: {
      code: stop?.code ?? 'OK',
      ...(stop && { offset: stop.details.offset, ...(stop.details.suspects && { suspects: stop.details.suspects }) }),
      n,
      position: after.fold.head.position,
      chain,
    },
  })
}
fs.rmSync(scratch)
save('endings.json', outcomes)

// ---- a log longer than the window
const grown: Mark[] = []
const log = windowLines((k) => grown[k] as Mark)
let window
do {
  window = await foldLines(arrayLog(log.lines))
  grown[window.fold.head.mark[0]] = window.fold.head.mark
} while (log.next())
save('window.json', {
  sha256: createHash('sha256').update(log.lines.map((line) => `${line.toString()}\n`).join('')).digest('hex'),
  chains: [0, 1, 500, 1_024, 1_100].map((k) => grown[k]),
  last: window.lines.slice(-6).map((line) => ({ ...line, offset: undefined })),
})
fs.closeSync(fd)
