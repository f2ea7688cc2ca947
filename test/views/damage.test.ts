/** Snapshots that are damaged, missing, of somebody else or of another time: no answer changes. */
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import { everyAnswer } from '../support/answers.ts'
import { randomHub } from '../support/random-hub.ts'
import { scratch } from '../support/scratch.ts'
import { seeded } from '../support/random.ts'
import {
  copyOf,
  documentsIn,
  firstOther,
  flushAll,
  foldingOf,
  freshDocuments,
  lookedUp,
  newestManifest,
  spoilRecords,
  viewsOf,
} from '../support/snapshots.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEED = Number(process.env['BATON_SEED'] ?? 20_263)

const dir = scratch()
const lasting = fs.mkdtempSync(path.join(process.env['TMPDIR'] ?? '/tmp', 'baton-damage-'))

/** A hub with a snapshot in several tables, and a little behind it; and what it answers without any snapshot. */
let original: string
let right: object

beforeAll(async () => {
  original = await randomHub(lasting, SEED, 60)
  await pad(original)
  await flushAll(original)
  await goOn(original, 'first')
  await flushAll(original)
  // Three of a size become one: one or two flushes more leave two.
  for (let i = 0; tablesOf(original).length < 2 && i < 3; i++) {
    await goOn(original, `more-${i}`)
    await flushAll(original)
  }
  await goOn(original, 'second')
  right = await afresh(original)
  return () => fs.rmSync(lasting, { recursive: true, force: true })
})

async function goOn(hubDir: string, label: string, more = 3): Promise<void> {
  const hub = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
  for (let i = 0; i < more; i++) {
    await hub.send({ type: 'OpenSession', sessionId: `${label}-${i}` })
    await hub.send({ type: 'SendMessage', to: `${label}-${i}`, body: label })
    await hub.eventStore.appendToStream('own-0', [{ type: 'Own', data: { label, i } }])
  }
  await hub.close()
}

/** Folded from the beginning it takes more than one turn. */
async function pad(hubDir: string): Promise<void> {
  const hub = await open(hubDir)
  const text = 'p'.repeat(50_000)
  for (let i = 0; i < 8; i++) await hub.eventStore.appendToStream('padding', [{ type: 'Pad', data: { text } }])
  await hub.close()
}

const open = (hubDir: string): Promise<Hub> => openHub({ dir: hubDir, durability: 'os', sweepEvery: false })

async function answersIn(hubDir: string): Promise<{ answers: object; problems: readonly string[] }> {
  const hub = await open(hubDir)
  try {
    const answers = await everyAnswer(hub, { whys: 1 })
    return { answers, problems: problemsOf(await hub.projections.status()) }
  } finally {
    await hub.close()
  }
}

const problemsOf = ({ snapshot }: Awaited<ReturnType<Hub['projections']['status']>>): string[] =>
  (snapshot?.problems ?? []).map(({ why }) => why)

async function afresh(hubDir: string): Promise<object> {
  const copy = copyOf(hubDir, dir())
  fs.rmSync(path.join(copy, 'views'), { recursive: true, force: true })
  return (await answersIn(copy)).answers
}

const tablesOf = (hubDir: string): string[] =>
  newestManifest(hubDir).manifest.tables.map(({ file }) => path.join(viewsOf(hubDir), file))

