import { expect, test } from 'vitest'
import {
  actorKey,
  admit,
  chainAt,
  commitAt,
  headMark,
  judge,
  latelyIn,
  openWindow,
  restoreWindow,
  savedChain,
  saveWindow,
  WINDOW,
} from '../src/log/accept.ts'
import type { Candidate as Judgeable, Verdict, Window } from '../src/log/accept.ts'
import { encodeCommit, encodeGenesis, type Mark } from '../src/log/commit.ts'
import { createFold } from '../src/log/fold.ts'
import type { Judged } from '../src/log/judging.ts'
import { emptyTally, simulate } from './support/acceptance-simulation.ts'
import { arrayLog, sealed } from './support/lines.ts'

const LONG = process.env['BATON_TEST_LONG'] === '1'
const BY = { kind: 'session', id: 'planner', run: 'r1' }
const ELSEWHERE = 'ffffffffffffffff'
const AT = '2026-01-01T00:00:00.000Z'

let crcs = 0

type Candidate = Judgeable & { readonly raises: readonly string[] }

/** A candidate that has seen everything, knows nothing to be durable but the genesis record, and relies on nothing. */
function candidate(window: Window, changes: Partial<Candidate> = {}): Candidate {
  const start: Mark = [0, chainAt(window, 0) ?? ELSEWHERE]
  const crc = ++crcs
  return { id: `c${crc}`, by: BY, seen: headMark(window), safe: start, on: {}, raises: [], crc, ...changes }
}

/** A window after `n` accepted commits, the kth of which is called `k` and raises stream `s-k`. */
function windowAfter(n: number): Window {
  const window = openWindow(0x1234)
  for (let k = 1; k <= n; k++) accept(window, { id: `${k}`, raises: [`s-${k}`] })
  return window
}

function accept(window: Window, changes: Partial<Candidate> = {}): Candidate {
  const next = candidate(window, changes)
  expect(judge(window, next)).toEqual({ kind: 'accepted' })
  admit(window, next, next.raises)
  return next
}

/** The mark that a replica had when `k` commits were accepted. */
const markAt = (window: Window, k: number): Mark => [k, chainAt(window, k) ?? ELSEWHERE]

const verdict = (window: Window, changes: Partial<Candidate>): Verdict => judge(window, candidate(window, changes))

test('01 a commit that has seen everything is accepted', () => {
  const window = windowAfter(3)
  expect(verdict(window, { on: { 's-1': 1, 's-2': 1, 's-3': 1 }, raises: ['s-1'] })).toEqual({ kind: 'accepted' })
})

test('02 a commit that has not seen everything is accepted if nothing that it relied on was written since', () => {
  const window = windowAfter(3)
  expect(verdict(window, { seen: markAt(window, 1), on: { 's-1': 1, 's-9': 0 } })).toEqual({ kind: 'accepted' })
})

test('03 it is a conflict if a stream that it relied on was written after what it had seen: the last such commit is named', () => {
  const window = windowAfter(3)
  accept(window, { raises: ['s-2', 's-7'] })
  const seen = markAt(window, 1)
  expect(verdict(window, { seen, on: { 's-1': 1, 's-3': 1 } })).toEqual({ kind: 'conflict', n: 3, stream: 's-3' })
  expect(verdict(window, { seen, on: { 's-2': 1 } })).toEqual({ kind: 'conflict', n: 4, stream: 's-2' })
  expect(verdict(window, { seen: markAt(window, 3), on: { 's-7': 0 } })).toEqual({
    kind: 'conflict',
    n: 4,
    stream: 's-7',
  })
})

test('04 the versions in `on` are claims: acceptance does not look at them', () => {
  const window = windowAfter(3)
  expect(verdict(window, { on: { 's-1': 999 } })).toEqual({ kind: 'accepted' })
})

test('05 a stream that is written without being relied on never conflicts', () => {
  const window = windowAfter(3)
  expect(verdict(window, { seen: markAt(window, 0), raises: ['s-1', 's-2', 's-3'] })).toEqual({ kind: 'accepted' })
})

