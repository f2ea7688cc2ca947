/** Every mistake is answered with what to type instead, on stderr, with the exit code that says what kind it was. */
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { commandCatalog, openHub, type CommandType } from '../../src/index.ts'
import { verbs } from '../../src/cli/verbs/catalog.ts'
import { shell, type Shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
let cwd: string
let baton: Shell

beforeEach(async () => {
  cwd = dir()
  baton = shell(cwd)
})

/** A hub with one session, made without the command line: these tests are about mistakes. */
async function hub(): Promise<void> {
  const made = await openHub({ dir: path.join(cwd, '.baton'), create: true })
  await made.send({ type: 'OpenSession', sessionId: 'planner' })
  await made.close()
}

const MISTAKES: readonly (readonly [title: string, args: readonly string[], code: number, says: RegExp])[] = [
  ['no such verb', ['sned', 'planner', 'hi'], 2, /there is no verb sned\n {2}Did you mean .*send/],
  ['half a verb', ['task'], 2, /baton task what\?\n {2}See what there is: baton help task\n/],
  ['no such second word', ['task', 'clam', 't1'], 2, /there is no verb task clam\n {2}Did you mean task claim/],
  [
    'no such option',
    ['send', 'planner', 'hi', '--subjet', 'x'],
    2,
    /there is no option --subjet\n {2}Did you mean --subject/,
  ],
  [
    'an argument is missing',
    ['handoff', 't1', '--as', 'planner'],
    2,
    /<session> is missing\n {2}baton handoff <task> <session> \[text\]\n/,
  ],
  ['a word too many', ['task', 'claim', 't1', 'planner', 'x', '--as', 'planner'], 2, /"x" is one word too many/],
  ['nothing to say', ['send', 'planner', '--as', 'planner'], 2, /there is nothing to say\n {2}Give a text/],
  [
    'nobody acts',
    ['send', 'planner', 'hi'],
    2,
    /who acts\?\n {2}Say so: --as <session>, --as operator, or set BATON_SESSION/,
  ],
  [
    'no duration',
    ['session', 'open', 'x', '--lease', 'soon', '--as', 'operator'],
    2,
    /soon is no duration\n {2}For example 30s/,
  ],
  ['no JSON', ['send', 'planner', '--data', '{', '--as', 'planner'], 2, /\{ is no JSON/],
  ['no file', ['send', 'planner', '--data', '@nowhere.json', '--as', 'planner'], 2, /nowhere\.json cannot be read/],
  ['no id', ['session', 'open', '../x', '--as', 'operator'], 2, /<session>: "..\/x" is no id: up to 64 letters/],
  ['no address', ['send', 'team:x', 'hi', '--as', 'planner'], 2, /"team:x" is no address\n {2}session:<id>/],
  ['a set where one is meant', ['send', 'task:t1', 'hi', '--as', 'planner'], 2, /baton broadcast task:t1/],
  ['one where a set is meant', ['broadcast', 'planner', 'hi', '--as', 'planner'], 2, /baton send planner/],
  [
    'an unknown actor',
    ['send', 'planner', 'hi', '--as', 'plannr'],
    3,
    /there is no session plannr\n {2}Did you mean planner/,
  ],
  ['an unknown task', ['task', 'show', 't9'], 3, /there is no task t9/],
  ['an unknown run', ['run', 'tree', 'r9'], 3, /there is no run r9/],
  ['a history of nothing', ['history', '--task', 't9'], 3, /there is no task t9/],
  ['a history of what', ['history'], 2, /the history of what\?\n {2}One of --task/],
  [
    'a session that is there',
    ['session', 'open', 'planner', '--as', 'operator'],
    5,
    /session planner is there already/,
  ],
  ['a key that is not there', ['state', 'planner', 'nothing'], 3, /session planner has no key nothing/],
]

test.each(MISTAKES)('%s', async (_title, args, code, says) => {
  await hub()
  const ran = await baton(...args)
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: '' })
  expect(ran.stderr).toMatch(says)
  expect(ran.stderr).not.toMatch(/\n +at /)
})

