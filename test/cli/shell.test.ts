import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openHub } from '../../src/index.ts'
import type { HistoryPage, LoggedEvent, MessageView, OwnershipView, Receipt } from '../../src/index.ts'
import { shell, type Shell } from '../support/baton.ts'
import { lacks } from '../support/needs.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
let cwd: string
let baton: Shell

beforeEach(async () => {
  cwd = dir()
  baton = shell(cwd)
  await baton.ok('init')
})

const LOG = '.baton/log/00000001.jsonl'
const logBytes = (): Buffer => fs.readFileSync(path.join(cwd, LOG))
const typesOf = ({ events }: Receipt): string[] => events.map(({ type }) => type)

async function open(...sessions: readonly string[]): Promise<void> {
  await Promise.all(sessions.map((id) => baton.ok('session', 'open', id, '--as', 'operator')))
}

test('two sessions: a message lies in the inbox of its recipient, with sender and time', async () => {
  await open('planner', 'coder')
  const before = Date.now()
  await baton.ok('send', 'coder', 'please review #12', '--subject', 'review', '--as', 'planner')

  const [message, ...rest] = await baton.json<MessageView[]>('inbox', 'coder')
  expect(rest).toEqual([])
  expect(message).toMatchObject({
    from: 'session:planner',
    body: 'please review #12',
    subject: 'review',
    kind: 'message',
  })
  expect(Date.parse(message?.sentAt ?? '')).toBeGreaterThanOrEqual(before)
  expect(await baton.json('inbox', 'planner')).toEqual([])

  const text = await baton.ok('inbox', 'coder')
  expect(text).toMatch(/ \d+s ago +planner +review {2}please review #12\n$/)
})

test('eight terminals at once: every message arrives once', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  await open(...names)
  await Promise.all(
    names.flatMap((from) =>
      names.filter((to) => to !== from).map((to) => baton.ok('send', to, `from ${from}`, '--as', from)),
    ),
  )
  const inboxes = await Promise.all(names.map((name) => baton.json<MessageView[]>('inbox', name)))
  for (const [i, inbox] of inboxes.entries()) {
    expect(inbox.map(({ body }) => body).toSorted()).toEqual(
      names.filter((_, j) => j !== i).map((name) => `from ${name}`),
    )
  }
})

test('a broadcast to a task of four: exactly three copies, in one commit', async () => {
  await open('planner', 'coder', 'tester', 'reviewer')
  await baton.ok('task', 'open', 't1', '--title', 'T', '--participants', 'coder,tester,reviewer', '--as', 'planner')
  const commits = logBytes().toString().split('\n').filter(Boolean).length

  const receipt = await baton.json<Receipt>('broadcast', 'task:t1', 'all hands', '--as', 'planner')

  expect(typesOf(receipt)).toEqual(['MessageSent', 'MessageDelivered', 'MessageDelivered', 'MessageDelivered'])
  expect(logBytes().toString().split('\n').filter(Boolean)).toHaveLength(commits + 1)
  for (const name of ['coder', 'tester', 'reviewer']) {
    expect((await baton.json<MessageView[]>('inbox', name)).map(({ body }) => body)).toEqual(['all hands'])
  }
  expect(await baton.json('inbox', 'planner')).toEqual([])
})

test('what was sent about a task shows in its history, also after the session closed', async () => {
  await open('planner', 'coder')
  await baton.ok('task', 'open', 't1', '--title', 'T', '--as', 'planner')
  await baton.ok('send', 'coder', 'about t1', '--task', 't1', '--as', 'planner')
  const sent = async (): Promise<unknown[]> =>
    (await baton.json<HistoryPage>('history', '--task', 't1')).events
      .filter(({ type }) => type === 'MessageSent')
      .map(({ data }) => (data as { body: string }).body)

  expect(await sent()).toEqual(['about t1'])
  await baton.ok('session', 'close', 'coder', '--as', 'operator')
  await baton.ok('session', 'close', 'planner', '--as', 'operator')
  expect(await sent()).toEqual(['about t1'])
  expect(await baton.ok('history', '--session', 'coder')).toContain('session coder closed (done)')
})

