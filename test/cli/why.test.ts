/** `baton why`: one line per step, what is void marked, and what an id alone may mean. */
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openFileLog, openHub, type Receipt, type Why } from '../../src/index.ts'
import { shell, type Shell } from '../support/baton.ts'
import { code, disturbed, newHub, session } from '../support/disturbed.ts'
import { scratch } from '../support/scratch.ts'

const dir = scratch()
let cwd: string
let baton: Shell
/** The claim that came first. */
let won: Receipt

beforeEach(async () => {
  cwd = dir()
  baton = shell(cwd)
  won = await claimedTwice(path.join(cwd, '.baton'))
})

/** Two processes claim one task at once, and coder is first; there is a session called as the task is. */
async function claimedTwice(place: string): Promise<Receipt> {
  const hub = await openHub({ dir: place, create: true })
  for (const sessionId of ['coder', 'reviewer', 'both']) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'red \u001b[31m' })
  await hub.send({ type: 'OpenTask', taskId: 'both', title: 'T' })
  await hub.send({ type: 'OpenTask', taskId: '7', title: 'T' })
  let first: Receipt | undefined
  const { log, state } = disturbed(openFileLog(place), async (n) => {
    if (n === 1) first = await hub.as(session('coder')).send({ type: 'ClaimTask', taskId: 't1' }, { key: 'k1' })
  })
  const late = await newHub(log, { actor: session('reviewer'), create: false })
  state.armed = true
  expect(await code(late.send({ type: 'ClaimTask', taskId: 't1' }))).toBe('ALREADY_OWNED')
  await late.close()
  await hub.close()
  return first as Receipt
}

test('a task: a line per step with position, time, actor and command; what lost is marked', async () => {
  const lines = (await baton.ok('why', 't1')).trimEnd().split('\n')
  expect(lines).toEqual([
    expect.stringMatching(/^#4 +\d+s ago +operator +task t1 opened: red \\x1b\[31m {2}\(OpenTask\)$/),
    expect.stringMatching(/^#7 +\d+s ago +coder +coder joined task t1 {2}\(ClaimTask, key k1\)$/),
    expect.stringMatching(
      /^#8 +\d+s ago +coder +task t1: nobody → coder \(claimed, epoch 1\) {2}\(ClaimTask, key k1\)$/,
    ),
    expect.stringMatching(
      /^void +\d+s ago +reviewer +tried: .* – void: lost to #7 by coder \(ClaimTask\), which wrote task-t1 {2}\(ClaimTask\)$/,
    ),
  ])
  const why = await baton.json<Why>('why', 'task:t1')
  expect(why).toMatchObject({
    subject: 'task:t1',
    steps: [{ position: 4 }, {}, {}, { void: { lostTo: { position: 7 } } }],
  })
  expect(await baton.json('why', 't1')).toEqual(why)
})

test('a commit by its id or by any position in it', async () => {
  const why = await baton.json<Why>('why', won.commit as string)
  expect(why.subject).toBe(`commit:${won.commit}`)
  for (const word of [`commit:${won.commit}`, '#7', '#8', '8']) expect(await baton.json('why', word)).toEqual(why)
  expect(await baton.ok('why', '#8')).toContain('coder sent ClaimTask, under the key k1')
})

test('an id that means several things is not guessed at', async () => {
  const { code: exit, stdout, stderr } = await baton('why', 'both')
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
  expect(stderr).toContain('both means 2 things\n  Say which: baton why task:both, baton why session:both')
  expect((await baton.json<Why>('why', 'session:both')).subject).toBe('session:both')
  // A number may be a position, and the id of a task.
  expect((await baton('why', '7')).stderr).toContain("baton why task:7, baton why '#7'")
  expect((await baton.json<Why>('why', 'task:7')).subject).toBe('task:7')
})

test.each([
  [['why'], 2, /<what> is missing\n {2}baton why <what>/],
  [['why', 'revewer'], 3, /nothing is called revewer: .*\n {2}Did you mean reviewer\?/],
  [['why', 'task:t2'], 3, /there is no task t2\n {2}Did you mean t1/],
  [['why', 'commit:t1'], 3, /there is no commit t1\n/],
  [['why', '#99'], 3, /nothing stands at #99\n {2}The newest event is #8\./],
  [['why', '#0'], 3, /nothing stands at #0\n/],
] as const)('%j ends with %d and says what instead', async (args, exit, says) => {
  const ran = await baton(...args)
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: exit, stdout: '' })
  expect(ran.stderr).toMatch(says)
})

test('messages, runs and sessions by their ids alone', async () => {
  await baton.ok('run', 'start', 'r1', '--as', 'coder')
  const sent = await baton.json<Receipt>('send', 'reviewer', 'hi', '--as', 'coder')
  const [{ data }] = sent.events as unknown as [{ data: { messageId: string } }]
  const { messageId } = data
  const subjects = await Promise.all(
    ['r1', messageId, 'coder'].map(async (id) => (await baton.json<Why>('why', id)).subject),
  )
  expect(subjects).toEqual(['run:r1', `message:${messageId}`, 'session:coder'])
})
