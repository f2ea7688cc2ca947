/** What somebody at a command line does with ids and lists: types the beginning of one, several, or one twice. */
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openHub, ulidFactory, type Command, type MessageView, type Receipt, type RunView } from '../../src/index.ts'
import { shell, type Shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
let cwd: string
let baton: Shell
/** What the clock shows to whoever prepares the hub. */
let now: number

const [DAY, HOUR] = [86_400_000, 3_600_000]
/** Ids that are made within so many milliseconds, from a multiple of them on, share six letters. */
const SIX_LETTERS = 2 ** 20

beforeEach(async () => {
  cwd = dir()
  baton = shell(cwd)
  now = Math.floor((Date.now() - 10 * DAY) / SIX_LETTERS) * SIX_LETTERS
  await prepared(async (as) => {
    for (const sessionId of ['coder', 'lead']) await as('operator', { type: 'OpenSession', sessionId })
  })
})

const clock = (): number => now

type As = (actor: string, command: Command) => Promise<Receipt>

/** Commands at the times that `now` shows. */
async function prepared(steps: (as: As) => Promise<void>): Promise<void> {
  const newId = ulidFactory(clock)
  const place = path.join(cwd, '.baton')
  const hub = await openHub({ dir: place, create: true, durability: 'os', sweepEvery: false, clock, newId })
  try {
    await steps((id, command) => (id === 'operator' ? hub : hub.as({ kind: 'session', id })).send(command))
  } finally {
    await hub.close()
  }
}

/** A message to coder an hour after what came before, or as soon as is said. */
async function mail(bodies: readonly string[], apart = HOUR): Promise<string[]> {
  await prepared(async (as) => {
    for (const body of bodies) {
      now += apart
      await as('lead', { type: 'SendMessage', to: 'coder', body })
    }
  })
  const waiting = await baton.json<MessageView[]>('inbox', 'coder')
  return waiting.slice(-bodies.length).map(({ id }) => id)
}

const cut = (id: string | undefined, letters = 8): string => (id ?? '').slice(0, letters)
const head = async (): Promise<number> => (await baton.lines('log')).length

describe('the beginning of an id', () => {
  test('stands for the message that alone begins so', async () => {
    const [first, second, third] = await mail(['one', 'two', 'three'])
    expect(await baton.ok('ack', cut(first, 6), cut(second), '--as', 'coder')).toMatch(
      new RegExp(`^#\\d+ ${first} acknowledged by coder\\n#\\d+ ${second} acknowledged by coder\\n$`),
    )
    expect(await baton.json<MessageView[]>('inbox', 'coder')).toMatchObject([{ id: third }])
    expect(await baton.json('show', cut(second))).toMatchObject({ id: second, body: 'two' })
    expect(await baton.json('show', `message:${cut(second)}`)).toMatchObject({ id: second })
    const { events, commit } = await baton.json<Receipt>('reply', cut(third), 'done', '--as', 'coder')
    expect(events[0]?.data).toMatchObject({ inReplyTo: third, body: 'done' })
    expect(await baton.json('why', cut(third))).toEqual(await baton.json('why', `message:${third}`))
    expect(await baton.json('show', `commit:${cut(commit, 20)}`)).toMatchObject({ id: commit })
    expect(await baton.json('why', `commit:${cut(commit, 20)}`)).toEqual(await baton.json('why', `commit:${commit}`))
  })

  test('stands for a run, in what is asked and in what is done', async () => {
    await prepared(async (as) => {
      for (let i = 0; i < 2; i++) {
        now += HOUR
        await as('coder', { type: 'StartRun', begin: true })
      }
    })
    const [first, second] = (await baton.json<RunView[]>('run', 'list')).map(({ id }) => id)
    expect(await baton.json('run', 'show', cut(first))).toMatchObject({ id: first })
    await baton.ok('run', 'start', 'child', '--parent', cut(first), '--as', 'coder')
    expect(await baton.json('run', 'tree', cut(first))).toMatchObject({ id: first, children: [{ id: 'child' }] })
    await baton.ok('run', 'progress', cut(second), '--percent', '40', '--as', 'coder')
    await baton.ok('state', cut(second), '--set', 'phase=2', '--as', 'coder')
    expect(await baton.json('state', cut(second))).toMatchObject({ scope: 'run', id: second, keys: { phase: 2 } })
    await baton.ok('run', 'complete', cut(second), '--as', 'coder')
    expect(await baton.json('run', 'show', cut(second))).toMatchObject({
      id: second,
      status: 'completed',
      progress: { percent: 40 },
    })
    expect(await baton.json('why', `run:${cut(second)}`)).toEqual(await baton.json('why', `run:${second}`))
  })

  test('of several is refused with all of them, and nothing is done', async () => {
    const ids = await mail(['one', 'two'], 2_000)
    const before = await head()
    for (const line of [
      ['ack', cut(ids[0], 6), '--as', 'coder'],
      ['ack', ids[1] as string, cut(ids[0], 6), '--as', 'coder'],
      ['reply', cut(ids[0], 6), 'done', '--as', 'coder'],
      ['show', cut(ids[0], 6)],
      ['why', cut(ids[0], 6)],
    ]) {
      const { code, stdout, stderr } = await baton(...line)
      expect({ code, stdout }, line.join(' ')).toEqual({ code: 2, stdout: '' })
      expect(stderr).toBe(
        `baton: 2 messages begin with ${cut(ids[0], 6)}: ${ids.join(', ')}\n` +
          `  Type more of it; to look at the first: baton show message:${ids[0]}\n`,
      )
    }
    expect(await head()).toBe(before)
    expect(await baton.json('show', `message:${ids[0]}`)).toMatchObject({ body: 'one' })
    await baton.ok('ack', cut(ids[0], 10), '--as', 'coder')
  })

  test('of very many is refused with the first of them', async () => {
    await mail(
      Array.from({ length: 12 }, (_, i) => `message ${i}`),
      1,
    )
    const [{ id } = { id: '' }] = await baton.json<MessageView[]>('inbox', 'coder')
    const { code, stderr } = await baton('ack', cut(id), '--as', 'coder')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^baton: 12 messages begin with \w{8}: (\w{26}, ){9}\w{26} and 2 more\n/)
  })

  test.each([
    ['nothing begins so', (id: string) => `${id.slice(0, 9)}${id[9] === 'A' ? 'B' : 'A'}`],
    ['it is shorter than six letters', (id: string) => id.slice(0, 5)],
    ['it is no beginning but an end', (id: string) => id.slice(-10)],
  ])('is told as any unknown id where %s', async (_, typed) => {
    const [id] = await mail(['one'])
    const word = typed(id as string)
    expect(await baton('ack', word, '--as', 'coder')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`there is no message ${word}\n`) as string,
    })
    expect(await baton('show', word)).toMatchObject({ code: 3 })
    expect(await baton('why', word)).toMatchObject({ code: 3 })
  })

  test('of a name that somebody gave is none: build-1 is not build-10', async () => {
    await prepared(async (as) => void (await as('coder', { type: 'StartRun', runId: 'build-10', begin: true })))
    expect(await baton('run', 'cancel', 'build-1', '--as', 'coder')).toMatchObject({ code: 3 })
    expect(await baton('run', 'show', 'build-1')).toMatchObject({ code: 3 })
    expect(await baton.json('run', 'show', 'build-10')).toMatchObject({ status: 'running' })
  })

  test('under a key it is the same command the second time', async () => {
    const [id] = await mail(['one'])
    const line = ['ack', cut(id), '--key', 'k', '--as', 'coder']
    const first = await baton.json<Receipt>(...line)
    expect(await baton.json<Receipt>(...line)).toEqual({ ...first, duplicate: true })
  })

  test('in the past it is looked for in the past', async () => {
    const [first, second] = await mail(['one', 'two'], 2_000)
    const { position } = await baton.json<MessageView>('show', first as string)
    expect(await baton('show', cut(second, 6))).toMatchObject({ code: 2 })
    expect(await baton.json('show', cut(second, 6), '--at', String(position))).toMatchObject({ id: first })
  })
})