test('a handoff moves the owner, raises the epoch and notifies the target, in one commit', async () => {
  await open('planner', 'coder')
  await baton.ok('task', 'open', 't1', '--title', 'T', '--owner', 'planner', '--as', 'planner')

  const receipt = await baton.json<Receipt>('handoff', 't1', 'coder', 'tests are green', '--as', 'planner')

  expect(typesOf(receipt)).toEqual(['ParticipantJoined', 'OwnershipTransferred', 'MessageSent', 'MessageDelivered'])
  expect(await baton.json<OwnershipView>('owners', 't1')).toMatchObject({
    owner: 'coder',
    epoch: 2,
    chain: [
      { to: 'planner', epoch: 1 },
      { from: 'planner', to: 'coder', epoch: 2, mode: 'handoff' },
    ],
  })
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toMatchObject([
    { kind: 'handoff', body: 'tests are green', taskId: 't1' },
  ])

  const late = await baton('task', 'status', 't1', 'in_progress', '--as', 'planner', '--json')
  expect([late.code, JSON.parse(late.stderr)]).toMatchObject([
    5,
    { error: { code: 'NOT_OWNER', details: { owner: 'coder' } } },
  ])
  const stale = await baton('task', 'status', 't1', 'in_progress', '--epoch', '1', '--as', 'planner', '--json')
  expect([stale.code, JSON.parse(stale.stderr)]).toMatchObject([5, { error: { code: 'STALE_EPOCH' } }])
})

test('an offer: accepted by its target, with a notice to whoever made it', async () => {
  await open('planner', 'coder')
  await baton.ok('task', 'open', 't1', '--title', 'T', '--owner', 'planner', '--as', 'planner')
  await baton.ok('handoff', 't1', 'coder', '--offer', '--expires', '1h', '--as', 'planner')
  expect(await baton.ok('owners')).toMatch(/t1 +open +planner +epoch 1 +on offer to coder/)
  expect((await baton('accept', 't1', '--as', 'planner')).code).toBe(5)
  await baton.ok('accept', 't1', '--as', 'coder')
  expect(await baton.json<OwnershipView>('owners', 't1')).toMatchObject({ owner: 'coder', epoch: 2 })
  expect(await baton.json<MessageView[]>('inbox', 'planner')).toMatchObject([{ kind: 'notice' }])
})

test('a replay is the same each time, and leaves the log and the inboxes as they were', async () => {
  await open('planner', 'coder')
  await baton.ok('task', 'open', 't1', '--title', 'T', '--owner', 'planner', '--as', 'planner')
  await baton.ok('send', 'coder', 'about t1', '--task', 't1', '--as', 'planner')
  await baton.ok('handoff', 't1', 'coder', '--as', 'planner')
  const [log, inbox] = [logBytes(), await baton.ok('inbox', 'coder', '--json')]

  const first = await baton.ok('replay', '--task', 't1', '--json')
  const second = await baton.ok('replay', '--task', 't1', '--json')

  expect(second).toBe(first)
  expect(first.trim().split('\n').length).toBeGreaterThanOrEqual(5)
  expect(logBytes().equals(log)).toBe(true)
  expect(await baton.ok('inbox', 'coder', '--json')).toBe(inbox)
})

test('an unknown session: exit 3, nothing on stdout, the log untouched, the nearest names offered', async () => {
  await open('planner', 'coder')
  const log = logBytes()
  const { code, stdout, stderr } = await baton('send', 'codr', 'hi', '--as', 'planner')
  expect({ code, stdout, stderr }).toEqual({
    code: 3,
    stdout: '',
    stderr: 'baton: there is no session codr\n  Did you mean coder?\n  baton send coder hi --as planner\n',
  })
  expect(logBytes().equals(log)).toBe(true)

  const json = await baton('send', 'codr', 'hi', '--as', 'planner', '--json')
  expect(json).toMatchObject({ code: 3, stdout: '' })
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'UNKNOWN_SESSION', details: { nearest: ['coder'] } } })
})

test('nobody to broadcast to: NO_RECIPIENTS', async () => {
  await open('planner')
  await baton.ok('task', 'open', 't1', '--title', 'T', '--as', 'planner')
  const log = logBytes()
  const { code, stdout, stderr } = await baton('broadcast', 'task:t1', 'anybody?', '--as', 'planner', '--json')
  expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'NO_RECIPIENTS' } })
  expect(logBytes().equals(log)).toBe(true)
})

