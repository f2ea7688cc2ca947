/** Torn and damaged logs, on real files: what was durable never silently changes, and nothing is repaired silently. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHub, type BatonError, type Hub } from '../src/index.ts'
import { logFile } from '../src/log/file/file-log.ts'
import { encodeCommit, encodeGenesis, MAX_LINE_BYTES, type Mark } from '../src/log/commit.ts'
import { createFold, type Fold } from '../src/log/fold.ts'
import { descriptorLog, framed, sealed } from './support/lines.ts'
import { seeded } from './support/random.ts'
import { scratch } from './support/scratch.ts'

const LONG = process.env['BATON_TEST_LONG'] === '1'
const freshDir = scratch()
const AT = '2026-01-01T00:00:00.000Z'

interface Place {
  readonly id: string
  readonly n: number
  readonly position: number
  readonly offset: number
}

interface Folded {
  readonly fold: Fold
  /** The accepted commits in order, as far as they are served. */
  readonly places: readonly Place[]
  /** The highest number that any commit attests to be durable. */
  readonly attested: number
  readonly verdicts: readonly string[]
}

/** Folds a file as every replica does. */
async function foldFile(fd: number): Promise<Folded> {
  const places: Place[] = []
  const verdicts: string[] = []
  let attested = 0
  const fold = createFold(descriptorLog(fd, 'the log'), {
    observe({ commit, void: reason, n, position, entry }) {
      verdicts.push(reason ?? 'accepted')
      if (commit === undefined) return
      attested = Math.max(attested, commit.safe[0])
      if (reason === undefined) places.push({ id: commit.id, n, position, offset: entry.ref })
    },
    reset() {
      places.length = 0
      verdicts.length = 0
    },
  })
  await fold.catchUp()
  return { fold, places, attested, verdicts }
}

async function foldBytes(dir: string, bytes: Buffer): Promise<Folded> {
  const file = path.join(dir, 'bytes')
  fs.writeFileSync(file, bytes)
  const fd = fs.openSync(file, 'r')
  try {
    return await foldFile(fd)
  } finally {
    fs.closeSync(fd)
  }
}

const events = (count: number, text: string) =>
  Array.from({ length: count }, (_, i) => ({ type: 'Happened', data: { i, text } }))

const write = (hub: Hub, stream: string, count = 1, text = 'Ja, *sicher* — żółć ☂'): Promise<unknown> =>
  hub.eventStore.appendToStream(stream, events(count, text))

/** A hub with `commits` commits, of which every one but the last is attested by a later one. Closed again. */
async function makeHub(dir: string, commits: number): Promise<Buffer> {
  const hub = await openHub({ dir, create: true })
  for (let i = 0; i < commits - 4; i++) await write(hub, `s${i % 5}`, 1 + (i % 3))
  // Four in one write: their lines are parted by a single line break.
  await Promise.all(['a', 'b', 'c'].map((stream) => write(hub, stream)))
  await write(hub, 'a')
  await hub.close()
  return fs.readFileSync(logFile(dir))
}

/** Puts these bytes where a hub is looked for. */
function place(dir: string, bytes: Buffer): string {
  fs.mkdirSync(path.dirname(logFile(dir)), { recursive: true, mode: 0o700 })
  fs.writeFileSync(logFile(dir), bytes)
  return logFile(dir)
}

/** Where the line begins that holds this byte. */
const lineStart = (bytes: Buffer, at: number): number => (at === 0 ? 0 : bytes.lastIndexOf(0x0a, at - 1) + 1)

const flip = (bytes: Buffer, at: number, bit: number): void => {
  bytes[at] = (bytes[at] as number) ^ (1 << bit)
}

const same = (a: readonly Place[], b: readonly Place[]): boolean =>
  a.length === b.length && a.every((each, i) => each.id === b[i]?.id && each.position === b[i]?.position)

