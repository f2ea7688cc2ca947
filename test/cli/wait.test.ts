import { spawn } from 'node:child_process'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { conditionOf, CONDITIONS } from '../../src/cli/conditions.ts'
import { openHub, type Command, type Hub, type ReceiptEvent } from '../../src/index.ts'
import { shell, type Shell } from '../support/baton.ts'
import { all, inHub, opened } from '../support/ills.ts'
import { scratch } from '../support/scratch.ts'

const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')

const fresh = scratch()
let cwd: string
let dir: string
let baton: Shell

beforeEach(async () => {
  cwd = fresh()
  dir = path.join(cwd, '.baton')
  baton = shell(cwd)
  await inHub(dir, async (hub, as) => {
    await all(hub, ...opened('planner', 'coder'), { type: 'OpenTask', taskId: 't1', title: 'T', owner: 'planner' })
    await all(
      as('planner'),
      { type: 'StartRun', runId: 'r1', begin: true },
      { type: 'FormGroup', name: 'reviewers', members: ['coder'] },
    )
  })
})

interface Case {
  readonly word: string
  /** By whom. */
  readonly by: string
  readonly brings: readonly Command[]
  readonly says: RegExp
  readonly found: object
}

const dispatch: Command = { type: 'DispatchRound', group: 'reviewers', items: [{ itemId: 'a', session: 'coder' }] }
const settle: Command = { type: 'SettleItem', group: 'reviewers', itemId: 'a', outcome: 'ok' }

