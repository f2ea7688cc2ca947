/** Histories written again for another hub: in memory, where very many can be. */
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { openHub } from '../src/hub.ts'
import { WINDOW } from '../src/log/accept.ts'
import { decode, encodeCommit, encodeGenesis, MAX_LINE_BYTES, type Commit, type Mark } from '../src/log/commit.ts'
import { createFold } from '../src/log/fold.ts'
import type { Log } from '../src/log/log.ts'
import { openMemoryLog } from '../src/log/memory.ts'
import { restate } from '../src/log/restate.ts'
import { restoreInto, type Restored } from '../src/log/restore.ts'
import { verifyLog } from '../src/log/verify.ts'
import { emptyTally, play } from './properties/sequence.ts'
import { acceptedIn, expectSameHistory, firstCommits, logOf } from './support/histories.ts'
import { sealed } from './support/lines.ts'
import { seeded, type Random } from './support/random.ts'

// Not replaced, only seen: what a random history has written, and the replicas of the hubs that wrote it.
const { logs } = vi.hoisted(() => ({ logs: [] as Log[] }))
vi.mock('../src/projections/replica.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../src/projections/replica.ts')>()
  const { watch } = await import('./properties/watched.ts')
  const createReplica: typeof original.createReplica = (views, documents) =>
    watch(original.createReplica(views, documents), documents)
  return { ...original, createReplica }
})
vi.mock('../src/log/memory.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../src/log/memory.ts')>()
  const openMemoryLog: typeof original.openMemoryLog = (name) => {
    const log = { ...original.openMemoryLog(name), close: async () => undefined }
    logs.push(log)
    return log
  }
  return { ...original, openMemoryLog }
})

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const HISTORIES = LONG ? 1_000 : 40
const SEED = Number(process.env['BATON_SEED'] ?? 20_262)
const AT = '2026-01-01T00:00:00.000Z'
const NOW = Date.parse('2026-06-01T00:00:00.000Z')

async function restored(source: Log, to?: number | Date): Promise<Restored & { readonly log: Log }> {
  const log = openMemoryLog()
  const report = await restoreInto(log, source, { hub: 'another', now: NOW, ...(to !== undefined && { to }) })
  return { ...report, log }
}

test(
  `01 ${HISTORIES} random histories of all commands, each cut at four places: the same events, views and answers`,
  { timeout: LONG ? 3_600_000 : 300_000 },
  async () => {
    const random = seeded(SEED)
    const tally = emptyTally()
    let [cuts, voids] = [0, 0]
    for (let i = 0; i < HISTORIES; i++) {
      logs.length = 0
      const steps = Array.from({ length: 60 }, () => random.below(2 ** 31))
      await play(random.below(2 ** 31), steps, tally)
      const original = await withVoids(logs[0] as Log, random)
      const report = await verifyLog(original)
      voids += Object.values(report.void).reduce((sum, count) => sum + count, 0)
      const { commits } = await acceptedIn(original)
      for (const to of [random.below(report.events + 1), random.below(report.events + 1), report.events, undefined]) {
        const copy = await restored(original, to)
        await expectSameHistory(copy.log, await firstCommits(original, copy.commits))
        expect(await verifyLog(copy.log)).toMatchObject({ void: {}, findings: [], hub: 'another', chain: copy.chain })
        if (to === undefined || to === report.events) expect(copy.commits).toBe(commits.length)
        cuts++
      }
    }
    console.log(
      `${cuts} cuts of ${HISTORIES} histories, ${tally.accepted} commands, ${tally.events.size} types of events, ${voids} void`,
    )
    expect(tally.events.size).toBeGreaterThan(40)
    expect(voids).toBeGreaterThan(0)
  },
)

/** Lines that mean nothing between those that do: repeated ones, and torn ones. */
async function withVoids(log: Log, random: Random): Promise<Log> {
  const { genesis, commits } = await acceptedIn(log)
  const noise = (line: Buffer): Buffer[] =>
    [[], [line], [line.subarray(0, random.below(line.length))]][random.below(3)] ?? []
  return logOf([genesis, ...commits.flatMap(({ line }) => [line, ...noise(line)])])
}