const asDamage = (error: unknown): BatonError => {
  expect(error).toMatchObject({ code: 'LOG_DAMAGED' })
  return error as BatonError
}

async function failure(promise: Promise<unknown>): Promise<BatonError> {
  return asDamage(
    await promise.then(
      () => 'it went through',
      (error: unknown) => error,
    ),
  )
}

test('01 a log cut at every byte opens and goes on', { timeout: 240_000 }, async () => {
  const whole = await makeHub(freshDir(), LONG ? 30 : 9)
  const complete = await foldBytes(freshDir(), whole)
  const dir = freshDir()
  const file = place(dir, whole)
  for (let size = 0; size <= whole.length; size++) {
    fs.writeFileSync(file, whole.subarray(0, size))
    const hub = await openHub({ dir, create: true, durability: 'os' })
    const before = hub.head.mark[0]
    await write(hub, 'after', 1)
    const bytes = fs.readFileSync(file)
    const { places, fold, verdicts } = await foldBytes(dir, bytes)
    const context = `cut at ${size}`
    expect(bytes.subarray(0, size).equals(whole.subarray(0, size)), context).toBe(true)
    expect(fold.damage, context).toBeUndefined()
    // What was whole is where it was. The cut may have taken only a line break: that commit was not there, and now is.
    const kept = complete.places.filter(({ offset }) => offset < size && whole.indexOf(0x0a, offset) <= size).length
    expect(before, context).toBe(complete.places.filter(({ offset }) => whole.indexOf(0x0a, offset) < size).length)
    expect(same(places.slice(0, kept), complete.places.slice(0, kept)), context).toBe(true)
    expect(places.length, context).toBe(kept + 1)
    expect(verdicts.filter((verdict) => verdict === 'torn').length, context).toBeLessThanOrEqual(1)
    expect(hub.head.mark[0], context).toBe(kept + 1)
    await hub.close()
  }
})

test('02 an open hub whose log is cut says so, and does not write', async () => {
  const dir = freshDir()
  const whole = await makeHub(dir, 9)
  const file = logFile(dir)
  const hub = await openHub({ dir })
  fs.truncateSync(file, whole.length - 100)
  const damage = await failure(write(hub, 'a'))
  expect(damage.details).toMatchObject({ file, size: whole.length - 100 })
  await failure(hub.catchUp())
  expect(fs.readFileSync(file).equals(whole.subarray(0, whole.length - 100))).toBe(true)
  await hub.close().catch(asDamage)
})

test(
  '03 every bit flipped: no durable commit silently changes its position or verdict',
  { timeout: 240_000 },
  async () => {
    const dir = freshDir()
    const bytes = await makeHub(dir, 26)
    expect(bytes.length).toBeGreaterThan(9_000)
    const fd = fs.openSync(logFile(dir), 'r+')
    const whole = await foldFile(fd)
    // All but the last are attested; the three that were written at once, by the one behind them.
    expect(whole.attested).toBe(whole.places.length - 1)
    const last = whole.places.at(-1)?.offset as number
    const seen = { flips: 0, damaged: 0, harmless: 0 }
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        flip(bytes, at, bit)
        fs.writeSync(fd, bytes, at, 1, at)
        const after = await foldFile(fd)
        const wrong = judgeFlip(whole, after, lineStart(bytes, at), at >= last - 1)
        if (wrong !== undefined) expect.fail(`bit ${bit} of byte ${at}: ${wrong}`)
        flip(bytes, at, bit)
        seen.flips++
        const line = lineStart(bytes, at)
        seen[line < last && bytes[at] !== 0x0a ? 'damaged' : 'harmless']++
      }
      fs.writeSync(fd, bytes, at, 1, at)
    }
    fs.closeSync(fd)
    console.log(`bit flips: ${JSON.stringify(seen)}`)
    expect(seen.flips).toBe(bytes.length * 8)
    expect(seen.damaged).toBeGreaterThan(seen.flips * 0.9)
  },
)

