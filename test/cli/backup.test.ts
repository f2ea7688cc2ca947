import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { bytes } from '../../src/cli/progress.ts'
import { openHub, type BackupReport, type LoggedEvent, type RestoreReport } from '../../src/index.ts'
import { shell, type Shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')
const LOG = 'log/00000001.jsonl'

const dir = scratch()
let cwd: string
let baton: Shell

beforeEach(async () => {
  cwd = dir()
  baton = shell(cwd)
  const hub = await openHub({ dir: at('.baton'), create: true, sweepEvery: false })
  for (const sessionId of ['planner', 'coder']) await hub.send({ type: 'OpenSession', sessionId })
  const planner = hub.as({ kind: 'session', id: 'planner' })
  await planner.send(
    { type: 'SendMessage', to: 'coder', body: 'please review #12', subject: 'review' },
    { key: 'once' },
  )
  await hub.close()
})

const at = (...names: readonly string[]): string => path.join(cwd, ...names)

test('a backup is a hub to look at; what is restored of it is one to go on with', async () => {
  expect(await baton.ok('backup', 'monday')).toBe(
    `${at('monday')} holds 3 commits up to #4: ${bytes(fs.statSync(at('monday', LOG)).size)}, verified\n` +
      '  Bring it back: baton restore monday <new dir>\n',
  )
  expect(await baton.json('inbox', 'coder', '--dir', 'monday')).toMatchObject([{ body: 'please review #12' }])

  const said = await baton.ok('restore', 'monday', 'fresh')
  expect(said).toMatch(/fresh is the hub \w{26}, with 3 commits up to #4\n {2}Look: baton log --dir fresh\n$/)
  const again = ['send', 'coder', 'please review #12', '--subject', 'review', '--as', 'planner', '--key', 'once']
  expect(await baton.json(...again, '--dir', 'fresh')).toMatchObject({ duplicate: true })
  await baton.ok('send', 'coder', 'and on', '--as', 'planner', '--dir', 'fresh')
  expect(await baton.json('inbox', 'coder', '--dir', 'fresh')).toHaveLength(2)
  expect(await baton.json('inbox', 'coder')).toHaveLength(1)
})

test('as JSON, with the keys of the library', async () => {
  const taken = await baton.json<BackupReport>('backup', 'a')
  expect(taken).toMatchObject({ dir: at('a'), commits: 3, position: 4, bytes: fs.statSync(at('a', LOG)).size })
  const { hub, chain } = taken
  const restored = await baton.json<RestoreReport>('restore', '.baton', 'b')
  expect(restored).toMatchObject({ dir: at('b'), commits: 3, position: 4, from: { hub, seen: [3, chain] } })
  expect(restored.hub).not.toBe(hub)
  expect(await baton.ok('backup', 'c', '--quiet')).toBe('')
})

test('up to a position, with or without #, or up to a time', async () => {
  const events = await baton.lines<LoggedEvent>('log')
  expect(await baton.json('restore', '.', 'a', '--to', '2')).toMatchObject({ position: 2, commits: 2 })
  expect(await baton.json('restore', '.', 'b', '--to', '#3')).toMatchObject({ position: 4, commits: 3 })
  expect(await baton.json('restore', '.', 'c', '--to', events[0]?.at ?? '')).toMatchObject({ position: 1 })
})

const MISTAKES: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
  [['backup'], 2, /<dir> is missing\n {2}baton backup <dir>/],
  [['backup', 'a', 'b'], 2, /"b" is one word too many/],
  [['restore', '.'], 2, /<new dir> is missing\n {2}baton restore <dir> <new dir>/],
  [['restore', '.', 'a', '--to', 'noon'], 2, /noon is no position and no time\n {2}For example 4711/],
  [['restore', '.', 'a', '--to', '99'], 2, /position 99 is not there\n {2}The newest event of .* is #4/],
  [['restore', '.', 'a', '--to', '2020-01-01'], 2, /was not there at 2020-01-01T00:00:00.000Z\n {2}It was founded at/],
  [['restore', 'nowhere', 'a'], 3, /there is no hub in .*nowhere/],
  [['backup', 'a', '--dir', 'nowhere'], 3, /there is no hub in .*nowhere/],
  [['backup', '.'], 5, /is there already\n {2}Name a directory that is not there/],
  [['restore', '.', '.baton'], 5, /is there already/],
  [['backup', 'a', '--dry-run'], 2, /backup knows no --dry-run/],
  [['export', '--format', 'csv'], 2, /there is no format csv\n {2}One of jsonl, agent-message/],
  [['export', 'all'], 2, /"all" is one word too many/],
]

test.each(MISTAKES)('baton %j: exit %i', async (args, code, says) => {
  const before = fs.readdirSync(cwd)
  const ran = await baton(...args)
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: '' })
  expect(ran.stderr).toMatch(says)
  expect(fs.readdirSync(cwd)).toEqual(before)
})