test('02 what was restored is written to as any hub, and restored again', async () => {
  const source = openMemoryLog()
  const hub = await openHub({ log: source, create: true, durability: 'os', sweepEvery: false })
  for (const sessionId of ['a', 'b']) await hub.send({ type: 'OpenSession', sessionId })
  const sent = await hub.send({ type: 'SendMessage', to: 'a', body: 'hi' }, { key: 'k' })
  await hub.send({ type: 'SendMessage', to: 'b', body: 'left behind' })
  const { log, position } = await restored(source, sent.position)
  expect(position).toBe(sent.position)
  const fork = await openHub({ log, durability: 'os', sweepEvery: false })
  expect(await fork.send({ type: 'SendMessage', to: 'a', body: 'hi' }, { key: 'k' })).toEqual({
    ...sent,
    duplicate: true,
  })
  expect(await fork.inbox('b').count()).toBe(0)
  const next = await fork.send({ type: 'SendMessage', to: 'b', body: 'another life' }, { key: 'l' })
  expect(next.events[0]?.position).toBe(sent.position + 1)
  expect(await hub.inbox('b').list()).toMatchObject([{ body: 'left behind' }])
  const again = await restored(log).catch((error: unknown) => error)
  // Under its own name it would pass for itself.
  expect(again).toMatchObject({ code: 'INVALID_COMMAND' })
  const third = openMemoryLog()
  await restoreInto(third, log, { hub: 'third', now: NOW })
  await expectSameHistory(third, log)
  await expect(restoreInto(third, log, { hub: 'fourth', now: NOW })).rejects.toMatchObject({ code: 'TARGET_EXISTS' })
})

// ---- claims, at the edges of the window

interface Claim {
  readonly seen: number
  readonly safe: number
}

/** A log of which each commit claims what it is told to: `claims` is asked with how many were accepted before it. */
async function claiming(commits: number, claims: (n: number) => Claim): Promise<Log> {
  const log = openMemoryLog()
  await log.append([{ id: 'g', line: encodeGenesis({ hub: 'original', at: AT }) }])
  const chains: string[] = []
  const fold = createFold(log, {
    observe(judged) {
      if (judged.void === undefined) chains.push(fold.head.mark[1])
    },
    reset: () => expect.unreachable('it does not contradict itself'),
  })
  await fold.catchUp()
  for (let n = 0; n < commits; n++) {
    const { seen, safe } = claims(n)
    const mark = (k: number): Mark => [k, chains[k] as string]
    const draft = { by: { kind: 'x' }, cmd: 'X', on: {}, events: [{ s: `s${n}`, t: 'T', v: 1, d: n }] }
    const { line } = encodeCommit(draft, { id: `c${n}`, at: AT, seen: mark(seen), safe: mark(safe) })
    await log.append([{ id: `c${n}`, line }])
    await fold.catchUp()
  }
  expect(fold.n).toBe(commits)
  return log
}

const COMMITS = 2 * WINDOW + 200

test.each([
  ['the newest', (n: number): Claim => ({ seen: n, safe: n })],
  [
    'the oldest in the window',
    (n: number): Claim => ({ seen: Math.max(0, n - WINDOW), safe: Math.max(0, n - WINDOW) }),
  ],
  ['durable long before the window', (n: number): Claim => ({ seen: Math.max(0, n - WINDOW), safe: 0 })],
  [
    'by turns',
    (n: number): Claim => ({
      seen: Math.max(0, n - ((n * 37) % (WINDOW + 1))),
      safe: Math.floor(Math.max(0, n - WINDOW) / 2),
    }),
  ],
])('03 claims remain what the rule accepts: %s', async (_, claims) => {
  const original = await claiming(COMMITS, claims)
  for (const to of [0, 1, WINDOW - 1, WINDOW, WINDOW + 1, COMMITS - 1, undefined]) {
    const copy = await restored(original, to)
    expect(copy.commits).toBe(to ?? COMMITS)
    const { commits } = await acceptedIn(copy.log)
    for (const [n, { line }] of commits.entries()) {
      const { seen, safe } = (decode(line) as { commit: Commit }).commit
      // What it had seen is what it had seen; what is durable is everything, and it says so as far as readers check.
      expect(seen[0]).toBe(claims(n).seen)
      expect(safe).toEqual(seen)
      expect(seen[1]).toBe(
        n === 0 ? copyChain(commits[0]) : (commits[seen[0] - 1]?.head.mark[1] ?? copyChain(commits[0])),
      )
    }
  }
})