test('run list: those that are live, by session, with how far they are; with --all the ended ones', async () => {
  expect(await baton.ok('run', 'list')).toBe('no run is live\n')
  await prepared(async (as) => {
    await as('operator', { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'coder' })
    await as('coder', { type: 'StartRun', runId: 'r1', begin: true, label: 'the parser' })
    await as('coder', { type: 'ReportProgress', runId: 'r1', percent: 40, step: 'tests' })
    await as('coder', { type: 'StartRun', runId: 'r2', parentRunId: 'r1' })
    await as('lead', { type: 'StartRun', runId: 'r3', begin: true })
    await as('lead', { type: 'FailRun', runId: 'r3', reason: 'error', error: 'it broke' })
  })
  const rows = async (...more: string[]): Promise<string[]> =>
    (await baton.ok('run', 'list', ...more))
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, '  '))
  const [r1, r2] = [
    'r1  running  coder  owns t1  the parser  40 %, tests  10d ago',
    'r2  created  coder  owns t1  child of r1  10d ago',
  ]
  expect(await rows()).toEqual([r1, r2])
  expect(await rows('--all')).toEqual([r1, r2, 'r3  failed  lead  10d ago'])
  expect(await rows('--session', 'coder')).toEqual([r1, r2])
  expect(await rows('--session', 'lead')).toEqual(['no run is live'])
  expect(await rows('--session', 'lead', '--all')).toEqual(['r3  failed  lead  10d ago'])
  expect(await baton.json('run', 'list')).toEqual([
    await baton.json('run', 'show', 'r1'),
    await baton.json('run', 'show', 'r2'),
  ])
  const { position = 0 } = (await baton.json<Receipt>('run', 'cancel', 'r1', '--as', 'coder')).events[0] ?? {}
  expect(await rows()).toEqual(['no run is live'])
  expect(await rows('--at', String(position - 1))).toEqual([r1, r2])
  expect(await baton('run', 'list', '--session', 'codr')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('Did you mean coder?') as string,
  })
})

