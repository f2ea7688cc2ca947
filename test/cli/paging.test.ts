/** Lists a page at a time: what is not shown in between does not count, and the answer says how to go on. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shell, type Shell } from '../support/baton.ts'
import { perform, type Step } from '../support/prepared.ts'

let root: string
let baton: Shell
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  baton = shell(root)
  const opened = Array.from({ length: 300 }, (_, i): Step => [
    'operator',
    { type: 'OpenTask', taskId: `t${i}`, title: `task ${i}`, owner: 'lead' },
  ])
  const closed = Array.from({ length: 290 }, (_, i): Step => [
    'operator',
    { type: 'CloseTask', taskId: `t${i + 5}`, outcome: 'done' },
  ])
  await perform(root, [
    ['operator', { type: 'OpenSession', sessionId: 'lead', leaseMs: 3_600_000 }],
    ['operator', { type: 'OpenSession', sessionId: 'late', leaseMs: 7_200_000 }],
    ...opened,
    ...closed,
  ])
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

const ids = (found: readonly { readonly id?: string; readonly taskId?: string }[]): (string | undefined)[] =>
  found.map(({ id, taskId }) => id ?? taskId)

test('the open tasks, beyond hundreds of closed ones, either way, and on from where a page ended', async () => {
  const open = ['t0', 't1', 't2', 't3', 't4', 't295', 't296', 't297', 't298', 't299']
  expect(ids(await baton.json('task', 'list'))).toEqual(open)
  expect(ids(await baton.json('owners', '-n', '7'))).toEqual(open.slice(0, 7))
  expect(ids(await baton.json('task', 'list', '-n', '7', '--reverse'))).toEqual(open.toReversed().slice(0, 7))
  const first = (await baton.ok('task', 'list', '-n', '4')).trimEnd()
  const [, after = ''] = /… there is more: --after (\d+)$/.exec(first) ?? []
  expect(ids(await baton.json('task', 'list', '-n', '20', '--after', after))).toEqual(open.slice(4))
  expect(await baton.ok('task', 'list', '-n', '10')).not.toContain('there is more')
  expect(ids(await baton.json('task', 'list', '--all', '-n', '8'))).toEqual(
    Array.from({ length: 8 }, (_, i) => `t${i}`),
  )
})

test('sessions page too, and what falls due by its time', async () => {
  expect(ids(await baton.json('session', 'list', '-n', '1', '--reverse'))).toEqual(['late'])
  expect(ids(await baton.json('timers'))).toEqual(['lead', 'late'])
  expect(ids(await baton.json('timers', '--before', '90m'))).toEqual(['lead'])
  expect(ids(await baton.json('timers', '--after', '90m'))).toEqual(['late'])
  expect(ids(await baton.json('timers', '-n', '1', '--reverse'))).toEqual(['late'])
  expect(await baton('task', 'list', '-n', '0')).toMatchObject({ code: 2 })
})