const copyChain = (first: { readonly line: Buffer } | undefined): string =>
  (JSON.parse(first?.line.toString() ?? '{}') as { seen: Mark }).seen[1]

test('04 copied lines are void or damage whatever they claim: each commit around the cut, at the edge of the window', async () => {
  const original = await claiming(COMMITS, (n) => ({ seen: Math.max(0, n - 5), safe: Math.max(0, n - 2 * WINDOW) }))
  const { commits } = await acceptedIn(original)
  const fates: Record<string, number> = {}
  for (const cut of [3, WINDOW, 2 * WINDOW + 100]) {
    const copy = await restored(original, cut)
    const lines = (await acceptedIn(copy.log)).commits.map(({ line }) => line)
    const { genesis } = await acceptedIn(copy.log)
    for (const { line, n } of commits) {
      if (Math.abs(n - cut) > 12 && n % 97 !== 0) continue
      const report = await verifyLog(await logOf([genesis, ...lines, line]))
      const fate = report.findings.some(({ kind }) => kind === 'damaged') ? 'damaged' : Object.keys(report.void).join()
      fates[fate] = (fates[fate] ?? 0) + 1
      expect(report.commits).toBe(cut)
    }
  }
  console.log(fates)
  // `safe` may be too old to be checked: then `seen` tells.
  expect(Object.keys(fates).toSorted()).toEqual(['damaged', 'orphaned', 'stale'])
})

// ---- lines

const chain = (digit: string): string => digit.repeat(16)
const MARKS: readonly [Mark, Mark] = [
  [12, chain('a')],
  [11, chain('b')],
]

// `@` is where `seen` stands, and `#` is `safe`.
test.each([
  ['as Baton writes it', '{"v":1,"id":"c","seen":@,"safe":#,"on":{},"events":[]'],
  ['another order, and white space', ' {\t"safe" :#,\r "v":1 ,"seen"\t:@,"x" : [ 1 , { "a" : [] } ] '],
  ['fields that nobody knows', '{"seen":@,"new":{"seen":[1,"x"],"safe":null},"safe":#,"z":[[],{},"]"]'],
  ['brackets, quotes and colons in texts', '{"a":"}\\"]:,{\\\\","seen":@,"b":"\\\\","safe":#,"c":"\\"seen\\":[0]"'],
  ['a name written with escapes', '{"s\\u0065en":@,"\\u0073afe":#,"se\\\\en":1'],
  ['a name that stands twice', '{"seen":[1,"first"],"safe":null,"seen":@,"safe":#,"a":1'],
  ['a name that stands inside too', '{"a":{"seen":[12,"no"]},"seen":@,"safe":#'],
  [
    'numbers and keys that parsing would change',
    '{"n":[1e400,-0,1.0,12345678901234567890],"9":1,"1":2,"__proto__":{},"seen":@,"safe":#',
  ],
  ['texts beyond ASCII', '{"ü":"żółć ☂ 💥 \\ud800","seen":@,"safe":#,"ż":"☂"'],
  ['a checksum inside', '{"d":",\\"crc\\":\\"00000000\\"}","seen":@,"safe":#,"crc":"no"'],
])('05 a line written again keeps every byte but its claims: %s', (_, text) => {
  const filled = (seen: string, safe: string): string => text.replace('@', seen).replace('#', safe)
  const expected = sealed(filled(`[12,"${chain('a')}"]`, `[11,"${chain('b')}"]`))
  for (const [seen, safe] of [
    [`[12,"${chain('1')}"]`, `[11,"${chain('2')}"]`],
    [`\t[ 12 ,\r"${chain('1')}" ] `, ` [11, "${chain('2')}"]\t`],
  ] as const) {
    expect(restate(sealed(filled(seen, safe)), ...MARKS).toString()).toBe(expected.toString())
  }
})