describe('no answer changes', () => {
  test('1. where nothing is wrong; and nothing is said to be', async () => {
    expect(tablesOf(original).length).toBeGreaterThan(1)
    expect(await answersIn(original)).toEqual({ answers: right, problems: [] })
  })

  const spoilings: [what: string, spoil: (hubDir: string) => void, shows?: boolean][] = [
    ['all views deleted', (hubDir) => fs.rmSync(path.join(hubDir, 'views'), { recursive: true }), false],
    ['the newest manifest deleted', (hubDir) => fs.rmSync(newestManifest(hubDir).file), false],
    ['the newest table deleted', (hubDir) => fs.rmSync(tablesOf(hubDir)[0] as string)],
    ['the oldest table deleted', (hubDir) => fs.rmSync(tablesOf(hubDir).at(-1) as string)],
    ['all tables deleted', (hubDir) => tablesOf(hubDir).forEach((file) => fs.rmSync(file))],
    [
      'a table cut by a byte',
      (hubDir) => fs.truncateSync(tablesOf(hubDir)[0] as string, sizeOf(tablesOf(hubDir)[0]) - 1),
    ],
    ['a table with a byte more', (hubDir) => fs.appendFileSync(tablesOf(hubDir)[0] as string, 'x')],
    ['a table cut to nothing', (hubDir) => fs.truncateSync(tablesOf(hubDir)[0] as string)],
    [
      'a manifest cut by a byte',
      (hubDir) => fs.truncateSync(newestManifest(hubDir).file, sizeOf(newestManifest(hubDir).file) - 1),
    ],
    ['a manifest with a byte more', (hubDir) => fs.appendFileSync(newestManifest(hubDir).file, '0')],
    ['a manifest cut to nothing', (hubDir) => fs.truncateSync(newestManifest(hubDir).file)],
    ['a directory instead of a table', (hubDir) => replaced(tablesOf(hubDir)[0], (file) => fs.mkdirSync(file))],
    [
      'a link to itself instead of a table',
      (hubDir) => replaced(tablesOf(hubDir)[0], (file) => fs.symlinkSync(file, file)),
    ],
    [
      'a directory instead of a manifest',
      (hubDir) => replaced(newestManifest(hubDir).file, (file) => fs.mkdirSync(file)),
    ],
    [
      'a manifest that is not for us to read',
      (hubDir) => fs.writeFileSync(newestManifest(hubDir).file, 'null\n8a7d6e1a'),
    ],
    ['two tables exchanged', (hubDir) => exchanged(tablesOf(hubDir))],
    ['strangers in the directory', (hubDir) => strangers(viewsOf(hubDir)), false],
    ['strangers beside the directory', (hubDir) => strangers(path.join(hubDir, 'views')), false],
    [
      'a file instead of the views',
      (hubDir) => replacedWhole(path.join(hubDir, 'views'), (file) => fs.writeFileSync(file, 'x')),
    ],
    [
      'a file instead of the directory',
      (hubDir) => replacedWhole(viewsOf(hubDir), (file) => fs.writeFileSync(file, 'x')),
    ],
    [
      'a link to nowhere instead of the views',
      (hubDir) => replacedWhole(path.join(hubDir, 'views'), (file) => fs.symlinkSync('/nowhere', file)),
      false,
    ],
  ]

  test.each(spoilings)('2. with %s, on the next start and on the one after it', async (_, spoil, shows = true) => {
    const hubDir = copyOf(original, dir())
    spoil(hubDir)
    const { answers, problems } = await answersIn(hubDir)
    expect(answers).toEqual(right)
    if (shows) expect(problems).not.toEqual([])
    await goOn(hubDir, 'after')
    expect((await answersIn(hubDir)).answers).toEqual(await afresh(hubDir))
  })

  test('3. with a table that is there at first and gone once it is needed', async () => {
    const hubDir = copyOf(original, dir())
    const hub = await open(hubDir)
    for (const file of tablesOf(hubDir)) fs.rmSync(file)
    expect(await everyAnswer(hub, { whys: 1 })).toEqual(right)
    await hub.close()
  })

  test('4. with snapshots of a longer log, taken later', async () => {
    const later = copyOf(original, dir())
    await goOn(later, 'later')
    await flushAll(later)
    const hubDir = copyOf(original, dir())
    fs.rmSync(path.join(hubDir, 'views'), { recursive: true })
    fs.cpSync(path.join(later, 'views'), path.join(hubDir, 'views'), { recursive: true })
    const { answers } = await answersIn(hubDir)
    expect(answers).toEqual(right)
    await goOn(hubDir, 'after')
    expect((await answersIn(hubDir)).answers).toEqual(await afresh(hubDir))
  })

  test('5. with snapshots of another hub, and of a copy that went on in another way', async () => {
    const other = await randomHub(dir(), SEED + 1, 60)
    await flushAll(other)
    const forked = copyOf(original, dir())
    await goOn(forked, 'theirs-')
    await flushAll(forked)
    for (const from of [other, forked]) {
      const hubDir = copyOf(original, dir())
      await goOn(hubDir, 'mine---', 4)
      fs.rmSync(path.join(hubDir, 'views'), { recursive: true })
      fs.cpSync(path.join(from, 'views'), path.join(hubDir, 'views'), { recursive: true })
      const { answers } = await answersIn(hubDir)
      expect(answers).toEqual(await afresh(hubDir))
      // What lies above is of no use, and takes no number away.
      await flushAll(hubDir)
      const again = await answersIn(hubDir)
      expect(again.answers).toEqual(answers)
      expect(again.problems).toEqual([])
    }
  })
})