test('06 a void commit raises nothing, and neither its id nor its key counts', () => {
  const window = windowAfter(2)
  const loser = candidate(window, {
    id: 'loser',
    key: 'k',
    seen: markAt(window, 1),
    on: { 's-2': 0 },
    raises: ['s-5'],
  })
  expect(judge(window, loser).kind).toBe('conflict')
  expect(judge(window, { ...loser, seen: headMark(window) })).toEqual({ kind: 'accepted' })
  expect(verdict(window, { seen: markAt(window, 1), on: { 's-5': 0 } })).toEqual({ kind: 'accepted' })
})

test('07 an empty commit is accepted, takes a number, and conflicts like any other', () => {
  const window = windowAfter(2)
  const before = window.chain
  accept(window, { id: 'empty', key: 'k' })
  expect(window.n).toBe(3)
  expect(window.chain).not.toEqual(before)
  expect(verdict(window, { seen: markAt(window, 1), on: { 's-2': 0 } }).kind).toBe('conflict')
  expect(verdict(window, { seen: markAt(window, 2), key: 'k' })).toEqual({ kind: 'duplicate', n: 3 })
})

test('08 it is a duplicate if its id was accepted after what it had seen', () => {
  const window = windowAfter(3)
  expect(verdict(window, { id: '3', seen: markAt(window, 2) })).toEqual({ kind: 'duplicate', n: 3 })
  expect(verdict(window, { id: '3', seen: markAt(window, 0) })).toEqual({ kind: 'duplicate', n: 3 })
})

test('09 an id that was accepted before what it had seen is no duplicate: its writer knew', () => {
  const window = windowAfter(3)
  expect(verdict(window, { id: '3', seen: markAt(window, 3) })).toEqual({ kind: 'accepted' })
})

test('10 it is a duplicate if its key was accepted for the same actor after what it had seen', () => {
  const window = windowAfter(2)
  accept(window, { key: 'k' })
  const seen = markAt(window, 2)
  expect(verdict(window, { key: 'k', seen })).toEqual({ kind: 'duplicate', n: 3 })
  expect(verdict(window, { key: 'other', seen })).toEqual({ kind: 'accepted' })
  expect(verdict(window, { seen })).toEqual({ kind: 'accepted' })
  expect(verdict(window, { key: 'k', seen: markAt(window, 3) })).toEqual({ kind: 'accepted' })
})

test('11 a key counts per actor: by kind, id and run, and not by process', () => {
  const window = windowAfter(0)
  accept(window, { key: 'k' })
  const seen = markAt(window, 0)
  const by = (changes: object): Verdict => verdict(window, { key: 'k', seen, by: { ...BY, ...changes } })
  expect(by({ pid: 4242 })).toEqual({ kind: 'duplicate', n: 1 })
  expect(by({ kind: 'operator' }).kind).toBe('accepted')
  expect(by({ id: 'other' }).kind).toBe('accepted')
  expect(by({ run: 'r2' }).kind).toBe('accepted')
  expect(verdict(window, { key: 'k', seen, by: { kind: 'session' } }).kind).toBe('accepted')
  // No name can be made to look like another actor's.
  expect(actorKey({ kind: 'a', id: 'b' }, 'c')).not.toBe(actorKey({ kind: 'a', id: 'b","c' }, ''))
  expect(actorKey({ kind: 'a', id: '' }, 'c')).not.toBe(actorKey({ kind: 'a' }, 'c'))
})

test('12 what it had seen may be as old as the window, and not one commit older: then it is stale', () => {
  const window = windowAfter(WINDOW + 5)
  const seen = (k: number): Verdict => verdict(window, { seen: markAt(window, k) })
  expect(chainAt(window, 5)).toBeDefined()
  expect(chainAt(window, 4)).toBeUndefined()
  expect(seen(5)).toEqual({ kind: 'accepted' })
  expect(seen(4)).toEqual({ kind: 'stale' })
  expect(seen(0)).toEqual({ kind: 'stale' })
})