/** What is wrong with a fold of a log of which one bit was flipped, in the line at `line`; undefined if nothing. */
function judgeFlip(whole: Folded, after: Folded, line: number, inLast: boolean): string | undefined {
  const { damage, head } = after.fold
  if (!same(after.places, whole.places.slice(0, after.places.length))) return 'what is served is no prefix'
  if (damage === undefined) {
    // Nobody knew the last one to be durable but its own writer, who wrote nothing since.
    const missing = whole.places.length - after.places.length
    return missing <= (inLast ? 1 : 0) ? undefined : `${missing} commits are gone, and nobody says so`
  }
  const { offset, file, suspects } = damage.details as { offset: number; file: string; suspects: number[] }
  if (damage.code !== 'LOG_DAMAGED' || file !== 'the log') return damage.message
  if (offset > line) return `the damage in the line at ${line} is said to be at ${offset}`
  if (offset !== line && !suspects.includes(line)) return `the line at ${line} is not among the suspects`
  if (head.cursor > offset) return `served up to ${head.cursor}, damaged at ${offset}`
  return undefined
}

test('04 the same through the file adapter: the hub is read-only, and the file stays as it is', async () => {
  const dir = freshDir()
  const bytes = await makeHub(dir, 26)
  const file = logFile(dir)
  const whole = await foldBytes(freshDir(), bytes)
  const last = whole.places.at(-1)?.offset as number
  const random = seeded(4)
  for (let i = 0; i < 500; i++) {
    const at = random.below(last - 1)
    const rotten = Buffer.from(bytes)
    flip(rotten, at, random.below(8))
    fs.writeFileSync(file, rotten)
    const context = `byte ${at}`
    const opened = await openHub({ dir, create: i % 2 === 0 }).catch((error: unknown) => error as BatonError)
    if (opened instanceof Error) {
      // Without its genesis record nothing of a log can be read.
      expect(asDamage(opened).details, context).toMatchObject({ file, offset: lineStart(rotten, at) })
      expect(at, context).toBeLessThan(bytes.indexOf(0x0a, 1) + 1)
    } else {
      const hub = opened
      if (hub.damage === undefined) {
        // A line break between two others, that nobody needed.
        expect(hub.head.mark, context).toEqual(whole.fold.head.mark)
      } else {
        expect(hub.damage.details['offset'], context).toBeLessThanOrEqual(lineStart(rotten, at))
        const refused = await failure(write(hub, 'a'))
        expect(refused.details, context).toMatchObject({ ...hub.damage.details, outcome: 'none' })
        const served: number[] = []
        for await (const { position } of hub.log()) served.push(position)
        expect(served, context).toEqual(Array.from({ length: hub.head.position }, (_, i) => i + 1))
      }
      await hub.close()
    }
    expect(fs.readFileSync(file).equals(rotten), context).toBe(true)
  }
})

test('05 a damaged hub serves what lies before the damage, on every way of reading', async () => {
  const bytes = await makeHub(freshDir(), 26)
  // Without snapshots: whoever goes on from one does not look at what lies before it.
  const dir = freshDir()
  const whole = await foldBytes(freshDir(), bytes)
  const victim = whole.places[12] as Place
  flip(bytes, victim.offset + 50, 3)
  const file = place(dir, bytes)
  const hub = await openHub({ dir })
  expect(hub.damage?.details).toMatchObject({ file, offset: victim.offset })
  expect(hub.head.mark[0]).toBe(12)
  const stream = await hub.eventStore.readStream('s1')
  expect(stream.events.every(({ metadata }) => metadata.globalPosition < victim.position)).toBe(true)
  expect(stream.events.length).toBeGreaterThan(0)
  const report = await hub.verify()
  expect(report.findings.filter(({ kind }) => kind === 'damaged')).toMatchObject([{ offset: victim.offset }])
  expect(report.commits).toBe(12)
  await hub.close()
  expect(fs.readFileSync(file).equals(bytes)).toBe(true)
})