test('06 any JSON around the claims survives', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), fc.dictionary(fc.string(), value), value, (before, after, d) => {
      const record = { ...before, seen: [1, chain('1')], d, safe: [0, chain('2')], ...after, v: 1 }
      if ('seen' in after || 'safe' in after || 'crc' in before || 'crc' in after) return
      const line = sealed(JSON.stringify(record).slice(0, -1))
      const { crc, ...again } = JSON.parse(restate(line, ...MARKS).toString()) as Record<string, unknown>
      expect(typeof crc).toBe('string')
      expect(JSON.stringify(again)).toBe(JSON.stringify({ ...record, seen: MARKS[0], safe: MARKS[1] }))
    }),
    { numRuns: LONG ? 20_000 : 1_000, seed: SEED },
  )
})

test('07 a line as long as a line can be is restored, though its claims have more digits now', async () => {
  const original = await claiming(12, (n) => ({ seen: n, safe: 0 }))
  const { commits } = await acceptedIn(original)
  const { head } = commits.at(-1) as { head: { mark: Mark } }
  const open = `{"v":1,"id":"long","at":"${AT}","by":{"kind":"x"},"cmd":"X","seen":[12,"${head.mark[1]}"],"safe":[0,"${copyChain(commits[0])}"],"on":{},"events":[],"pad":"`
  const line = sealed(`${open}${'p'.repeat(MAX_LINE_BYTES - open.length - 19)}"`)
  expect(line.length).toBe(MAX_LINE_BYTES)
  await original.append([{ id: 'long', line }])
  const copy = await restored(original)
  expect(copy.commits).toBe(13)
  const last = (await acceptedIn(copy.log)).commits.at(-1)?.line as Buffer
  expect(last.length).toBeLessThanOrEqual(MAX_LINE_BYTES)
  expect(crc32(last.subarray(0, -18))).toBe((decode(last) as { commit: Commit }).commit.crc)
})

test('08 a log that keeps not what it was given is noticed', async () => {
  const original = await claiming(20, (n) => ({ seen: n, safe: 0 }))
  for (const spoil of [
    (line: Buffer): Buffer => line.subarray(0, -1),
    (line: Buffer): Buffer => sealed(line.toString().replace(/,"crc".*$/, ',"more":1')),
  ]) {
    const target = openMemoryLog()
    let left = 7
    const spoiling: Log = {
      ...target,
      append: (proposals) =>
        target.append(proposals.map(({ id, line }) => ({ id, line: left-- === 0 ? spoil(line) : line }))),
    }
    const spoilt = restoreInto(spoiling, original, { hub: 'another', now: NOW })
    await expect(spoilt).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  }
})

test('09 however late a log says that a line was lost, what was counted behind it is not restored', async () => {
  // Slow writers: each has seen nothing of the last few commits. The last one alone knows what was durable.
  const original = await claiming(12, (n) => (n < 11 ? { seen: Math.max(0, n - 4), safe: 0 } : { seen: n, safe: n }))
  const { genesis, commits } = await acceptedIn(original)
  const lines = [genesis, ...commits.map(({ line }) => line)]
  const rotten = lines[4] as Buffer
  rotten[30] = (rotten[30] as number) ^ 1
  // Nobody could tell yet: those that follow take the place of what is gone.
  expect((await restored(await logOf(lines.slice(0, -1)), 5)).position).toBe(5)

  const log = await logOf(lines)
  for (const to of [4, 5, 6, undefined, new Date(NOW)]) {
    await expect(restored(log, to)).rejects.toMatchObject({ code: 'LOG_DAMAGED', details: { restorableTo: 3 } })
  }
  await expectSameHistory((await restored(log, 3)).log, await firstCommits(original, 3))
})