test('13 at the edge of the window conflicts and duplicates are still known', () => {
  const window = windowAfter(WINDOW + 5)
  const seen = markAt(window, 5)
  expect(verdict(window, { seen, on: { 's-6': 0 } })).toEqual({ kind: 'conflict', n: 6, stream: 's-6' })
  expect(verdict(window, { seen, id: '6' })).toEqual({ kind: 'duplicate', n: 6 })
  expect(verdict(window, { seen, on: { 's-5': 1 }, id: '5' })).toEqual({ kind: 'accepted' })
})

test('14 it is orphaned if the chain at what it had seen is another, or that place does not exist', () => {
  const window = windowAfter(3)
  expect(verdict(window, { seen: [2, ELSEWHERE] })).toEqual({ kind: 'orphaned' })
  expect(verdict(window, { seen: [0, ELSEWHERE] })).toEqual({ kind: 'orphaned' })
  expect(verdict(window, { seen: [4, ELSEWHERE] })).toEqual({ kind: 'orphaned' })
  expect(verdict(window, { seen: [4, headMark(window)[1]] })).toEqual({ kind: 'orphaned' })
})

test('15 it is damage if the chain at `safe` is another, or that place does not exist', () => {
  const window = windowAfter(3)
  expect(verdict(window, { safe: [2, ELSEWHERE] })).toEqual({ kind: 'damaged' })
  expect(verdict(window, { safe: [0, ELSEWHERE] })).toEqual({ kind: 'damaged' })
  expect(verdict(window, { seen: [4, ELSEWHERE], safe: [4, ELSEWHERE] })).toEqual({ kind: 'damaged' })
  expect(verdict(window, { safe: markAt(window, 3) })).toEqual({ kind: 'accepted' })
})

test('16 a `safe` older than the window is not checked', () => {
  const window = windowAfter(WINDOW + 5)
  expect(verdict(window, { safe: [4, ELSEWHERE] })).toEqual({ kind: 'accepted' })
  expect(verdict(window, { safe: [5, ELSEWHERE] })).toEqual({ kind: 'damaged' })
  expect(verdict(window, { safe: markAt(window, 5) })).toEqual({ kind: 'accepted' })
})

test('17 the order of the checks: damaged, orphaned, stale, duplicate by id, duplicate by key, conflict', () => {
  const window = windowAfter(WINDOW + 5)
  accept(window, { id: 'twin', raises: ['s-x'] })
  accept(window, { key: 'k', raises: ['s-y'] })
  const seen = markAt(window, WINDOW + 5)
  const all = { id: 'twin', key: 'k', on: { 's-x': 0, 's-y': 0 } }
  expect(verdict(window, { ...all, seen: [9999, ELSEWHERE], safe: [9999, ELSEWHERE] }).kind).toBe('damaged')
  expect(verdict(window, { ...all, seen: [1, ELSEWHERE], safe: [20, ELSEWHERE] }).kind).toBe('damaged')
  expect(verdict(window, { ...all, seen: [9999, ELSEWHERE] }).kind).toBe('orphaned')
  expect(verdict(window, { ...all, seen: [WINDOW + 5, ELSEWHERE] }).kind).toBe('orphaned')
  // Whether the chain agrees there cannot be known any more.
  expect(verdict(window, { ...all, seen: [1, ELSEWHERE] }).kind).toBe('stale')
  expect(verdict(window, { ...all, seen })).toEqual({ kind: 'duplicate', n: WINDOW + 6 })
  expect(verdict(window, { ...all, id: 'new', seen })).toEqual({ kind: 'duplicate', n: WINDOW + 7 })
  expect(verdict(window, { on: { 's-y': 0, 's-x': 0 }, seen })).toEqual({
    kind: 'conflict',
    n: WINDOW + 7,
    stream: 's-y',
  })
})

test('18 judging changes nothing', () => {
  const window = windowAfter(3)
  const before = structuredClone({ ...window })
  for (const seen of [markAt(window, 0), markAt(window, 3), [9, ELSEWHERE] as const]) {
    verdict(window, { id: '3', key: 'k', seen, on: { 's-3': 1 } })
  }
  expect({ ...window }).toEqual(before)
})

