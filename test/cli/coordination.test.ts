/** Groups, requests, time and dead letters as an operator and agents in shells meet them: the built binary. */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import type { DeadLetterView, GroupView, MessageView, Receipt, RunView, TimerView } from '../../src/index.ts'
import { openHub } from '../../src/index.ts'
import { shell, type Shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
let cwd: string
let baton: Shell

beforeEach(async () => {
  cwd = dir()
  baton = shell(cwd)
  await baton.ok('init')
})

const typesOf = ({ events }: Receipt): string[] => events.map(({ type }) => type)
const errorOf = ({ stderr }: { readonly stderr: string }): { readonly code: string; readonly hint?: string } =>
  (JSON.parse(stderr) as { error: { code: string; hint?: string } }).error

async function tree(): Promise<void> {
  await baton.ok('session', 'open', 'planner', '--as', 'operator')
  for (const id of ['coder', 'tester', 'reviewer']) {
    await baton.ok('session', 'open', id, '--parent', 'planner', '--as', 'operator')
  }
}

test('a group from its founding to its end: two of three fan in, the third comes late', async () => {
  await tree()
  await baton.ok('group', 'form', 'crew', '--members', 'coder,tester,reviewer', '--as', 'planner')
  const again = await baton.ok('group', 'form', 'crew', '--members', 'coder', '--as', 'tester')
  expect(again).toContain('(done before: it stays as it is)')

  await baton.ok('run', 'start', 'r1', '--begin', '--as', 'planner')
  await baton.ok('run', 'start', 'r2', '--parent', 'r1', '--session', 'coder', '--begin', '--as', 'planner')
  const words = ['a=run:r2', 'b=session:tester', 'c', '--payload', 'a=read the diff', '--payload', 'b={"depth":2}']
  const sent = await baton.json<Receipt>('group', 'dispatch', 'crew', ...words, '--quorum', '2', '--as', 'planner')
  expect(typesOf(sent)).toEqual([
    'RoundDispatched',
    'ItemBound',
    'MessageSent',
    'MessageDelivered',
    'MessageSent',
    'MessageDelivered',
  ])
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toMatchObject([
    { kind: 'dispatch', mailbox: 'run:r2', body: 'read the diff', data: { groupId: 'planner/crew', itemId: 'a' } },
  ])
  expect(await baton.json<MessageView[]>('inbox', 'tester')).toMatchObject([{ data: { payload: { depth: 2 } } }])

  await baton.ok('group', 'settle', 'crew', 'b', '--result', '"fine"', '--as', 'tester')
  await baton.ok('group', 'checkpoint', 'crew', 'half', '--as', 'planner')
  const board = await baton.ok('group', 'show', 'crew', '--as', 'planner')
  expect(board).toMatch(/round 1 \(2 of 3\) {2}open {2}1\/3 in/)
  expect(board).toMatch(/ {2}a {2}run r2 {2}pending {2}running/)
  expect(board).toMatch(/ {2}b {2}tester {2}ok +"fine"/)
  expect(board).toMatch(/checkpoint half: 1 in, 2 pending/)

  const done = await baton.json<Receipt>('run', 'complete', 'r2', '--result', '{"n":1}', '--as', 'coder')
  expect(typesOf(done)).toContain('FanInReached')
  await baton.ok('group', 'settle', 'crew', 'c', '--outcome', 'failed', '--reason', 'no time', '--as', 'planner')
  const { round, status } = await baton.json<GroupView>('group', 'show', 'planner/crew')
  expect(status).toBe('idle')
  expect(round).toMatchObject({
    verdict: 'complete',
    items: [
      { itemId: 'a', outcome: 'ok', result: { n: 1 }, runStatus: 'completed' },
      { itemId: 'b', outcome: 'ok', result: 'fine' },
      { itemId: 'c', outcome: 'failed', reason: 'no time', late: true },
    ],
  })
  await baton.ok('broadcast', 'group:crew', 'well done', '--as', 'planner')
  expect(await baton.json<MessageView[]>('inbox', 'reviewer')).toMatchObject([{ body: 'well done' }])
  await baton.ok('group', 'disband', 'crew', '--as', 'planner')
  expect(await baton('group', 'form', 'crew', '--as', 'planner')).toMatchObject({ code: 5 })
  expect(await baton.ok('history', '--group', 'planner/crew')).toMatch(/formed by planner[^]*disbanded/)
})

test('mistakes with groups are answered with what to type instead', async () => {
  await tree()
  const form = ['group', 'form', 'crew', '--coordinator', 'planner', '--as', 'operator'] as const
  await baton.ok(...form)
  const as = ['--as', 'planner'] as const
  expect(await baton('group', 'dispatch', 'crew', ...as)).toMatchObject({ code: 2 })
  expect(await baton('group', 'dispatch', 'crew', 'a=task:t1', ...as)).toMatchObject({ code: 2 })
  expect(await baton('group', 'dispatch', 'crew', 'a', '--payload', 'b=what', ...as)).toMatchObject({ code: 2 })
  expect(errorOf(await baton('group', 'dispatch', 'crew', 'a=codr', '--json', ...as)).hint).toMatch(
    /^Did you mean coder\? baton group dispatch crew a=coder /,
  )
  expect(await baton('group', 'show', 'crew', '--round', '7', ...as)).toMatchObject({ code: 3 })
  expect(await baton.ok('history', '--group', 'crew', ...as)).toContain('formed by planner')
  expect(await baton.ok('help', 'group')).toMatch(/group form <name>[^]*group disband <group>/)
  expect(errorOf(await baton('group', 'dispatch', 'crew', 'a', '--as', 'coder', '--json')).code).toBe('NOT_COORDINATOR')
  expect(errorOf(await baton('group', 'show', 'planner/crwe', '--json'))).toMatchObject({
    code: 'UNKNOWN_GROUP',
    hint: 'Did you mean planner/crew? baton group show planner/crew --json',
  })
  expect(await baton('group', 'show', 'crew', '--round', 'zero', ...as)).toMatchObject({ code: 2 })
  expect(await baton.ok('group', 'dispatch', 'crew', 'a', '--dry-run', ...as)).toMatch(/^would: round 1/)
  expect((await baton.json<GroupView>('group', 'show', 'crew', ...as)).round).toBeUndefined()
})

test('ask and be answered, in two shells; and ask in vain: exit 7, and the sender finds a notice', async () => {
  await tree()
  const asked = baton.json<MessageView>(
    'request',
    'coder',
    'which schema?',
    '--within',
    '20s',
    '--ack',
    '--as',
    'planner',
  )
  let question: MessageView | undefined
  for (let tries = 0; question === undefined && tries < 100; tries++) {
    ;[question] = await baton.json<MessageView[]>('inbox', 'coder')
  }
  expect(question?.replyBy).toBeDefined()
  await baton.ok('reply', question?.id ?? '', 'the second', '--as', 'coder')
  expect(await asked).toMatchObject({ from: 'session:coder', body: 'the second', inReplyTo: question?.id })
  expect(await baton.json<MessageView[]>('inbox', 'planner')).toEqual([])

  const vain = await baton('request', 'tester', 'anybody?', '--within', '300ms', '--json', '--as', 'planner')
  expect(vain).toMatchObject({ code: 7, stdout: '' })
  expect(errorOf(vain).code).toBe('REQUEST_EXPIRED')
  expect(await baton.json<MessageView[]>('inbox', 'planner')).toMatchObject([{ kind: 'notice' }])
})

test('a verb that writes ends what is due on its way, but fails nobody', async () => {
  await tree()
  await baton.ok('run', 'start', 'r1', '--lease', '100ms', '--as', 'coder')
  await baton.ok('send', 'coder', 'soon', '--expires', '100ms', '--as', 'planner')
  await sleep(300)
  await baton.ok('send', 'tester', 'hello', '--as', 'planner')
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toEqual([])
  const timers = await baton.json<TimerView[]>('timers')
  expect(timers).toMatchObject([{ kind: 'runLeases', id: 'r1' }])
  expect(await baton.json<RunView>('run', 'show', 'r1')).toMatchObject({ status: 'created' })
})

test('a sweep gives the holder of an overdue lease as long as it runs; --now gives it nothing', async () => {
  await tree()
  const start = (run: string, lease = '1s') => baton.ok('run', 'start', run, '--lease', lease, '--as', 'coder')
  await start('r1', '4s')
  await sleep(4_100)
  const renewed = baton.ok('sweep')
  // It waits for four seconds; on a busy machine it takes one to begin.
  await sleep(1_500)
  await baton.ok('run', 'renew', 'r1', '--lease', '1h', '--as', 'coder')
  expect(await renewed).toMatch(/r1: lease overdue; may be renewed until/)
  expect(await baton.json<RunView>('run', 'show', 'r1')).toMatchObject({ status: 'created' })

  await start('r2')
  await sleep(1_100)
  const began = performance.now()
  expect(await baton.ok('sweep')).toMatch(/run r2 failed \(lost\)/)
  expect(performance.now() - began).toBeGreaterThan(1_000)

  await start('r3')
  await sleep(1_100)
  expect(await baton.ok('sweep', '--now')).toMatch(/run r3 failed \(lost\)/)
  expect(await baton.ok('sweep')).toBe('nothing is due\n')
})

test('dead letters: each names message, reason and cure; requeued it is delivered once', async () => {
  await tree()
  await baton.ok('send', 'coder', 'for nobody', '--as', 'planner')
  await baton.ok('send', 'coder', 'given up', '--as', 'operator')
  await baton.ok('session', 'close', 'coder', '--as', 'operator')
  expect(await baton.json<MessageView[]>('inbox', 'planner')).toMatchObject([{ kind: 'notice' }])

  const letters = await baton.json<DeadLetterView[]>('dead', 'list')
  expect(letters).toMatchObject([
    { from: 'session:planner', reason: 'session coder was closed', mailbox: 'session:coder' },
    { from: 'operator', reason: 'session coder was closed' },
  ])
  const [first, second] = letters.map(({ messageId }) => messageId)
  expect(letters[0]?.cure).toBe(`baton dead requeue ${first} --mailbox session:coder [--to <address>]`)
  expect(errorOf(await baton('dead', 'requeue', first ?? '', '--json', '--as', 'operator')).code).toBe('SESSION_CLOSED')
  await baton.ok('dead', 'requeue', first ?? '', '--to', 'tester', '--as', 'operator')
  expect(await baton('dead', 'requeue', first ?? '', '--to', 'tester', '--as', 'operator')).toMatchObject({ code: 5 })
  await baton.ok('dead', 'discard', second ?? '', '--reason', 'said otherwise', '--as', 'operator')
  expect(await baton.json<MessageView[]>('inbox', 'tester')).toMatchObject([{ body: 'for nobody' }])
  expect(await baton.json('dead', 'list')).toEqual([])
})

test('effects: registered, served by a run, settled, and by hand', async () => {
  await tree()
  const as = ['--as', 'planner'] as const
  await baton.ok('run', 'start', 'r1', '--begin', ...as)
  await baton.ok('effect', 'register', 'r1', 'tests', '--kind', 'shell', ...as)
  await baton.ok('run', 'start', 'r2', '--parent', 'r1', '--effect', 'tests', '--session', 'coder', '--begin', ...as)
  await baton.ok('send', 'effect:r1/tests', 'be quick', ...as)
  expect(await baton.json<MessageView[]>('inbox', 'coder')).toMatchObject([{ mailbox: 'run:r2', body: 'be quick' }])
  await baton.ok('effect', 'settle', 'r1', 'tests', '--result', '{"passed":12}', ...as)
  expect(await baton.json<RunView>('run', 'show', 'r1')).toMatchObject({
    effects: { tests: { kind: 'shell', runs: ['r2'], outcome: 'ok', result: { passed: 12 } } },
  })
  expect(await baton('effect', 'settle', 'r1', 'tests', ...as)).toMatchObject({ code: 5 })
  expect(await baton('effect', 'settle', 'r1', 'lint', ...as)).toMatchObject({ code: 3 })
})

const WAITING = [
  ['inbox', 'coder', '--follow'],
  ['log', '--follow'],
  ['wait', '--for', 'position=999'],
  ['request', 'coder', 'well?', '--within', '1h', '--as', 'planner'],
]

test('whoever waits is a long-lived hub: it ends what is due meanwhile', { timeout: 60_000 }, async () => {
  const left = WAITING.map(async (words) => {
    const place = dir()
    const there = shell(place)
    await there.ok('init')
    await there.ok('session', 'open', 'planner', '--as', 'operator')
    for (const id of ['coder', 'tester'])
      await there.ok('session', 'open', id, '--parent', 'planner', '--as', 'planner')
    const waiting = there(...words, '--timeout', '9s')
    await there.ok('send', 'tester', 'soon', '--expires', '500ms', '--as', 'planner')
    const { code } = await waiting
    const hub = await openHub({ dir: path.join(place, '.baton'), sweepEvery: false })
    const still = await hub.inbox('tester').count()
    await hub.close()
    return { words, code, still }
  })
  expect(await Promise.all(left)).toEqual(WAITING.map((words) => ({ words, code: 7, still: 0 })))
})