test('a closed session and a closed task say what can be done', async () => {
  await hub()
  await baton.ok('session', 'open', 'coder', '--as', 'operator')
  await baton.ok('task', 'open', 't1', '--title', 'T', '--owner', 'planner', '--as', 'planner')
  await baton.ok('task', 'close', 't1', '--as', 'planner')
  await baton.ok('session', 'close', 'coder', '--as', 'operator')
  const closed = await baton('send', 'coder', 'hi', '--as', 'planner')
  expect(closed).toMatchObject({ code: 5, stdout: '' })
  expect(closed.stderr).toContain('baton session reopen coder')
  const task = await baton('task', 'claim', 't1', '--as', 'planner')
  expect(task).toMatchObject({ code: 5, stdout: '' })
  expect(task.stderr).toContain('baton history --task t1')
})

test('no hub here: exit 3, and how to make one', async () => {
  const { code, stdout, stderr } = await baton('inbox', 'planner')
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toContain('baton init')
})

test('the hub is found from a directory below, by BATON_DIR and by --dir', async () => {
  await hub()
  const elsewhere = shell(dir())
  expect(await elsewhere.ok('session', 'list', '--dir', cwd)).toContain('planner')
  expect(await elsewhere.ok('session', 'list', '--dir', path.join(cwd, '.baton'))).toContain('planner')
  expect(await shell(dir(), { BATON_DIR: cwd }).ok('session', 'list')).toContain('planner')
  const { mkdirSync } = await import('node:fs')
  mkdirSync(path.join(cwd, 'deep/er'), { recursive: true })
  expect(await shell(path.join(cwd, 'deep/er')).ok('session', 'list')).toContain('planner')
})

test('whoever acts is named by --as, BATON_SESSION or BATON_RUN', async () => {
  await hub()
  const planner = shell(cwd, { BATON_SESSION: 'planner' })
  await planner.ok('run', 'start', 'r1')
  const run = shell(cwd, { BATON_RUN: 'r1' })
  const { events } = await run.json<{ events: { data: { from: string } }[] }>('send', 'operator', 'hi')
  expect(events[0]?.data.from).toBe('run:r1')
  expect(await baton.json('inbox', '--as', 'operator')).toMatchObject([{ from: 'run:r1' }])
})

test('a dry run says what would follow and writes nothing', async () => {
  await hub()
  const dry = await baton.json('send', 'planner', 'hi', '--as', 'operator', '--dry-run')
  expect(dry).toMatchObject({ dryRun: true, recipients: ['session:planner'] })
  expect(await baton.json('inbox', 'planner')).toEqual([])
})

test('the same keyed command twice: one commit', async () => {
  await hub()
  const send = (): Promise<object> => baton.json('send', 'planner', 'hi', '--as', 'operator', '--key', 'k1')
  const [first, second] = [await send(), await send()]
  expect(second).toEqual({ ...first, duplicate: true })
  expect(await baton.json('inbox', 'planner')).toHaveLength(1)
})

test('a reader that goes away is no failure', async () => {
  await hub()
  const main = path.resolve(import.meta.dirname, '../../dist/baton.cjs')
  const { spawnSync } = await import('node:child_process')
  for (let i = 0; i < 3; i++) await baton.ok('send', 'planner', 'x'.repeat(60_000), '--as', 'operator')
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-c', `'${process.execPath}' '${main}' log --json | head -1; echo "\${PIPESTATUS[0]}"`],
    { cwd, encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n').at(-1)).toBe('0')
})

test('text from others cannot drive the terminal', async () => {
  await hub()
  await baton.ok('send', 'planner', 'red \u001b[31m and \u0007 bell', '--as', 'operator')
  expect(await baton.ok('inbox', 'planner')).toContain('red \\x1b[31m and \\x07 bell')
  expect(await baton.ok('log')).not.toContain('\u001b')
})

test('every command of the catalogue has a verb: SetState is sent by `state`, ExpireDue by `sweep`', () => {
  const sent = new Set(verbs.flatMap((verb) => ('command' in verb ? [verb.command] : [])))
  const without = Object.keys(commandCatalog).filter((type) => !sent.has(type as CommandType))
  expect(without).toEqual(['SetState', 'ExpireDue'])
})