test('19 the state is the last 1,024 accepted commits: memory is bounded, and nothing is forgotten too early', () => {
  const window = openWindow(1)
  for (let k = 1; k <= 10_000; k++) {
    accept(window, { id: `id-${k}`, key: `key-${k}`, raises: [`s-${k}`, `again-${k % 10}`] })
  }
  expect(WINDOW).toBe(1024)
  expect(window.n).toBe(10_000)
  const { commits, lastOfId, lastOfKey, lastRaised } = latelyIn(window)
  expect(commits.length).toBe(WINDOW)
  expect(window.chainHi.length).toBe(WINDOW + 1)
  expect(lastOfId.size).toBe(WINDOW)
  expect(lastOfKey.size).toBe(WINDOW)
  expect(lastRaised.size).toBe(WINDOW + 10)
  expect(commitAt(window, 10_000 - WINDOW)).toBeUndefined()
  expect(commitAt(window, 10_000 - WINDOW + 1)?.id).toBe(`id-${10_000 - WINDOW + 1}`)
  expect(commitAt(window, 10_001)).toBeUndefined()
})

test('20 what was written again lately stays known when its older commit leaves the window', () => {
  const window = openWindow(1)
  accept(window, { id: 'same', key: 'same', raises: ['s-same'] })
  for (let k = 2; k <= 10; k++) accept(window)
  accept(window, { id: 'same', key: 'same', raises: ['s-same'] })
  for (let k = 12; k <= WINDOW + 5; k++) accept(window)
  const seen = markAt(window, 10)
  expect(verdict(window, { id: 'same', seen })).toEqual({ kind: 'duplicate', n: 11 })
  expect(verdict(window, { key: 'same', seen })).toEqual({ kind: 'duplicate', n: 11 })
  expect(verdict(window, { on: { 's-same': 1 }, seen })).toEqual({ kind: 'conflict', n: 11, stream: 's-same' })
})

/** Folds lines that a test made, and gives what became of each. */
async function fold(lines: Buffer[]) {
  const judged: Judged[] = []
  const folded = createFold(arrayLog(lines), { observe: (each) => judged.push(each), reset: () => (judged.length = 0) })
  await folded.catchUp()
  return { judged, folded, verdicts: judged.map((each) => each.void ?? 'accepted') }
}

const GENESIS = encodeGenesis({ hub: 'hub', at: AT })

function line(id: string, seen: Mark, safe: Mark, streams: readonly string[]): Buffer {
  const events = streams.map((s) => ({ s, t: 'Happened', v: 1, d: {} }))
  return encodeCommit({ by: BY, cmd: 'Test', on: {}, events }, { id, at: AT, seen, safe }).line
}

test('21 positions are gapless over the log: void lines and empty commits take none', async () => {
  const start = (await fold([GENESIS])).folded.head.mark
  const lines = [
    GENESIS,
    line('a', start, start, ['s-1', 's-2', 's-1']),
    Buffer.from('torn by a kill'),
    line('a', start, start, ['s-1']),
    line('b', start, start, []),
    sealed('{"v":1,"id":"../x"'),
    line('c', start, start, ['s-3']),
    GENESIS,
    line('d', [9, ELSEWHERE], start, ['s-3']),
    line('e', start, start, ['s-3', 's-3']),
  ]
  const { judged, folded, verdicts } = await fold(lines)
  expect(verdicts).toEqual([
    'accepted',
    'accepted',
    'torn',
    'duplicate',
    'accepted',
    'invalid',
    'accepted',
    'duplicate',
    'orphaned',
    'accepted',
  ])
  const accepted = judged.filter(({ commit, void: reason }) => commit !== undefined && reason === undefined)
  expect(accepted.map(({ n }) => n)).toEqual([1, 2, 3, 4])
  expect(accepted.map(({ position }) => position)).toEqual([1, 4, 4, 5])
  expect(folded.head.position).toBe(6)
  expect(folded.head.mark[0]).toBe(4)
})

