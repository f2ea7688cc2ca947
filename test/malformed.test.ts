/** What is said of a command that cannot be read: in Baton's words, the same to whoever calls the library and to a shell. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseCommand } from '../src/commands/parse.ts'
import { shell, type Shell } from './support/baton.ts'

const long = 'x'.repeat(60)

const SAID: readonly (readonly [command: Readonly<Record<string, unknown>>, says: string])[] = [
  [{ type: 'OpenTask' }, 'title is missing'],
  [{ type: 'OpenTask', title: '' }, 'title is empty'],
  [{ type: 'OpenTask', title: 12 }, 'title: a text is needed, not 12'],
  [{ type: 'OpenTask', title: null }, 'title: a text is needed, not null'],
  [{ type: 'OpenTask', title: 'a', titel: 'b' }, 'there is no field titel'],
  [{ type: 'OpenTask', title: 'a', participants: 'coder' }, 'participants: a list is needed, not "coder"'],
  [{ type: 'OpenTask', title: 'a', participants: ['coder', {}] }, 'participants.1: a text is needed, not an object'],
  [{ type: 'CloseTask', taskId: 't1', outcome: 'nope' }, 'outcome: "nope" is none of done, failed, cancelled'],
  [{ type: 'CloseTask', taskId: 't1' }, 'outcome is missing'],
  [
    { type: 'CloseTask', taskId: 't1', outcome: long },
    `outcome: "${long.slice(0, 39)}…" is none of done, failed, cancelled`,
  ],
  [{ type: 'CloseTask', outcome: 'x' }, 'taskId is missing; outcome: "x" is none of done, failed, cancelled'],
  [{ type: 'RenewLease', runId: 'r1', leaseMs: 0 }, 'leaseMs: a whole number from 1 is needed'],
  [{ type: 'RenewLease', runId: 'r1', leaseMs: 1.5 }, 'leaseMs: a whole number is needed, not 1.5'],
  [{ type: 'RenewLease', runId: 'r1', leaseMs: Number.NaN }, 'leaseMs: a number is needed, not NaN'],
  [{ type: 'RenewLease', runId: 'r1', leaseMs: 9e9 }, 'leaseMs: a whole number up to 8640000000 is needed'],
  [{ type: 'ReportProgress', runId: 'r1', percent: 100.5 }, 'percent: a number up to 100 is needed'],
  [{ type: 'AcknowledgeMessage', messageIds: [] }, 'messageIds is empty'],
  [{ type: 'OpenSession', ensure: 'yes' }, 'ensure: true or false is needed, not "yes"'],
  [{ type: 'OpenSession', meta: [] }, 'meta: an object is needed, not a list'],
  [
    { type: 'SendMessage', to: 'a', body: '', kind: 'No' },
    'kind: no kind: up to 32 small letters, digits and dashes, a letter first',
  ],
  [{ type: 'SendMessage', to: 'a', body: '', replyBy: 'noon' }, 'replyBy: "noon" is no time as 2026-12-24T18:00:00Z'],
  [{ type: 'SendMessage', to: 'a', body: '', data: Number.NaN }, 'data: not JSON'],
  [
    { type: 'SetState', scope: 'run', id: 'r1', set: { 'a b': 1 } },
    'set.a b: no key: letters, digits, dashes and underscores, in parts that dots divide',
  ],
  [
    { type: 'MergeChildResult', childRunId: 'r1', strategies: { a: 'best' } },
    'strategies.a: "best" is none of fail, ours, theirs, append, deep, sum, max, min, or an object is needed, not "best"',
  ],
]

test.each(SAID)('%j: %s', (command, says) => {
  expect(() => parseCommand(command)).toThrow(
    expect.objectContaining({ message: `${String(command['type'])} cannot be read: ${says}` }),
  )
})

let dir: string
let baton: Shell
beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  baton = shell(dir, { BATON_SESSION: 'coder' })
  await baton.ok('init')
})
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }))

const TYPED: readonly (readonly [line: string, says: string])[] = [
  ['task open', '--title is missing'],
  ['task close t1 --outcome nope', '--outcome: "nope" is none of done, failed, cancelled'],
  ['task status t1 nope', '<status>: "nope" is none of open, in_progress, blocked'],
  ['task assign t1 coder --epoch two', '--epoch: a number is needed, not "two"'],
  ['run renew r1 --lease 0s', '--lease: a whole number from 1 is needed'],
  [
    'task open ä',
    '<task>: "ä" is no id: up to 64 letters, digits, dots, dashes and underscores, the first a letter or digit; names of addresses are reserved',
  ],
  ['run start --context none', '--context: "none" is none of isolated, shared'],
]

test.each(TYPED)('baton %s: %s', async (line, says) => {
  const { code, stderr } = await baton(...line.split(' '))
  expect({ code, said: stderr.split('\n')[0] }).toEqual({ code: 2, said: `baton: ${says}` })
})

test('a program is told the fields', async () => {
  const { stderr } = await baton('task', 'close', 't1', '--outcome', 'nope', '--json')
  const { error } = JSON.parse(stderr) as { error: { details: unknown } }
  expect(error.details).toEqual({
    type: 'CloseTask',
    issues: [{ path: 'outcome', problem: '"nope" is none of done, failed, cancelled' }],
  })
})