const sizeOf = (file: string | undefined): number => fs.statSync(file as string).size

function replaced(file: string | undefined, put: (file: string) => void): void {
  fs.rmSync(file as string)
  put(file as string)
}

function replacedWhole(place: string, put: (file: string) => void): void {
  fs.rmSync(place, { recursive: true })
  put(place)
}

function exchanged([a, b]: string[]): void {
  fs.renameSync(a as string, `${a}.x`)
  fs.renameSync(b as string, a as string)
  fs.renameSync(`${a}.x`, b as string)
}

/** What somebody else put there, long ago. */
function strangers(place: string): void {
  const old = new Date(Date.now() - 86_400_000)
  fs.mkdirSync(path.join(place, 'somebody'))
  fs.writeFileSync(path.join(place, 'notes.txt'), 'mine')
  fs.writeFileSync(path.join(place, 'manifest-1.json'), 'x')
  for (const name of ['somebody', 'notes.txt', 'manifest-1.json']) fs.utimesSync(path.join(place, name), old, old)
}

/** By somebody who neither reads nor writes snapshots. */
async function appendOne(hubDir: string, i: number): Promise<void> {
  const hub = await openHub({ log: openFileLog(hubDir), durability: 'os', sweepEvery: false })
  await hub.eventStore.appendToStream(`later-${i}`, [{ type: 'Own', data: {} }])
  // Of a session that was only looked at before.
  if (i > 1) await hub.send({ type: 'SendMessage', to: 'first-0', body: 'late' })
  await hub.close()
}

const dirOf = ({ snapshot }: Awaited<ReturnType<Hub['projections']['status']>>) => ({
  dir: path.resolve(snapshot?.dir ?? '', '../..'),
})

/** Spoils the snapshot under a hub that has it open, meets the damage, and looks at all the rest. */
async function met(meetIt: (hub: Hub) => Promise<unknown>): Promise<void> {
  const hubDir = copyOf(original, dir())
  const hub = await open(hubDir)
  spoilRecords(hubDir, newestManifest(hubDir).manifest)
  await meetIt(hub)
  expect(problemsOf(await hub.projections.status())).not.toEqual([])
  const answers = await everyAnswer(hub, { whys: 1 })
  await hub.close()
  expect(answers).toEqual(await afresh(hubDir))
}