test('a damaged hub is not backed up; the way out is named, and works', async () => {
  const file = at('.baton', LOG)
  for (let i = 0; i < 3; i++) await baton.ok('send', 'coder', `${i}`, '--as', 'planner')
  const rotten = fs.readFileSync(file)
  const spot = rotten.indexOf('please review')
  rotten[spot] = (rotten[spot] as number) ^ 1
  fs.writeFileSync(file, rotten)
  const refused = await baton('backup', 'a')
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/is damaged at \d+/)
  const restoring = await baton('restore', '.baton', 'a')
  expect(restoring).toMatchObject({ code: 1, stdout: '' })
  expect(restoring.stderr).toMatch(/What stands before it can be restored: up to position 2 \(--to 2\)/)
  expect(fs.existsSync(at('a'))).toBe(false)
  const { details } = JSON.parse((await baton('restore', '.baton', 'a', '--json')).stderr).error as { details: object }
  expect(details).toMatchObject({ restorableTo: 2 })
  expect(await baton.json('restore', '.baton', 'a', '--to', '2')).toMatchObject({ position: 2 })
  expect(await baton.json('session', 'list', '--dir', 'a')).toHaveLength(2)

  // What can be read is exported, and then it is said that this is not all.
  const exported = await baton('export')
  expect(exported.stdout.trim().split('\n')).toHaveLength(2)
  expect(exported.code).toBe(1)
  expect(exported.stderr).toMatch(/is damaged at \d+/)
})

test('export: every event, a line each', async () => {
  const lines = (await baton.ok('export')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual(await baton.lines('log'))
  expect(await baton.ok('export', '--json')).toBe(await baton.ok('export', '--format', 'jsonl'))
})

test('export: each arrival of a message in a mailbox, with all that it says', async () => {
  await baton.ok('session', 'open', 'tester', '--as', 'operator')
  await baton.ok(
    'task',
    'open',
    't1',
    '--title',
    'T',
    '--owner',
    'planner',
    '--participants',
    'coder,tester',
    '--as',
    'planner',
  )
  await baton.ok('broadcast', 'task:t1', 'to all', '--kind', 'note', '--data', '{"a":[1]}', '--as', 'planner')
  const [first] = await baton.json<{ id: string; sentAt: string }[]>('inbox', 'coder')
  await baton.ok('send', 'planner', 'done', '--reply-to', first?.id ?? '', '--as', 'coder')
  await baton.ok(
    'session',
    'close',
    'coder',
    '--outcome',
    'done',
    '--successor',
    'tester',
    '--force',
    '--as',
    'operator',
  )

  const all = (await baton.ok('export', '--format', 'agent-message'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(all[0]).toEqual({
    id: first?.id,
    from: 'session:planner',
    to: 'session:coder',
    kind: 'message',
    subject: 'review',
    body: 'please review #12',
    sentAt: first?.sentAt,
    deliveredAt: 4,
    thread: first?.id,
  })
  const [broadcast] = all.slice(1)
  expect(broadcast).toMatchObject({ to: 'session:coder', kind: 'note', body: 'to all', data: { a: [1] }, task: 't1' })
  expect(all.slice(1).map(({ to, body }) => `${String(to)} ${String(body)}`)).toEqual([
    'session:coder to all',
    'session:tester to all',
    'session:planner done',
    // Who inherits a mailbox has what it had: the first one, and the broadcast that lies there already.
    'session:tester please review #12',
    'session:tester to all',
  ])
  expect(all[3]).toMatchObject({ inReplyTo: first?.id, thread: first?.id })
  const positions = all.map(({ deliveredAt }) => deliveredAt as number)
  const events = await baton.lines<LoggedEvent>('log')
  for (const position of positions) {
    expect(events[position - 1]?.type).toMatch(/^Message(Delivered|Transferred)$/)
  }
})

/** A log that takes a while. */
async function large(): Promise<void> {
  const hub = await openHub({ dir: at('.baton'), durability: 'os', sweepEvery: false })
  const pad = 'p'.repeat(50_000)
  const streams = Array.from({ length: 20 }, (_, i) => `s${i}`)
  for (let i = 0; i < 60; i++) {
    await Promise.all(streams.map((name) => hub.eventStore.appendToStream(name, [{ type: 'T', data: { i, pad } }])))
  }
  await hub.close()
}

test('Ctrl-C: exit 130, and nothing is left', { timeout: 60_000 }, async () => {
  await large()
  for (const args of [
    ['backup', 'there'],
    ['restore', '.baton', 'there'],
  ]) {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: 'ignore' })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    for (let i = 0; i < 1_000 && !fs.readdirSync(cwd).some((name) => name.includes('unfinished')); i++) {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(fs.readdirSync(cwd)).toEqual(['.baton'])
  }
})