const MOUNTS = !lacks('mounts')

test.skipIf(!MOUNTS)('a read-only directory: every query works, and what sends answers STORAGE_FAILED', async () => {
  await open('planner', 'coder')
  await baton.ok(
    'task',
    'open',
    't1',
    '--title',
    'T',
    '--owner',
    'planner',
    '--participants',
    'coder',
    '--as',
    'planner',
  )
  await baton.ok('send', 'coder', 'hello', '--as', 'planner')
  await baton.ok('run', 'start', 'r1', '--as', 'coder')
  const main = path.resolve(import.meta.dirname, '../../dist/baton.cjs')
  const queries = [
    'session list',
    'session show coder',
    'task list',
    'task show t1',
    'owners',
    'owners t1',
    'inbox coder',
    'inbox --as coder',
    'notify --as coder',
    'history --task t1',
    'history --session coder',
    'history --run r1',
    'run show r1',
    'run tree r1',
    'state coder',
    'log',
    'replay --task t1',
    'send coder hi --as planner --dry-run',
  ]
  const sends = [
    'send coder hi --as planner',
    'broadcast task:t1 hi --as planner',
    'task claim t1 --as coder',
    'session open x --as operator',
  ]
  const script = [
    `mount --bind '${cwd}/.baton' '${cwd}/.baton' && mount -o remount,bind,ro '${cwd}/.baton' && cd '${cwd}'`,
    ...[...queries, ...sends].map(
      (words) => `'${process.execPath}' '${main}' ${words} --json >/dev/null 2>err; echo "$? $(cat err)"`,
    ),
  ]
  const { stdout, stderr } = spawnSync('unshare', ['-rm', 'bash', '-c', script.join('\n')], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const results = stdout.trim().split('\n')
  expect(results.slice(0, queries.length)).toEqual(queries.map(() => '0 '))
  const refused = results.slice(queries.length).map((line) => {
    const [, code, outcome] = /"code":"(\w+)"(?:.*"outcome":"(\w+)")?/.exec(line) ?? []
    return [line[0], code, outcome]
  })
  expect(refused).toEqual([
    ['1', 'STORAGE_FAILED', 'none'],
    ['1', 'STORAGE_FAILED', 'none'],
    // Nothing needs writing to say that somebody owns it.
    ['5', 'ALREADY_OWNED', undefined],
    ['1', 'STORAGE_FAILED', 'none'],
  ])
})

test('an inbox that is followed shows what comes, and acknowledges it', async () => {
  await open('planner', 'coder')
  await baton.ok('send', 'coder', 'one', '--as', 'planner')
  const following = baton('inbox', '--follow', '--ack', '--json', '--timeout', '4s', '--as', 'coder')
  await baton.ok('send', 'coder', 'two', '--as', 'planner')
  await baton.ok('send', 'coder', 'three', '--as', 'planner')
  const { code, stdout } = await following
  expect(code).toBe(7)
  const bodies = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as MessageView).body)
  expect(bodies).toEqual(['one', 'two', 'three'])
  expect(await baton.json('inbox', 'coder')).toEqual([])
  expect(
    (await baton.json<(MessageView & { state: string })[]>('inbox', 'coder', '--all')).map(({ body, state }) => [
      body,
      state,
    ]),
  ).toEqual([
    ['one', 'acknowledged'],
    ['two', 'acknowledged'],
    ['three', 'acknowledged'],
  ])
})