const CASES: readonly Case[] = [
  {
    word: 'mail',
    by: 'planner',
    brings: [{ type: 'SendMessage', to: 'coder', subject: 'review', body: 'x' }],
    says: /^1 waiting for coder; read: baton inbox coder$/,
    found: { mailbox: 'coder', waiting: 1, oldest: { from: 'session:planner', kind: 'message', subject: 'review' } },
  },
  {
    word: 'mail/planner',
    by: 'coder',
    brings: [{ type: 'SendMessage', to: 'planner', body: 'x' }],
    says: /^1 waiting for planner/,
    found: { mailbox: 'planner' },
  },
  { word: 'position=3 more', by: 'planner', brings: opened('a', 'b', 'c'), says: /^the log is at #\d+$/, found: {} },
  {
    word: 'task/t1=blocked',
    by: 'planner',
    brings: [
      { type: 'SetTaskStatus', taskId: 't1', status: 'in_progress' },
      { type: 'SetTaskStatus', taskId: 't1', status: 'blocked' },
    ],
    says: /^task t1 is blocked \(planner\)$/,
    found: { id: 't1', status: 'blocked' },
  },
  {
    word: 'task/t1=closed',
    by: 'planner',
    brings: [{ type: 'CloseTask', taskId: 't1', outcome: 'done' }],
    says: /^task t1 is closed \(done\)$/,
    found: { status: 'closed', outcome: 'done' },
  },
  {
    word: 'run/r1=settled',
    by: 'planner',
    brings: [{ type: 'FailRun', runId: 'r1', reason: 'error', error: 'the build broke' }],
    says: /^run r1 is failed \(the build broke\)$/,
    found: { id: 'r1', status: 'failed' },
  },
  {
    word: 'run/r1=waiting',
    by: 'planner',
    brings: [{ type: 'SuspendRun', runId: 'r1', reason: 'review' }],
    says: /^run r1 is waiting$/,
    found: { status: 'waiting' },
  },
  {
    word: 'group/planner/reviewers=reached',
    by: 'planner',
    brings: [dispatch, settle],
    says: /^round 1 of group planner\/reviewers is reached \(complete\)$/,
    found: { round: { round: 1, status: 'reached' } },
  },
  {
    word: 'group/planner/reviewers#2=reached',
    by: 'planner',
    brings: [dispatch, settle, dispatch, settle],
    says: /^round 2 of group planner\/reviewers is reached/,
    found: { round: { round: 2 } },
  },
  {
    word: 'group/planner/reviewers=disbanded',
    by: 'planner',
    brings: [{ type: 'DisbandGroup', group: 'reviewers' }],
    says: /^group planner\/reviewers is disbanded$/,
    found: { status: 'disbanded' },
  },
  {
    word: 'session/coder=closed',
    by: 'planner',
    brings: [],
    says: /^session coder is closed \(lost\)$/,
    found: { status: 'closed' },
  },
]

async function twoHubs(work: (waiting: Hub, other: Hub) => Promise<void>): Promise<void> {
  const waiting = await openHub({ dir, sweepEvery: false })
  const other = await openHub({ dir, sweepEvery: false })
  try {
    await work(waiting, other)
  } finally {
    await waiting.close()
    await other.close()
  }
}

const coder = async (): Promise<string> => 'coder'

test.each(CASES)('$word', ({ word, by, brings, says, found }) =>
  twoHubs(async (hub, other) => {
    const named = word.replace('3 more', String(hub.head.position + 3))
    const ask = await conditionOf(named, { hub, me: coder })
    let held = false
    const waiting = hub.until(ask).then((answer) => {
      held = true
      return answer
    })
    for (const command of brings) {
      expect(held).toBe(false)
      await other.as({ kind: 'session', id: by }).send(command)
    }
    if (brings.length === 0) await other.send({ type: 'CloseSession', sessionId: 'coder', outcome: 'lost' })
    const answer = await waiting
    expect(answer.text).toMatch(says)
    expect(answer.found).toMatchObject(found)
  }),
)

test('a message that is acknowledged, and one that is answered', () =>
  twoHubs(async (hub, other) => {
    const planner = other.as({ kind: 'session', id: 'planner' })
    const { events } = await planner.send({ type: 'SendMessage', to: 'coder', body: 'may I?', replyWithinMs: 60_000 })
    const { messageId } = (events[0] as ReceiptEvent).data as { messageId: string }
    const [acked, answered] = await Promise.all(
      ['acknowledged', 'answered'].map((state) => conditionOf(`message/${messageId}=${state}`, { hub, me: coder })),
    )
    expect([await acked?.(), await answered?.()]).toEqual([undefined, undefined])
    const as = other.as({ kind: 'session', id: 'coder' })
    await as.send({ type: 'SendMessage', inReplyTo: messageId, body: 'yes' })
    expect(await answered?.()).toMatchObject({ text: expect.stringMatching(/^message \w+ is answered by \w+$/) })
    await as.send({ type: 'AcknowledgeMessage', messageIds: [messageId] })
    expect(await acked?.()).toMatchObject({ text: expect.stringMatching(/ is acknowledged by session:coder$/) })
  }))

const NEVER: readonly (readonly [word: string, by: readonly Command[], why: RegExp])[] = [
  ['task/t1=blocked', [{ type: 'CloseTask', taskId: 't1', outcome: 'failed' }], /^task t1 is closed \(failed\)$/],
  ['run/r1=completed', [{ type: 'CancelRun', runId: 'r1', reason: 'enough' }], /^run r1 is cancelled \(enough\)$/],
  [
    'group/planner/reviewers=reached',
    [dispatch, { type: 'CancelRound', group: 'reviewers', reason: 'enough' }],
    /^round 1 of group planner\/reviewers was cancelled \(enough\)$/,
  ],
  ['group/planner/reviewers=reached', [{ type: 'DisbandGroup', group: 'reviewers' }], /is disbanded$/],
]

test.each(NEVER)('%s cannot come about any more', (word, brings, why) =>
  twoHubs(async (hub, other) => {
    const waiting = hub.until(await conditionOf(word, { hub, me: coder }))
    const told = expect(waiting).rejects.toMatchObject({ exit: 5, message: expect.stringMatching(why) })
    for (const command of brings) await other.as({ kind: 'session', id: 'planner' }).send(command)
    await told
  }),
)

const MISTAKES: readonly (readonly [word: string, exit: number, says: RegExp, hint: RegExp])[] = [
  ['tusk/t1=closed', 2, /^there is no condition tusk/, /^There is mail\[\/mailbox\], position=n, task\/t1=state, run/],
  ['tasks', 2, /^there is no condition tasks$/, /^Did you mean task/],
  ['', 2, /^there is no condition $/, /./],
  ['constructor', 2, /^there is no condition constructor$/, /./],
  ['task/t1', 2, /^task\/t1 names no state to wait for$/, /^One of open, in_progress, blocked, closed\.$/],
  ['task=closed', 2, /^task=closed names no task$/, /^For example task\/t1=closed\.$/],
  ['task/t1=clsed', 2, /^there is no state of a task clsed$/, /^Did you mean closed\?$/],
  ['run/r1=done', 2, /^there is no state of a run done$/, /./],
  ['position=soon', 2, /^which position\?$/, /^For example position=4711\.$/],
  ['position', 2, /^which position\?$/, /./],
  ['mail=new', 2, /^mail has no states$/, /./],
  ['group/planner/reviewers#1=idle', 2, /^a round is not idle$/, /./],
]

test.each(MISTAKES)('%s is no condition', (word, exit, says, hint) =>
  twoHubs(async (hub) => {
    const error = { exit, message: expect.stringMatching(says), hint: expect.stringMatching(hint) }
    await expect(conditionOf(word, { hub, me: coder })).rejects.toMatchObject(error)
  }),
)

test.each(['task/t2=closed', 'run/r9=settled', 'session/codr=closed', 'group/planner/x=reached', 'message/m=answered'])(
  'what %s names has to be there',
  (word) =>
    twoHubs(async (hub) => {
      await expect(conditionOf(word, { hub, me: coder })).rejects.toThrow(/^there is no /)
    }),
)

test('help knows every condition', async () => {
  const help = await baton.ok('help', 'wait')
  for (const { form, about } of Object.values(CONDITIONS)) {
    expect(help).toContain(`    ${form} `)
    expect(help).toContain(about)
  }
})

test('from a shell: 0 and what holds, whichever comes first; 7 when the time is up', async () => {
  const waiting = baton(
    'wait',
    '--for',
    'run/r1=settled',
    '--for',
    'mail',
    '--timeout',
    '20s',
    '--json',
    '--as',
    'coder',
  )
  await baton.ok('send', 'coder', 'hi', '--as', 'planner')
  const { code, stdout, stderr } = await waiting
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ for: 'mail', position: expect.any(Number), found: { waiting: 1 } })
  const late = await baton('wait', '--for', 'task/t1=closed', '--timeout', '300ms')
  expect(late).toEqual({ code: 7, stdout: '', stderr: 'baton: task/t1=closed did not come about within 300ms\n' })
  const none = await baton('wait', '--for=task/t1=closed', '--for', 'position=9999', '--timeout', '300ms')
  expect(none).toMatchObject({ stderr: 'baton: none of task/t1=closed, position=9999 came about within 300ms\n' })
  const unanswered = await baton('request', 'coder', 'which?', '--timeout', '300ms', '--as', 'planner')
  expect(unanswered).toMatchObject({ code: 7, stdout: '', stderr: 'baton: no reply within 300ms\n' })
  const followed = await baton('--timeout', '300ms', 'log', '-f', '--type', 'TaskClosed')
  expect(followed).toEqual({ code: 7, stdout: '', stderr: 'baton: followed for 300ms: the time is up\n' })
  const text = await baton('wait', '--for', 'task/t1=open')
  expect(text).toEqual({ code: 0, stdout: 'task t1 is open (planner)\n', stderr: '' })
  expect(await baton('wait')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^baton: wait for what\?\n {2}There is mail/),
  })
  expect(await baton('wait', '--for', 'mail')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^baton: who acts\?/),
  })
})

test('Ctrl-C ends it, and leaves the hub as it was', async () => {
  const child = spawn(process.execPath, [MAIN, 'wait', '--for', 'task/t1=closed'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const ended = new Promise((resolve) => child.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  child.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(said).toBe('')
  expect(await baton('verify', '--quiet')).toMatchObject({ code: 0 })
})

test('it waits in a backup, which nothing comes to, for no longer than it is told', async () => {
  await baton.ok('backup', 'monday')
  const { code } = await baton('wait', '--for', 'position=4711', '--timeout', '300ms', '--dir', 'monday')
  expect(code).toBe(7)
})
