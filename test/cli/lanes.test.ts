/** A history as a picture: a lane for everybody who takes part, drawn as wide as there is room. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedEvent } from '../../src/index.ts'
import { swimlanes } from '../../src/cli/lanes.ts'
import { shell, type Shell } from '../support/baton.ts'
import { perform, prepare } from '../support/prepared.ts'

let root: string
let baton: Shell
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  baton = shell(await prepare(root))
  await perform(root, [
    ['coder', { type: 'Handoff', taskId: 't1', to: 'reviewer' }],
    ['reviewer', { type: 'SendMessage', to: 'operator', body: 'looks good', task: 't1' }],
  ])
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

const look = { colour: false, now: Date.parse('2026-01-01T00:01:00.000Z') }
const event = (position: number, id: string, type: string, data: object): LoggedEvent =>
  ({ position, at: '2026-01-01T00:00:00.000Z', by: { kind: 'session', id }, type, data }) as LoggedEvent

test('from whoever did it to whom it reaches, across those between', () => {
  const drawn = swimlanes(
    [
      event(8, 'planner', 'TaskOpened', { taskId: 't1', title: 'the parser' }),
      event(9, 'planner', 'OwnershipTransferred', { taskId: 't1', to: 'coder', mode: 'opened', epoch: 1 }),
      event(10, 'qa', 'ParticipantJoined', { taskId: 't1', sessionId: 'qa' }),
      event(11, 'qa', 'OwnershipTransferred', { taskId: 't1', from: 'coder', to: 'planner', mode: 'forced', epoch: 2 }),
    ],
    look,
    100,
  )
  expect(drawn).toEqual([
    '              planner   coder  qa',
    ' #8  1m ago      ●        │     │    task t1 opened: the parser',
    ' #9  1m ago      ●────────▶     │    task t1: nobody → coder (opened, epoch 1)',
    '#10  1m ago      │        │     ●    qa joined task t1',
    '#11  1m ago      ◀──────────────●    task t1: coder → planner (forced, epoch 2)',
  ])
})

test('a line is no wider than there is room, and many share the last lane', () => {
  const events = Array.from({ length: 20 }, (_, i) =>
    event(i + 1, `session-${i}`, 'TaskOpened', { taskId: 't', title: 'x'.repeat(200) }),
  )
  const [head = '', ...rows] = swimlanes(events, look, 160)
  expect(head.trim().split(/ +/)).toEqual([...Array.from({ length: 7 }, (_, i) => `session-${i}`), 'others'])
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(160)
  const places = rows.map((row) => row.indexOf('●'))
  expect(new Set(places).size).toBe(8)
  expect(new Set(places.slice(7)).size).toBe(1)
})

test('what others wrote drives no terminal', () => {
  const [head = '', row = ''] = swimlanes(
    [event(1, 'a\u001b[2J', 'TaskOpened', { taskId: 't', title: '\u0007' })],
    look,
    100,
  )
  expect(head).toContain('a\\x1b[2J')
  expect(head + row).not.toMatch(/[\u0007\u001b]/)
})

test('baton replay --lanes draws what --json gives step by step', async () => {
  const steps = await baton.lines<{ event: LoggedEvent }>('replay', '--task', 't1', '--lanes')
  const [head = '', ...rows] = (await baton.ok('replay', '--task', 't1', '--lanes')).trimEnd().split('\n')
  expect(steps).toEqual(await baton.lines('replay', '--task', 't1'))
  expect(rows.map((row) => Number(/#(\d+)/.exec(row)?.[1]))).toEqual(steps.map((step) => step.event.position))
  expect(head.trim().split(/ +/)).toEqual(['planner', 'coder', 'reviewer', 'operator'])
  expect(rows.filter((row) => row.includes('●'))).toHaveLength(steps.length)
  expect(rows.at(-1)).toMatch(/●─+▶ +message .* looks good$/)
})

test('a tree of runs is drawn with branches', async () => {
  await perform(root, [
    ['coder', { type: 'StartRun', runId: 'r3', parentRunId: 'r2' }],
    ['coder', { type: 'StartRun', runId: 'r4', parentRunId: 'r1' }],
  ])
  const lines = (await baton.ok('run', 'tree', 'r1')).split('\n').map((line) => line.replace(/ {2}.*/, ''))
  expect(lines.slice(0, 4)).toEqual(['r1', '├─ r2', '│', '└─ r4'])
})