test('runs, seeds, checkpoints and merges from the shell', async () => {
  await open('planner')
  const as = ['--as', 'planner'] as const
  await baton.ok('run', 'start', 'r1', '--begin', ...as)
  await baton.ok('state', 'r1', '--set', 'count=1', '--set', 'log=["a"]', ...as)
  await baton.ok(
    'run',
    'start',
    'r2',
    '--parent',
    'r1',
    '--worktree',
    'wt',
    '--branch',
    'b',
    '--run-dir',
    'rd',
    '--model',
    'opus',
    ...as,
  )
  await baton.ok('seed', 'r2', '--keys', 'count,log', ...as)
  await baton.ok('state', 'r1', '--set', 'later=true', ...as)
  await baton.ok('run', 'begin', 'r2', '--model-used', 'sonnet', ...as)
  expect(await baton.json('state', 'r2')).toMatchObject({ keys: { count: 1, log: ['a'] } })
  await baton.ok('run', 'progress', 'r2', '--percent', '40', '--step', 'tests', ...as)
  const tree = await baton.ok('run', 'tree', 'r1')
  expect(tree).toMatch(
    /^r1 {2}running.*\n└─ r2 {2}running {2}planner {2}40 % {2}tests {2}opus → sonnet {2}\S*\/wt \(b\) {2}\S*\/rd\n$/,
  )
  await baton.ok('state', 'r2', '--set', 'count=3', '--set', 'log=["a","b"]', ...as)
  await baton.ok('state', 'r1', '--set', 'log=["a","c"]', ...as)
  await baton.ok('run', 'complete', 'r2', '--result', '{"tests":12}', ...as)

  const refused = await baton('merge', 'r2', '--json', ...as)
  expect(refused.code).toBe(5)
  expect(JSON.parse(refused.stderr)).toMatchObject({
    error: {
      code: 'MERGE_CONFLICT',
      details: { conflicts: [{ key: 'log', base: ['a'], ours: ['a', 'c'], theirs: ['a', 'b'] }] },
    },
  })
  await baton.ok('merge', 'r2', '--strategy', 'log=append', '--result-as', 'r2.result', ...as)
  expect(await baton.json('state', 'r1')).toMatchObject({
    keys: { count: 3, log: ['a', 'c', 'b'], later: true, 'r2.result': { tests: 12 } },
  })
  expect(await baton.json<MessageView[]>('inbox', 'planner')).toMatchObject([
    { kind: 'result', mailbox: 'run:r1', data: { result: { tests: 12 } } },
  ])
  const events = await baton.lines<LoggedEvent>('log', 'work-r1')
  expect(events.map(({ type }) => type)).toEqual([
    'StateChanged',
    'StateChanged',
    'StateChanged',
    'ChildResultMerged',
    'StateChanged',
  ])
})

const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')
const bash = (script: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync('bash', ['-c', script.replaceAll('baton', `'${process.execPath}' '${MAIN}'`)], { cwd, encoding: 'utf8' })

test('a text from a pipe that takes its time; and from one that brings nothing', async () => {
  await open('planner', 'coder')
  const slow = bash('(sleep 1; echo from a pipe) | baton send coder - --as planner')
  expect(slow).toMatchObject({ status: 0, stderr: '' })
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toMatchObject([{ body: 'from a pipe\n' }])
  const nothing = bash('baton send coder - --as planner < /dev/null')
  expect(nothing).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^baton: nothing came in on stdin\n/) as string,
  })
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toHaveLength(1)
})

test('what could not be printed is not acknowledged, and a dry run acknowledges nothing', async () => {
  await open('planner', 'coder')
  await baton.ok('send', 'coder', 'one', '--as', 'planner')
  expect(bash('baton inbox --ack --as coder > /dev/full').status).toBe(1)
  await baton.ok('inbox', '--ack', '--dry-run', '--as', 'coder')
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toHaveLength(1)
  await baton.ok('inbox', '--ack', '--as', 'coder')
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toEqual([])
})

test('an inbox of many: what is not shown is counted, and --all reads every page', async () => {
  const hub = await openHub({ dir: path.join(cwd, '.baton'), durability: 'os' })
  for (const sessionId of ['planner', 'coder']) await hub.send({ type: 'OpenSession', sessionId })
  for (let i = 0; i < 600; i++) {
    await hub.send({ type: 'SendMessage', to: 'coder', body: String(i), kind: i % 2 === 0 ? 'even' : 'odd' })
  }
  await hub.close()
  expect((await baton.ok('inbox', 'coder')).split('\n').at(-2)).toBe('… and 500 more: -n')
  expect(await baton.ok('notify', '--as', 'coder')).toContain('600 waiting;')
  await baton.ok('inbox', '--ack', '-n', '600', '--as', 'coder')
  expect(await baton.json('inbox', 'coder', '--all', '-n', '1000')).toHaveLength(600)
  expect(await baton.json('inbox', 'coder', '--all', '-n', '1000', '--kind', 'odd')).toHaveLength(300)
})