test('22 the chain covers every accepted commit and no void line', async () => {
  const start = (await fold([GENESIS])).folded.head.mark
  const [a, b] = [line('a', start, start, ['s-1']), line('b', start, start, ['s-1'])]
  const mark = async (...lines: Buffer[]): Promise<Mark> => (await fold([GENESIS, ...lines])).folded.head.mark
  expect(await mark(a, Buffer.from('torn'), a, b)).toEqual(await mark(a, b))
  expect(await mark(a, b)).not.toEqual(await mark(b, a))
  expect(await mark(a)).not.toEqual(await mark(b))
})

test('23 simulated: several writers, kills, power cuts and rot', { timeout: LONG ? 1_800_000 : 60_000 }, async () => {
  const tally = emptyTally()
  const [rounds, long] = LONG ? [3_000, 40] : [70, 1]
  for (let round = 0; round < rounds; round++) await simulate({ seed: 1_000 + round, steps: 400 }, tally)
  for (let round = 0; round < long; round++) await simulate({ seed: 1 + round, steps: 16_000, calm: true }, tally)
  console.log(`acceptance simulation: ${JSON.stringify(tally)}`)
  expect(tally.verdicts['stale']).toBeGreaterThan(0)
  for (const kind of ['accepted', 'conflict', 'duplicate', 'orphaned', 'torn']) {
    expect(tally.verdicts[kind], kind).toBeGreaterThan(rounds / 2)
  }
  expect(tally.acknowledged).toBeGreaterThan(rounds * 10)
  expect(tally.cuts).toBeGreaterThan(rounds / 2)
  expect(tally.found).toBeGreaterThan(rounds * 10)
})

test('24 simulated: writers that exaggerate by two commits what they know to be durable are found out', async () => {
  const rounds = Array.from({ length: 20 }, (_, round) =>
    simulate({ seed: 1_000 + round, steps: 400, lie: 2 }, emptyTally()),
  )
  const outcomes = await Promise.allSettled(rounds)
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
  expect(reasons.length).toBeGreaterThan(5)
  for (const reason of reasons) expect(reason).toMatch(/"seed":10\d\d.*false alarm/)
})

test.each([
  [0, 3],
  [3, 0],
  [10, 20],
  [WINDOW - 5, 5],
  [WINDOW - 5, 6],
  [WINDOW, 1],
  [WINDOW + 700, 300],
  [2 * WINDOW, WINDOW - 1],
  [WINDOW + 7, WINDOW],
  [WINDOW + 7, WINDOW + 40],
])('25 saved after %i commits, restored, and saved again %i later: as if nobody had stopped', (before, after) => {
  const going = openWindow(0x1234)
  let stopped = openWindow(0x1234)
  const both = (k: number): void => {
    const next = candidate(going, {
      id: `id-${k}`,
      raises: [`s-${k % 50}`, `s-${k % 50}`, 'line\nbreak'],
      ...(k % 3 === 0 && { key: `key-${k}` }),
      by: k % 2 === 0 ? BY : { kind: 'operator' },
    })
    admit(going, next, next.raises)
    admit(stopped, next, next.raises)
  }
  for (let k = 1; k <= before; k++) both(k)
  stopped = restoreWindow(saveWindow(stopped))
  for (let k = before + 1; k <= before + after; k++) both(k)
  // Nobody has asked what the last commits were: the lines went on as they came.
  const saved = saveWindow(stopped)
  expect(saved).toEqual(saveWindow(going))
  expect(savedChain(saved)).toBe(headMark(going)[1])
  const again = restoreWindow(saved)
  expect(known(latelyIn(again))).toEqual(known(latelyIn(going)))
  expect(known(latelyIn(stopped))).toEqual(known(latelyIn(going)))
  expect({ ...again, lately: undefined }).toEqual({ ...going, lately: undefined })
})

/** A stream is saved once, however often a commit raised it. */
const known = ({ commits, ...maps }: ReturnType<typeof latelyIn>) => ({
  ...maps,
  commits: commits.map((each) => ({ ...each, raises: [...new Set(each.raises)] })),
})