const TAILS: [string, () => Buffer][] = [
  ['a zero', () => Buffer.alloc(1)],
  ['a sector of zeros', () => Buffer.alloc(4096)],
  ['a brace', () => Buffer.from('{')],
  ['half a record', () => encodeGenesis({ hub: 'x', at: '2026-01-01T00:00:00.000Z' }).subarray(0, 40)],
  ['noise', () => Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 31) % 251))],
  ['one byte more than any line', () => Buffer.alloc(MAX_LINE_BYTES + 1, 0x20)],
  ['20 MB of zeros', () => Buffer.alloc(20 * 1024 * 1024)],
  ['20 MB without a line break', () => Buffer.alloc(20 * 1024 * 1024, 0xc3)],
]
/** What reading a line of any length may take: a few times the longest record. */
const MEMORY = 12 * MAX_LINE_BYTES

test.each(TAILS)('06 a log with %s behind its last line break goes on', async (_name, tail) => {
  const dir = freshDir()
  const whole = await makeHub(dir, 9)
  const file = logFile(dir)
  fs.appendFileSync(file, tail())
  const before = fs.readFileSync(file)
  const peak = watchMemory()
  const hub = await openHub({ dir })
  expect(hub.head.mark[0]).toBe(9)
  await write(hub, 'a')
  expect(hub.head.mark[0]).toBe(10)
  const [stream, last] = [await hub.eventStore.readStream('a'), 3n]
  expect(stream.currentStreamVersion).toBe(last)
  expect(hub.damage).toBeUndefined()
  await hub.close()
  expect(peak()).toBeLessThan(MEMORY)
  expect(fs.readFileSync(file).subarray(0, before.length).equals(before)).toBe(true)
  expect(before.subarray(0, whole.length).equals(whole)).toBe(true)
})

test('06 a log with 300 MB of zeros behind its last line break goes on, and memory stays bounded', async () => {
  const dir = freshDir()
  await makeHub(dir, 9)
  const file = logFile(dir)
  const size = fs.statSync(file).size + 300 * 1024 * 1024
  fs.truncateSync(file, size)
  const peak = watchMemory()
  const hub = await openHub({ dir, durability: 'os' })
  await write(hub, 'a')
  expect(hub.head.mark[0]).toBe(10)
  expect(hub.head.cursor).toBeGreaterThan(size)
  await hub.close()
  expect(peak()).toBeLessThan(MEMORY)
})

const used = (): number => process.memoryUsage().arrayBuffers

/** How much memory outside the heap is taken at most, beyond what is taken now. */
function watchMemory(): () => number {
  const start = used()
  let peak = start
  const timer = setInterval(() => (peak = Math.max(peak, used())), 1)
  return () => {
    clearInterval(timer)
    return Math.max(peak, used()) - start
  }
}

test('07 a line that is longer than any record is void, and the hub goes on behind it', async () => {
  const dir = freshDir()
  await makeHub(dir, 9)
  const file = logFile(dir)
  for (const size of [MAX_LINE_BYTES, MAX_LINE_BYTES + 1, MAX_LINE_BYTES + 2_000_000, 40_000_000]) {
    fs.appendFileSync(file, Buffer.concat([Buffer.from('\n'), Buffer.alloc(size, 0x7b), Buffer.from('\n')]))
    const hub = await openHub({ dir, durability: 'os' })
    await write(hub, 'a')
    await hub.close()
  }
  const fd = fs.openSync(file, 'r')
  const { verdicts, places, fold } = await foldFile(fd)
  fs.closeSync(fd)
  expect(verdicts.filter((verdict) => verdict === 'torn').length).toBe(4)
  expect(places.length).toBe(13)
  expect(fold.damage).toBeUndefined()
  expect(fold.head.cursor).toBe(fs.statSync(file).size)
})