describe('damage is met, healed and told', () => {
  test('6. any one bit of any file of a small snapshot', { timeout: 1_800_000 }, async () => {
    const small = path.join(dir(), '.baton')
    const founder = await openHub({ dir: small, create: true, durability: 'os', sweepEvery: false })
    await founder.send({ type: 'OpenSession', sessionId: 'a' })
    await founder.send({ type: 'OpenTask', taskId: 't', title: 'T', owner: 'a' }, { key: 'k' })
    await founder.send({ type: 'SendMessage', to: 'a', body: 'b' })
    await founder.close()
    await flushAll(small)
    const expected = await freshDocuments(small)
    const counts = { bits: 0, refused: 0, healed: 0, unnoticed: 0 }
    const random = seeded(SEED)
    for (const name of fs.readdirSync(viewsOf(small))) {
      const file = path.join(viewsOf(small), name)
      const bytes = fs.readFileSync(file)
      // Most of a table of few documents is the empty room of its blocks: of that, one bit in so many.
      const every = LONG ? 1 : name.endsWith('.json') ? 5 : 37
      for (let bit = random.below(every); bit < bytes.length * 8; bit += every) {
        const spoilt = Buffer.from(bytes)
        spoilt[bit >> 3] = (spoilt[bit >> 3] as number) ^ (1 << (bit & 7))
        fs.writeFileSync(file, spoilt)
        await meet(small, expected, counts, `${name} bit ${bit}`)
      }
      fs.writeFileSync(file, bytes)
    }
    console.log(`seed ${SEED}:`, counts)
    expect(counts.refused).toBeGreaterThan(100)
    expect(counts.healed).toBeGreaterThan(100)
  })

  /** Every document is looked up, one by one, as queries do it. */
  async function meet(
    hubDir: string,
    expected: ReadonlyMap<string, string>,
    counts: Counts,
    what: string,
  ): Promise<void> {
    // What it heals would be written as it closes, and found by the next one.
    const { log, folding, snapshots } = await foldingOf(hubDir, false)
    counts.bits++
    if (folding.documents.tables.length === 0) counts.refused++
    for (const [id, json] of expected) {
      const space = id.indexOf(' ')
      const looked = (): unknown => folding.documents.shelf(id.slice(0, space)).get(id.slice(space + 1))
      expect(JSON.stringify(await folding.look(looked)), what).toBe(json)
    }
    expect(await folding.look(() => folding.documents.shelf('tasks').get('nobody')), what).toBeUndefined()
    if (folding.documents.tables.length > 0) counts.unnoticed++
    else expect(snapshots.problems, what).not.toEqual([])
    if (snapshots.problems.length > 0 && folding.fold.n > 0) counts.healed++
    await folding.close()
    await log.close()
  }
  type Counts = Record<'bits' | 'refused' | 'healed' | 'unnoticed', number>

  test('7. amid a question', () => met((hub) => hub.tasks()))

  test('8. amid many questions at once: none is answered from what is not yet folded again', () =>
    met(async (hub) => {
      const { sessions, tasks } = right as { sessions: { id: string }[]; tasks: { id: string }[] }
      // The first is answered from memory; the others wait together, and one of them meets the damage.
      const [, ...asked] = await Promise.all([
        hub.session('second-0'),
        ...sessions.map(async ({ id }) => hub.session(id)),
        ...tasks.map(async ({ id }) => hub.task(id)),
      ])
      expect(asked).toEqual([...sessions, ...tasks])
    }))

  test('9. amid a decision', () =>
    met(async (hub) => {
      const receipts = await Promise.all(
        ['one', 'two', 'three'].map((sessionId) => hub.send({ type: 'OpenSession', sessionId })),
      )
      expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, false, false])
      await expect(hub.send({ type: 'OpenSession', sessionId: 'first-0' })).rejects.toMatchObject({
        code: 'SESSION_EXISTS',
      })
    }))

  test('10. amid reading a stream of one’s own', () =>
    met(async (hub) => {
      const { currentStreamVersion } = await hub.eventStore.readStream('padding')
      expect(currentStreamVersion).toBe(8n)
    }))

  test('11. amid a fold of what others wrote', () =>
    met(async (hub) => {
      const { dir: hubDir } = dirOf(await hub.projections.status())
      const other = await openHub({ dir: hubDir, durability: 'os', sweepEvery: false })
      await other.send({ type: 'SendMessage', to: 'first-0', body: 'more' })
      await other.close()
      await hub.catchUp()
    }))

  test('12. amid a subscription', () =>
    met(async (hub) => {
      for await (const { body } of hub.inbox('first-1').subscribe()) {
        expect(body).toBe('first')
        break
      }
    }))

  test('13. amid a look at the past, and a fork', () =>
    met(async (hub) => {
      const past = await hub.at(hub.head.position - 2)
      expect((await past.session('first-1'))?.id).toBe('first-1')
      await past.close()
      await hub.tasks()
    }))

  test('14. amid a comparison: what is damaged is no drift', () =>
    met(async (hub) => {
      expect(await hub.projections.verify()).toMatchObject({ drifted: 0 })
    }))

  test('15. amid a flush that has to merge', async () => {
    const hubDir = copyOf(original, dir())
    const { log, folding, snapshots } = await foldingOf(hubDir)
    // What is remembered of the old tables is of no use afterwards.
    lookedUp(folding, (await freshDocuments(hubDir)).keys())
    spoilRecords(hubDir, newestManifest(hubDir).manifest)
    for (let i = 0; i < 6; i++) {
      await appendOne(hubDir, i)
      await folding.fold.catchUp()
      await folding.flusher?.flush()
    }
    expect(snapshots.problems).not.toEqual([])
    const expected = await freshDocuments(hubDir)
    expect(firstOther(documentsIn(folding), expected)).toBeUndefined()
    expect(firstOther(lookedUp(folding, expected.keys()), expected)).toBeUndefined()
    // And others are served from what it has written since.
    expect(newestManifest(hubDir).manifest.saved.position).toBe(folding.fold.head.position)
    await folding.close()
    await log.close()
    const { answers, problems } = await answersIn(hubDir)
    expect({ answers, problems }).toEqual({ answers: await afresh(hubDir), problems: [] })
  })
})