const left = async (): Promise<string[]> =>
  (await baton.json<{ messageId: string }[]>('dead', 'list')).map(({ messageId }) => messageId)

describe('dead letters, several at a time', () => {
  let ids: readonly string[]
  beforeEach(async () => {
    ids = await mail(['one', 'two', 'three'])
    await baton.ok('session', 'close', 'coder', '--as', 'operator')
  })

  test('go where they are sent, in their order', async () => {
    const receipts = await baton.lines<Receipt>(
      'dead',
      'requeue',
      ...ids.slice(0, 2),
      '--to',
      'lead',
      '--as',
      'operator',
    )
    expect(receipts.map(({ events }) => events[0]?.data)).toMatchObject(
      ids.slice(0, 2).map((messageId) => ({ messageId, to: 'session:lead' })),
    )
    expect(await left()).toEqual(ids.slice(2))
  })

  test('up to the first that is refused: what was done before is said', async () => {
    const words = [cut(ids[0]), 'nowhere', cut(ids[1])]
    const { code, stdout, stderr } = await baton('dead', 'discard', ...words, '--reason', 'late', '--as', 'operator')
    expect(code).toBe(3)
    expect(stdout).toMatch(new RegExp(`^#\\d+ dead letter ${ids[0]} given up: late\\n$`))
    expect(stderr).toMatch(/^baton: there is no message nowhere\n/)
    expect(await left()).toEqual(ids.slice(1))
  })

  test('for show, and in silence', async () => {
    const would = await baton.ok('dead', 'discard', ...ids, '--dry-run', '--as', 'operator')
    expect(would.match(/^would: dead letter \w{26} given up/gm)).toHaveLength(3)
    expect(await left()).toEqual(ids)
    expect(await baton.ok('dead', 'discard', ...ids, '--quiet', '--as', 'operator')).toBe('')
    expect(await left()).toEqual([])
  })

  test('one key does not stand for several commands', async () => {
    const { code, stderr } = await baton('dead', 'discard', ...ids, '--key', 'k', '--as', 'operator')
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('one key') as string })
    expect(await left()).toEqual(ids)
    expect(await baton.ok('dead', 'discard', ids[0] as string, '--key', 'k', '--as', 'operator')).toMatch(/^#\d+ dead/)
  })
})

const close = async (...more: string[]): Promise<string | undefined> =>
  (await baton.ok('session', 'close', 'coder', '--as', 'operator', ...more)).trimEnd().split('\n').at(-1)

describe('what a session leaves that is closed', () => {
  test('goes to its successor', async () => {
    await mail(['one', 'two'])
    expect(await close('--successor', 'lead')).toBe('2 messages waited: they went to lead')
    expect(await baton.json('inbox', 'lead')).toHaveLength(2)
  })

  test('is dead without one, its runs’ too', async () => {
    await mail(['one'])
    await baton.ok('run', 'start', 'r1', '--begin', '--as', 'coder')
    await baton.ok('send', 'run:r1', 'two', '--as', 'operator')
    expect(await close('--force')).toBe('2 messages waited: they are dead letters: baton dead list')
    expect(await baton.json('dead', 'list')).toHaveLength(2)
  })

  test('is one message', async () => {
    await mail(['one'])
    expect(await close()).toBe('1 message waited: it is a dead letter: baton dead list')
  })

  test('is not spoken of where there is nothing', async () => {
    expect(await close()).toMatch(/^#\d+ session coder closed \(done\)$/)
  })
})

describe('what is not acknowledged', () => {
  test('was before', async () => {
    const [first, second] = await mail(['one', 'two'])
    await baton.ok('ack', first as string, '--as', 'coder')
    expect(await baton.ok('ack', first as string, '--as', 'coder')).toBe(`${first} was acknowledged before\n`)
    expect(await baton.ok('ack', first as string, second as string, '--as', 'coder')).toMatch(
      new RegExp(`^#\\d+ ${second} acknowledged by coder\\n${first} was acknowledged before\\n$`),
    )
  })

  test('is a dead letter, or went to somebody else', async () => {
    const [id] = await mail(['one'])
    await baton.ok('session', 'close', 'coder', '--as', 'operator')
    expect(await baton.ok('ack', id as string, '--as', 'operator')).toBe(`${id} is a dead letter: baton dead list\n`)
    await baton.ok('session', 'reopen', 'coder', '--as', 'operator')
    await baton.ok('dead', 'requeue', id as string, '--to', 'lead', '--as', 'operator')
    expect(await baton.ok('ack', id as string, '--as', 'coder')).toBe(`${id} does not wait any more\n`)
    await baton.ok('ack', id as string, '--as', 'lead')
    expect(await baton.ok('ack', id as string, '--as', 'coder')).toBe(`${id} does not wait any more\n`)
  })
})
