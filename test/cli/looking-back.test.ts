/** The verbs that look into history: log, show, search, replay, and every answer as it stood. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import {
  openHub,
  type CommitView,
  type DocumentChange,
  type FoundMessage,
  type Hub,
  type LoggedEvent,
  type MessageView,
  type ReplayStep,
} from '../../src/index.ts'
import { goesOn } from '../../src/cli/pause.ts'
import { sessionActor } from '../support/agents.ts'
import { shell, type Shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
let cwd: string
let baton: Shell

beforeEach(async () => {
  cwd = dir()
  baton = shell(cwd)
  const hub = await openHub({ dir: path.join(cwd, '.baton'), create: true, durability: 'os', sweepEvery: false })
  for (const sessionId of ['lead', 'coder']) await hub.send({ type: 'OpenSession', sessionId })
  const [lead, coder] = ['lead', 'coder'].map((id) => hub.as(sessionActor(id))) as [Hub, Hub]
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'The Task', owner: 'lead' })
  await lead.send({ type: 'SendMessage', to: 'coder', body: 'a Needle in the hay', task: 't1' })
  await lead.send({ type: 'Handoff', taskId: 't1', to: 'coder' })
  await coder.send({ type: 'SendMessage', to: 'lead', body: 'thanks' })
  await hub.close()
})

const positions = (events: readonly { readonly position: number }[]): number[] => events.map(({ position }) => position)

test('log: any part, either way, in long, short and raw lines', async () => {
  const all = await baton.lines<LoggedEvent>('log')
  expect(positions(all)).toEqual(all.map((_, i) => i + 1))
  expect(await baton.lines('log', '--reverse', '-n', '3')).toEqual(all.slice(-3).toReversed())
  expect(await baton.lines('log', '--after', '2', '--before', '#6')).toEqual(all.slice(2, 5))
  expect(await baton.lines('log', '--after', all[4]?.cursor ?? '')).toEqual(all.slice(5))
  expect(await baton.lines('log', 'task-t1', '-n', '1', '--reverse')).toEqual(
    all.filter(({ stream }) => stream === 'task-t1').slice(-1),
  )
  expect(await baton.lines('log', '--at', '4')).toEqual(all.slice(0, 5))
  const short = (await baton.ok('log', '--oneline')).trimEnd().split('\n')
  expect(short).toHaveLength(all.length)
  for (const line of short) expect(line).toMatch(/^#\d+ \w+: .{1,100}$/)
  const raw = (await baton.ok('log', '--raw', '-n', '1')).trimEnd()
  expect(raw).toBe(`1 session-lead SessionOpened v1 ${JSON.stringify(all[0]?.data)}`)
  expect(await baton('log', '--after', '999')).toMatchObject({ code: 3, stdout: '' })
  expect(JSON.parse((await baton('log', '--after', '1.00000000', '--json')).stderr)).toMatchObject({
    error: { code: 'CURSOR_LOST' },
  })
  expect(await baton('log', '--follow', '--reverse')).toMatchObject({ code: 2 })
  expect(await baton('log', '-n', 'many')).toMatchObject({ code: 2 })
})

test('log --follow goes on as events come, and ends when it is interrupted', async () => {
  const main = path.resolve(import.meta.dirname, '../../dist/baton.cjs')
  const child = spawn(process.execPath, [main, 'log', '--follow', '--type', 'MessageSent', '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const lines = async (count: number): Promise<string[]> => {
    for (let i = 0; i < 1_000 && said.split('\n').length <= count; i++) await sleep(10)
    return said
      .trimEnd()
      .split('\n')
      .map((line) => ((JSON.parse(line) as LoggedEvent).data as { body: string }).body)
  }
  expect(await lines(3)).toHaveLength(3)
  await baton.ok('send', 'lead', 'one more', '--as', 'coder')
  expect((await lines(4)).at(-1)).toBe('one more')
  child.kill('SIGINT')
  expect(await ended).toBe(130)
})

test('show: a position with its commit, a message, a commit', async () => {
  const sent = (await baton.lines<LoggedEvent>('log', '--type', 'MessageSent'))[0] as LoggedEvent
  const commit = await baton.json<CommitView>('show', String(sent.position))
  expect(commit).toMatchObject({ id: sent.commit, cmd: 'SendMessage' })
  expect(commit.events.map(({ type }) => type)).toEqual(['MessageSent', 'MessageDelivered'])
  expect(await baton.json('show', sent.commit)).toEqual(commit)
  expect(await baton.json('show', `commit:${sent.commit}`)).toEqual(commit)
  expect(await baton.ok('show', `#${sent.position}`)).toContain('"body": "a Needle in the hay"')
  const { messageId } = sent.data as { messageId: string }
  expect(await baton.json('show', messageId)).toMatchObject({
    id: messageId,
    deliveries: { 'session:coder': { state: 'pending' } },
  })
  expect(await baton.ok('show', messageId)).toMatch(/session:coder +pending[^]*a Needle in the hay/)
  for (const absent of ['nobody', '999', 'message:nobody'])
    expect(await baton('show', absent)).toMatchObject({ code: 3 })
  expect(await baton('show')).toMatchObject({ code: 2 })
})

test('search: hits with what stands around them, in one task, newest first', async () => {
  expect(await baton.ok('search', 'needle')).toMatch(
    /^#\d+ {2}\d+s ago {2}lead → coder {2}t1 {2}\S+\n {6}a Needle in the hay\n$/,
  )
  expect(await baton.lines<FoundMessage>('search', 'NEEDLE', '--task', 't1')).toMatchObject([
    { body: 'a Needle in the hay' },
  ])
  expect(await baton.lines('search', 'needle', '--mailbox', 'lead')).toEqual([])
  const all = await baton.lines<FoundMessage>('search', 'a')
  expect(await baton.lines('search', 'a', '--reverse', '-n', '1')).toEqual(all.slice(-1))
  expect(await baton('search')).toMatchObject({ code: 2 })
  expect(await baton('search', 'x', '--task', 't1', '--from', 'lead')).toMatchObject({ code: 2 })
})

test('replay: to a position, or a time, and what is different between two', async () => {
  const steps = await baton.lines<ReplayStep>('replay', '--task', 't1')
  const middle = steps[2] as ReplayStep
  expect(await baton.lines('replay', '--task', 't1', '--to', String(middle.event.position))).toEqual(steps.slice(0, 3))
  expect(await baton.lines('replay', '--task', 't1', '--to', '2020-01-01T00:00:00Z')).toEqual([])
  // Nobody is at a terminal: there is nothing to wait for.
  expect(await baton.lines('replay', '--task', 't1', '--step')).toEqual(steps)
  const changes = await baton.lines<DocumentChange>('replay', '--diff', '4..', '--view', 'tasks')
  expect(changes).toMatchObject([{ view: 'tasks', key: 't1', before: { owner: 'lead' }, after: { owner: 'coder' } }])
  expect(await baton.ok('replay', '--diff', '..2', '--view', 'sessions')).toMatch(
    /^sessions {2}lead {2}new {2}since #1\n/,
  )
  expect(await baton.lines('replay', '--diff', '1h..3')).toHaveLength(
    (await baton.lines('replay', '--diff', '0..3')).length,
  )
  for (const wrong of [['--diff', '4'], ['--diff', '4..x'], ['--diff', '1..2', 'task-t1'], []]) {
    expect(await baton('replay', ...wrong)).toMatchObject({ code: 2, stdout: '' })
  }
})

test('every answer can be had as it stood: by position, by time, by how long ago', async () => {
  const [handoff] = await baton.lines<LoggedEvent>('log', '--type', 'OwnershipTransferred', '--reverse', '-n', '1')
  const commit = await baton.json<CommitView>('show', handoff?.commit ?? '')
  const before = String((commit.events[0]?.position ?? 0) - 1)
  expect(await baton.json('task', 'show', 't1', '--at', before)).toMatchObject({ owner: 'lead' })
  expect(await baton.json('owners', 't1', '--at', before)).toMatchObject({ owner: 'lead', epoch: 1 })
  expect(await baton.json('session', 'show', 'coder', '--at', before)).toMatchObject({ owns: [] })
  expect(await baton.json('session', 'list', '--at', '1')).toHaveLength(1)
  expect(await baton.json('inbox', 'lead', '--at', before)).toEqual([])
  expect(await baton.json('history', '--task', 't1', '--at', before)).toMatchObject({ more: false })
  expect(await baton.json('state', 'lead', '--at', before)).toMatchObject({ keys: {} })
  expect(await baton('task', 'show', 't1', '--at', '2020-01-01T00:00:00Z')).toMatchObject({ code: 2 })
  expect(await baton('task', 'list', '--at', '999')).toMatchObject({ code: 2 })
  expect(await baton('task', 'list', '--at', 'soon')).toMatchObject({ code: 2 })
  const past = await baton('state', 'lead', '--set', 'a=1', '--at', before, '--as', 'lead')
  expect([past.code, past.stderr]).toEqual([1, expect.stringContaining('nothing can be written')])
})

test('inbox: a page of it, newest first, and from a cursor on', async () => {
  for (const i of [1, 2, 3]) await baton.ok('send', 'lead', `more ${i}`, '--as', 'coder')
  const all = await baton.json<MessageView[]>('inbox', 'lead')
  expect(all.map(({ body }) => body)).toEqual(['thanks', 'more 1', 'more 2', 'more 3'])
  expect(await baton.json('inbox', 'lead', '--reverse', '-n', '2')).toEqual(all.slice(2).toReversed())
  expect(await baton.json('inbox', 'lead', '--after', all[1]?.cursor ?? '')).toEqual(all.slice(2))
  expect(await baton.json('inbox', 'lead', '--before', String(all[1]?.position))).toEqual(all.slice(0, 1))
  expect(await baton('inbox', 'lead', '--after', '3.00000000')).toMatchObject({ code: 3 })
})

test('step by step: Enter goes on, anything else stops, and so does an interrupt', async () => {
  const said: string[] = []
  const input = new PassThrough()
  const terminal = { input, screen: { write: (text: string) => said.push(text) } }
  const leaving = new AbortController()
  const ask = (): Promise<boolean> => goesOn(leaving.signal, terminal)
  for (const [typed, goes] of [
    ['\n', true],
    ['q\n', false],
    ['\n', true],
  ] as const) {
    const answer = ask()
    input.write(typed)
    expect(await answer).toBe(goes)
  }
  expect(said[0]).toContain('Enter')
  const waiting = ask()
  leaving.abort()
  expect(await waiting).toBe(false)
  expect(input.listenerCount('data')).toBe(0)
})