test('18. all views deleted under whoever has them open: the next flush writes everything again', async () => {
  const hubDir = copyOf(original, dir())
  const { log, folding } = await foldingOf(hubDir)
  fs.rmSync(path.join(hubDir, 'views'), { recursive: true })
  await appendOne(hubDir, 0)
  await folding.fold.catchUp()
  expect(await folding.flusher?.flush()).toBe(true)
  for (const file of tablesOf(hubDir)) expect(fs.existsSync(file)).toBe(true)
  await folding.close()
  await log.close()
  const { answers, problems } = await answersIn(hubDir)
  expect({ answers, problems }).toEqual({ answers: await afresh(hubDir), problems: [] })
})

describe('a log that has rotted', () => {
  test('16. in its last line, which a snapshot attests: LOG_DAMAGED, with its offset, and read-only up to there', async () => {
    const hubDir = copyOf(original, dir())
    await flushAll(hubDir)
    const last = newestManifest(hubDir).manifest.saved.last
    const file = path.join(hubDir, 'log/00000001.jsonl')
    const fd = fs.openSync(file, 'r+')
    fs.writeSync(fd, 'X', (last?.ref ?? 0) + 40)
    fs.closeSync(fd)
    const before = fs.readFileSync(file)
    for (let i = 0; i < 2; i++) {
      const hub = await open(hubDir)
      expect(hub.damage).toMatchObject({ code: 'LOG_DAMAGED', details: { offset: last?.ref } })
      expect((await hub.session('first-0'))?.id).toBe('first-0')
      await expect(hub.send({ type: 'OpenSession', sessionId: 'x' })).rejects.toMatchObject({ code: 'LOG_DAMAGED' })
      await hub.close()
    }
    expect(fs.readFileSync(file).equals(before)).toBe(true)
  })

  test('17. in its last line, which nothing attests: it is void, and the hub goes on', async () => {
    const hubDir = copyOf(original, dir())
    fs.rmSync(path.join(hubDir, 'views'), { recursive: true })
    const log = openFileLog(hubDir)
    const end = await log.end()
    await log.close()
    const fd = fs.openSync(path.join(hubDir, 'log/00000001.jsonl'), 'r+')
    fs.writeSync(fd, 'X', end - 40)
    fs.closeSync(fd)
    const hub = await open(hubDir)
    expect(hub.damage).toBeUndefined()
    await hub.send({ type: 'OpenSession', sessionId: 'x' })
    await hub.close()
  })
})