test('08 a commit of the longest line is read, and one byte more is not', async () => {
  const dir = freshDir()
  const hub = await openHub({ dir, create: true, limits: { commitBytes: MAX_LINE_BYTES }, durability: 'os' })
  const line = async (length: number): Promise<number> => {
    const before = fs.statSync(logFile(dir)).size
    await hub.eventStore.appendToStream('big', [{ type: 'Big', data: { text: 'x'.repeat(length) } }])
    return fs.statSync(logFile(dir)).size - before - 2
  }
  const overhead = (await line(1_000)) - 1_000
  expect(await line(MAX_LINE_BYTES - overhead)).toBe(MAX_LINE_BYTES)
  await expect(line(MAX_LINE_BYTES - overhead + 1)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  // Somebody else's, one byte too long and right in everything else.
  const [n, chain] = hub.head.mark
  const open = `{"v":1,"id":"long","at":"${AT}","by":{"kind":"x"},"cmd":"C","seen":[${n},"${chain}"],"safe":[${n},"${chain}"],"on":{},"events":[]`
  const tooLong = sealed(open + ' '.repeat(MAX_LINE_BYTES + 1 - open.length - 18))
  expect(tooLong.length).toBe(MAX_LINE_BYTES + 1)
  fs.appendFileSync(logFile(dir), framed(tooLong))
  await hub.close()
  const again = await openHub({ dir })
  expect(again.head.mark[0]).toBe(2)
  expect((await again.verify()).void).toEqual({ torn: 1 })
  const { events } = await again.eventStore.readStream('big')
  expect(JSON.stringify(events[1]?.data).length).toBe(MAX_LINE_BYTES - overhead + '{"text":""}'.length)
  await again.close()
})

/** The lines of a log, without its blank ones. */
const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')

test('09 a line of another hub that was pasted in is found', async () => {
  const other = linesOf(await makeHub(freshDir(), 9))
  for (const pasted of [other[2], other[5], other.at(-1)] as string[]) {
    const dir = freshDir()
    const whole = await makeHub(dir, 9)
    const file = logFile(dir)
    fs.appendFileSync(file, framed(pasted))
    const before = fs.readFileSync(file)
    const hub = await openHub({ dir })
    expect(hub.damage).toMatchObject({ code: 'LOG_DAMAGED', details: { file, offset: whole.length + 1 } })
    expect(hub.damage?.message).toContain('another history')
    expect(hub.head.mark[0]).toBe(9)
    await failure(write(hub, 'a'))
    await hub.close()
    expect(fs.readFileSync(file).equals(before)).toBe(true)
  }
})

test('10 lines of the same hub that were pasted in again are void', async () => {
  const dir = freshDir()
  const whole = await makeHub(dir, 26)
  const before = await foldBytes(freshDir(), whole)
  for (const pasted of [...linesOf(whole), ...linesOf(whole).toReversed()])
    fs.appendFileSync(logFile(dir), framed(pasted))
  const hub = await openHub({ dir })
  expect(hub.damage).toBeUndefined()
  expect(hub.head.mark).toEqual(before.fold.head.mark)
  expect(hub.head.position).toBe(before.fold.head.position)
  await write(hub, 'a')
  expect(hub.head.mark[0]).toBe(27)
  const { void: voids } = await hub.verify()
  // Each once forwards and once backwards, the genesis record among them.
  expect(voids).toEqual({ duplicate: 2 * 27 })
  await hub.close()
})

test('11 two copies of a hub that went on apart and were then joined are found, in both orders', async () => {
  const dir = freshDir()
  const common = await makeHub(dir, 9)
  const grow = async (stream: string): Promise<Buffer> => {
    place(dir, common)
    const hub = await openHub({ dir })
    for (let i = 0; i < 4; i++) await write(hub, stream, 1)
    await hub.close()
    return fs.readFileSync(logFile(dir))
  }
  const [one, two] = [await grow('one'), await grow('two')]
  const [tailOne, tailTwo] = [one.subarray(common.length), two.subarray(common.length)]
  const joined: [Buffer, Buffer][] = [
    [one, two],
    [two, one],
    [one, tailTwo],
    [two, tailOne],
  ]
  for (const [first, second] of joined) {
    const bytes = Buffer.concat([first, second])
    const file = place(dir, bytes)
    const alone = await foldBytes(freshDir(), first)
    const hub = await openHub({ dir })
    const { offset } = asDamage(hub.damage).details
    expect(hub.damage?.details).toMatchObject({ file })
    expect(offset).toBeGreaterThanOrEqual(first.length)
    // The whole history of the first is there, at its positions.
    const { places } = await foldBytes(freshDir(), bytes)
    expect(same(places.slice(0, alone.places.length), alone.places)).toBe(true)
    await failure(write(hub, 'a'))
    await hub.close()
    expect(fs.readFileSync(file).equals(bytes)).toBe(true)
  }
})

test('12 a line torn by a kill does not move the named offset of a later rot when writers agreed in between', async () => {
  const dir = freshDir()
  const file = logFile(dir)
  await makeHub(dir, 9)
  fs.appendFileSync(file, '\n{"v":1,"id":"killed here')
  const torn = fs.readFileSync(file).lastIndexOf('{"v":1')
  const hub = await openHub({ dir })
  for (let i = 0; i < 4; i++) await write(hub, 'a')
  await hub.close()
  const bytes = fs.readFileSync(file)
  const { places, fold } = await foldBytes(freshDir(), bytes)
  expect(fold.damage).toBeUndefined()
  const offsets = places.map(({ offset }) => offset)
  const named = async (victim: number): Promise<unknown> => {
    const rotten = Buffer.from(bytes)
    flip(rotten, victim + 30, 2)
    const { fold } = await foldBytes(dir, rotten)
    return asDamage(fold.damage).details
  }
  // Commit 11 is the first that says what commit 10 was: while it can be read, the torn line is out of suspicion.
  expect(await named(offsets[9] as number)).toMatchObject({ offset: torn, suspects: [torn, offsets[9]] })
  expect(await named(offsets[10] as number)).toMatchObject({ offset: torn, suspects: [torn, offsets[10]] })
  expect(await named(offsets[11] as number)).toMatchObject({ offset: offsets[11], suspects: [offsets[11]] })
  expect(await named(offsets[8] as number)).toMatchObject({ offset: offsets[8] })
})

test('12 a copy of a rotten line further on does not hide what was lost in between', async () => {
  const marks: Mark[] = []
  const lines: Buffer[] = [encodeGenesis({ hub: 'hub', at: AT })]
  const fold = async (content: Buffer[]): Promise<Folded> => foldBytes(freshDir(), framed(...content))
  const put = async (id: string, seen: number, safe: number): Promise<void> => {
    marks[seen] ??= (await fold(lines)).fold.head.mark
    const stamp = { id, at: AT, seen: marks[seen], safe: marks[safe] as Mark }
    const events = [{ s: `s-${id}`, t: 'Happened', v: 1, d: {} }]
    lines.push(encodeCommit({ by: { kind: 'x' }, cmd: 'C', on: {}, events }, stamp).line)
  }
  await put('one', 0, 0)
  await put('two', 1, 0)
  lines.push(lines[1] as Buffer)
  await put('three', 1, 0)
  await put('four', 3, 0)
  marks[4] = (await fold(lines)).fold.head.mark
  await put('five', 4, 4)
  const before = await fold(lines)
  expect(before.verdicts).toEqual(['accepted', 'accepted', 'accepted', 'duplicate', 'accepted', 'accepted', 'accepted'])
  const [first] = before.places as [Place]
  const bytes = framed(...lines)
  flip(bytes, first.offset + 20, 1)
  const after = await foldBytes(freshDir(), bytes)
  expect(asDamage(after.fold.damage).details).toMatchObject({ offset: first.offset, suspects: [first.offset] })
  expect(after.places).toEqual([])
})

test('13 a live replica that has folded what rots later goes on, and a fresh one finds it', async () => {
  const dir = freshDir()
  const bytes = await makeHub(dir, 9)
  const file = logFile(dir)
  const live = await openHub({ dir })
  const victim = (await foldBytes(freshDir(), bytes)).places[4] as Place
  flip(bytes, victim.offset + 30, 2)
  fs.writeFileSync(file, bytes)
  await write(live, 'a')
  expect(live.head.mark[0]).toBe(10)
  expect(live.damage).toBeUndefined()
  const fresh = await openHub({ dir })
  expect(fresh.damage?.details).toMatchObject({ offset: victim.offset })
  expect(fresh.head.mark[0]).toBe(4)
  // What the live one reads again from the file is checked again.
  const { findings } = await live.verify()
  expect(findings.map(({ kind }) => kind)).toContain('damaged')
  await fresh.close()
  await live.close()
})

test('14 a live replica notices damage in what it has not folded yet', async () => {
  const dir = freshDir()
  const file = logFile(dir)
  await makeHub(dir, 9)
  const live = await openHub({ dir })
  const size = fs.statSync(file).size
  const other = await openHub({ dir })
  for (let i = 0; i < 3; i++) await write(other, 'b')
  await other.close()
  const bytes = fs.readFileSync(file)
  flip(bytes, size + 40, 1)
  fs.writeFileSync(file, bytes)
  const refused = await failure(write(live, 'a'))
  expect(refused.details).toMatchObject({ file, offset: size + 1, outcome: 'none' })
  expect(live.head.mark[0]).toBe(9)
  expect((await live.eventStore.readStream('b')).currentStreamVersion).toBe(1n)
  await live.close()
  expect(fs.readFileSync(file).equals(bytes)).toBe(true)
})

test('15 founding that was interrupted is finished by the next who creates, and by nobody else', async () => {
  const dir = freshDir()
  const torn = framed(encodeGenesis({ hub: 'hub', at: '2026-01-01T00:00:00.000Z' }).subarray(0, 30))
  const file = place(dir, torn)
  await expect(openHub({ dir })).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' })
  expect(fs.readFileSync(file).equals(torn)).toBe(true)
  const hub = await openHub({ dir, create: true })
  await write(hub, 'a')
  await write(hub, 'a')
  await hub.close()
  expect(fs.readFileSync(file).subarray(0, torn.length).equals(torn)).toBe(true)
})

test('16 a founding race whose first genesis record rots is found: no hub changes its id silently', async () => {
  const dir = freshDir()
  const at = '2026-01-01T00:00:00.000Z'
  const file = place(
    dir,
    Buffer.concat([framed(encodeGenesis({ hub: 'first', at })), framed(encodeGenesis({ hub: 'second', at }))]),
  )
  const hub = await openHub({ dir })
  expect(hub.id).toBe('first')
  for (let i = 0; i < 3; i++) await write(hub, 'a')
  await hub.close()
  const bytes = fs.readFileSync(file)
  flip(bytes, 20, 0)
  fs.writeFileSync(file, bytes)
  const { details } = await failure(openHub({ dir, create: true }))
  expect(details).toMatchObject({ file, offset: 1, suspects: [1] })
  expect(fs.readFileSync(file).equals(bytes)).toBe(true)
})

test('17 a log that begins with another file’s tail, without a genesis record, is refused and left alone', async () => {
  const dir = freshDir()
  const whole = await makeHub(freshDir(), 9)
  const bytes = whole.subarray(whole.indexOf(0x0a, 1))
  const file = place(dir, bytes)
  const { details } = await failure(openHub({ dir, create: true }))
  expect(details).toMatchObject({ file, offset: 2 })
  expect(fs.readFileSync(file).equals(bytes)).toBe(true)
})
