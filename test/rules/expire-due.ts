/** Time: whatever is due ends, each thing in a commit of its own. */
import { expect } from 'vitest'
import type { Actor, Fact } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { event, IN_A_MINUTE, mailOf, MINUTE, MINUTE_AGO, type Case, type Expected } from './cases.ts'
import { dispatch, G1, items, reached, settle, settled, team } from './group-setting.ts'
import {
  by,
  closing,
  create,
  deadLettered,
  deathNotice,
  delivered,
  mail,
  messageSent,
  noticed,
  offered,
  open,
  placeStream,
  sessions,
  start,
  task,
  told,
  transferred,
  type Box,
} from './setting.ts'

const SYSTEM: Actor = { kind: 'system' }
const A_MONTH = 30 * 86_400_000
const STREAM = `group-${G1}`
const sweep = { type: 'ExpireDue' } as const

/** A message that is due, told by nobody. */
function fleeting(messageId: string, expiresAt: string, ...to: readonly Box[]): Given[] {
  const [sent, ...rest] = mail(messageId, 'session:planner', ...to) as [Fact, ...Fact[]]
  return [{ ...sent, data: { ...sent.data, expiresAt } } as Fact, ...rest]
}

function expired(messageId: string, box: Box): Expected {
  const { stream, data } = delivered(messageId, box)
  return event(stream, 'MessageExpired', data as { messageId: string; mailbox: string })
}

const messages: readonly Case[] = [
  {
    name: 'nothing is due: nothing is written',
    given: [
      open('planner', { leaseMs: MINUTE }),
      open('coder'),
      ...fleeting('m1', IN_A_MINUTE, 'session:coder'),
      ...mail('m2', 'session:planner', 'session:coder'),
    ],
    as: SYSTEM,
    when: sweep,
    follows: [],
    async sees({ hub, receipt }) {
      expect(receipt).toMatchObject({ commit: undefined, duplicate: false })
      expect(await hub.timers()).toMatchObject([
        { kind: 'sessionLeases', id: 'planner' },
        { kind: 'messages', id: 'm1', mailbox: 'session:coder' },
      ])
    },
  },
  {
    name: 'messages of one mailbox expire in one commit, which relies on the mailbox',
    given: [
      ...sessions('planner', 'coder'),
      ...fleeting('m1', MINUTE_AGO, 'session:coder'),
      ...fleeting('m2', '2026-01-01T00:00:00.000Z', 'session:coder'),
      ...fleeting('m3', '2026-01-01T00:00:00.001Z', 'session:coder'),
    ],
    as: SYSTEM,
    when: sweep,
    follows: [expired('m1', 'session:coder'), expired('m2', 'session:coder')],
    steps: [],
    on: ['mailbox-session-coder'],
    async sees({ hub }) {
      expect(await hub.inbox('coder').count()).toBe(1)
      expect(await hub.message('m1')).toMatchObject({ deliveries: { 'session:coder': { state: 'expired' } } })
    },
  },
  {
    name: 'a message in several mailboxes expires in each, wherever it waits',
    given: [
      ...sessions('planner', 'coder', 'tester', 'heir'),
      start('r1', 'coder'),
      ...fleeting('m1', MINUTE_AGO, 'session:coder', ['run:r1', 'coder'], 'session:tester', 'session:heir', 'operator'),
      ...mail('m2', 'session:tester', 'session:heir'),
      { by: by('coder'), command: { type: 'AcknowledgeMessage', messageIds: ['m1'] } },
      { type: 'CloseSession', sessionId: 'heir', outcome: 'done', successorId: 'planner' },
    ],
    when: sweep,
    follows: [expired('m1', 'session:planner')],
    steps: [[expired('m1', 'session:tester')], [expired('m1', 'operator')]],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([])
      expect(await mailOf(hub, 'planner')).toEqual(['m2 in session:planner'])
    },
  },
  {
    name: 'a message in the mailbox of a run',
    given: [open('planner'), open('coder'), start('r1', 'coder'), ...fleeting('m1', MINUTE_AGO, ['run:r1', 'coder'])],
    when: sweep,
    follows: [expired('m1', ['run:r1', 'coder'])],
    on: ['mailbox-run-r1'],
  },
  {
    name: 'more of one mailbox than a commit holds',
    given: [
      ...sessions('planner', 'coder'),
      ...['m1', 'm2', 'm3'].flatMap((id) => fleeting(id, MINUTE_AGO, 'session:coder')),
    ],
    limits: { commitEvents: 2 },
    when: sweep,
    follows: [expired('m3', 'session:coder')],
    steps: [[expired('m1', 'session:coder'), expired('m2', 'session:coder')]],
  },
  {
    name: 'a dead letter that was requeued does not expire: the operator wants it delivered',
    given: [
      ...sessions('planner', 'tester'),
      ...fleeting('m1', MINUTE_AGO, 'session:coder').slice(0, 1),
      deadLettered('m1', 'session:coder', 'gone') as Fact,
      { type: 'RequeueDeadLetter', messageId: 'm1', to: 'tester' },
    ],
    when: sweep,
    follows: [],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([])
      expect(await mailOf(hub, 'tester')).toEqual(['m1 in session:tester'])
    },
  },
  {
    name: 'what never reached anybody, or died, does not expire',
    given: [
      ...sessions('planner', 'coder', 'tester'),
      ...fleeting('m1', MINUTE_AGO, 'session:coder', 'session:tester').slice(0, 1),
      event('mailbox-session-coder', 'MessageUndeliverable', {
        messageId: 'm1',
        mailbox: 'session:coder',
        sessionId: 'coder',
        reason: 'inbox full',
      }) as Fact,
      deadLettered('m1', 'session:tester', 'gone') as Fact,
    ],
    when: sweep,
    follows: [],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([])
    },
  },
]

function request(from: string, replyBy: string, more: { subject?: string } = {}): Given[] {
  const sent = messageSent('m1', from, ['session:coder'], { address: 'coder', body: 'which one?', replyBy, ...more })
  return [sent as Fact, delivered('m1', 'session:coder') as Fact]
}
const unanswered = (mailbox: string, sessionId?: string): Expected =>
  event(`mailbox-${mailbox.replace(':', '-')}`, 'RequestExpired', {
    messageId: 'm1',
    mailbox,
    ...(sessionId !== undefined && { sessionId }),
  })
const nobody = (subject = 'nobody answered message m1') => ({
  kind: 'notice',
  subject,
  body: `it was to be answered until ${MINUTE_AGO}`,
  data: { messageId: 'm1', replyBy: MINUTE_AGO, to: ['session:coder'] },
  inReplyTo: 'm1',
  threadId: 'm1',
})

const requests: readonly Case[] = [
  {
    name: 'a request that nobody answered: whoever asked is told, in its thread; it relies on where an answer is written',
    given: [...sessions('planner', 'coder'), ...request('session:planner', MINUTE_AGO)],
    as: SYSTEM,
    when: sweep,
    follows: [unanswered('session:planner', 'planner'), ...told('new-1', 'system', 'planner', nobody())],
    on: ['mailbox-session-planner', 'session-planner'],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([])
      expect(await hub.message('m1')).not.toHaveProperty('answeredBy')
    },
  },
  {
    name: 'a request of a run, with a subject',
    given: [
      ...sessions('planner', 'coder'),
      start('r1', 'planner'),
      ...request('run:r1', MINUTE_AGO, { subject: 'x'.repeat(199) }),
    ],
    when: sweep,
    follows: [
      unanswered('run:r1', 'planner'),
      messageSent('new-1', 'operator', ['run:r1'], {
        address: 'run:r1',
        ...nobody(`nobody answered: ${'x'.repeat(183)}`),
      }),
      delivered('new-1', ['run:r1', 'planner']),
    ],
    on: ['mailbox-run-r1', 'run-r1', 'session-planner'],
  },
  {
    name: 'a request of the operator’s',
    given: [open('coder'), ...request('operator', MINUTE_AGO)],
    when: sweep,
    follows: [
      unanswered('operator'),
      messageSent('new-1', 'operator', ['operator'], { address: 'operator', ...nobody() }),
      delivered('new-1', 'operator'),
    ],
    on: ['mailbox-operator'],
  },
  {
    name: 'a request of one that is gone: its successor is told',
    given: [
      ...sessions('planner', 'coder', 'heir'),
      ...request('session:planner', MINUTE_AGO),
      { type: 'CloseSession', sessionId: 'planner', outcome: 'done', successorId: 'heir' },
    ],
    when: sweep,
    follows: [
      unanswered('session:planner', 'planner'),
      messageSent('new-1', 'operator', ['session:heir'], { address: 'session:planner', ...nobody() }),
      delivered('new-1', 'session:heir'),
    ],
  },
  {
    name: 'a request of one that is gone without a successor: nobody is told',
    given: [
      ...sessions('planner', 'coder'),
      ...request('session:planner', MINUTE_AGO),
      { type: 'CloseSession', sessionId: 'planner', outcome: 'done' },
    ],
    when: sweep,
    follows: [unanswered('session:planner', 'planner')],
  },
]

const owned = [...sessions('coder', 'tester'), task('t1', { owner: 'coder' })]

const offers: readonly Case[] = [
  {
    name: 'an offer that nobody took: both sides are told',
    given: [...owned, offered('coder', 'tester', { expiresAt: MINUTE_AGO })],
    as: SYSTEM,
    when: sweep,
    follows: [
      event('task-t1', 'HandoffExpired', { taskId: 't1', offerId: 'offer-1', from: 'coder', to: 'tester' }),
      ...noticed('new-1', 'system', 'coder', 'the offer of task t1 has expired', `it ran until ${MINUTE_AGO}`),
      ...noticed('new-2', 'system', 'tester', 'the offer of task t1 has expired', `it ran until ${MINUTE_AGO}`),
    ],
    on: ['task-t1', 'session-coder', 'session-tester'],
    async sees({ hub }) {
      expect(await hub.task('t1')).toMatchObject({ owner: 'coder' })
      expect(await hub.timers()).toEqual([])
    },
  },
  {
    name: 'an offer that was declined, after which there is another, is not due',
    given: [
      ...owned,
      offered('coder', 'tester', { expiresAt: MINUTE_AGO }),
      {
        stream: 'task-t1',
        type: 'HandoffDeclined',
        data: { taskId: 't1', offerId: 'offer-1', from: 'coder', to: 'tester', reason: 'no time' },
      },
      offered('coder', 'tester'),
    ],
    when: sweep,
    follows: [],
  },
]

const LOST = `its lease ran out at ${MINUTE_AGO}`
const lost = (runId: string, sessionId: string, error = LOST): Expected =>
  event(`run-${runId}`, 'RunFailed', { runId, sessionId, reason: 'lost', error })

const runLeases: readonly Case[] = [
  {
    name: 'a run whose lease has run out is lost, and its descendants with it',
    given: [
      ...team,
      start('r1', 'planner', { leaseMs: MINUTE, isolation: { runDir: '/w' } }),
      start('r2', 'coder', { parentRunId: 'r1', background: true, leaseMs: 10 * MINUTE }),
      dispatch([{ itemId: 'a', run: 'r1' }, ...items('b')]),
    ],
    passed: 2 * MINUTE,
    as: SYSTEM,
    when: sweep,
    follows: [
      event('run-r2', 'RunCancelled', {
        runId: 'r2',
        sessionId: 'coder',
        reason: 'run r1 was lost',
        endedWith: 'r1',
      }),
      event('run-r1', 'ChildRunSettled', { runId: 'r1', childRunId: 'r2', outcome: 'cancelled' }),
      messageSent('new-1', 'run:r2', ['run:r1'], {
        address: 'run:r1',
        kind: 'result',
        subject: 'run r2 cancelled',
        body: 'run r1 was lost',
        data: { runId: 'r2', outcome: 'cancelled' },
      }),
      delivered('new-1', ['run:r1', 'planner']),
      lost('r1', 'planner'),
      event(placeStream('/w'), 'PlaceReleased', { path: '/w', runId: 'r1' }),
      settled('a', 'failed', { reason: `lost: ${LOST}`, runId: 'r1' }),
      ...reached('new-2', 'run:r1', {
        verdict: 'failed',
        results: [{ itemId: 'a', outcome: 'failed' }],
        missing: ['b'],
      }),
    ],
  },
  {
    name: 'it relies on what renews the lease',
    given: [open('planner'), start('r1', 'planner', { leaseMs: MINUTE })],
    passed: MINUTE,
    when: sweep,
    follows: [lost('r1', 'planner', 'its lease ran out at 2026-01-01T00:00:00.000Z')],
    on: ['run-r1', 'work-r1'],
  },
  {
    name: 'a millisecond is left',
    given: [open('planner'), start('r1', 'planner', { leaseMs: MINUTE })],
    passed: MINUTE - 1,
    when: sweep,
    follows: [],
  },
  {
    name: 'a lease that was renewed runs on',
    given: [
      open('planner'),
      start('r1', 'planner', { leaseMs: MINUTE }),
      { type: 'RenewLease', runId: 'r1', leaseMs: 3 * MINUTE },
      { type: 'RenewLease', runId: 'r1', leaseMs: 2 * MINUTE },
    ],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([{ kind: 'runLeases', at: IN_A_MINUTE, id: 'r1', leaseMs: 3 * MINUTE }])
    },
  },
  {
    name: 'while a run waits no lease runs, and none can be renewed',
    given: [
      open('planner'),
      start('r1', 'planner', { leaseMs: MINUTE }),
      { type: 'SuspendRun', runId: 'r1', reason: 'a question' },
      { type: 'RenewLease', runId: 'r1' },
    ],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([])
      expect(await hub.runs.get('r1')).not.toHaveProperty('leaseUntil')
      // It begins afresh when the run goes on.
      const { events } = await hub.send({ type: 'ResumeRun', runId: 'r1' })
      expect(events).toMatchObject([{ type: 'RunResumed', data: { runId: 'r1', leaseUntil: IN_A_MINUTE } }])
      expect(await hub.timers()).toEqual([{ kind: 'runLeases', at: IN_A_MINUTE, id: 'r1', leaseMs: MINUTE }])
    },
  },
  {
    name: 'the lease that began when the run went on has run out',
    given: [
      open('planner'),
      start('r1', 'planner', { leaseMs: MINUTE }),
      { type: 'SuspendRun', runId: 'r1', reason: 'a question' },
      { type: 'ResumeRun', runId: 'r1' },
    ],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [lost('r1', 'planner')],
  },
  {
    name: 'what has ended has no lease',
    given: [open('planner'), start('r1', 'planner', { leaseMs: MINUTE }), { type: 'CompleteRun', runId: 'r1' }],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([])
    },
  },
  {
    name: 'a run that ends with another is not ended again',
    given: [
      open('planner'),
      start('r1', 'planner', { leaseMs: MINUTE }),
      start('r2', 'planner', { parentRunId: 'r1', leaseMs: MINUTE }),
    ],
    passed: 2 * MINUTE,
    when: sweep,
    // Nothing is left of it: the receipt is that of the commit before.
    follows: [
      event('run-r2', 'RunCancelled', {
        runId: 'r2',
        sessionId: 'planner',
        reason: 'run r1 was lost',
        endedWith: 'r1',
      }),
      event('run-r1', 'ChildRunSettled', { runId: 'r1', childRunId: 'r2', outcome: 'cancelled' }),
      messageSent('new-1', 'run:r2', ['run:r1'], {
        address: 'run:r1',
        kind: 'result',
        subject: 'run r2 cancelled',
        body: 'run r1 was lost',
        data: { runId: 'r2', outcome: 'cancelled' },
      }),
      delivered('new-1', ['run:r1', 'planner']),
      lost('r1', 'planner'),
    ],
    steps: [],
    async sees({ hub, receipt }) {
      expect(receipt).toMatchObject({ commit: expect.any(String), duplicate: false })
      expect(receipt).not.toHaveProperty('steps')
      expect(await hub.runs.get('r2')).toMatchObject({ status: 'cancelled', reason: 'run r1 was lost' })
    },
  },
]

const leased = [
  open('planner'),
  open('coder', { parentSessionId: 'planner', leaseMs: MINUTE }),
  open('tester', { leaseMs: 10 * MINUTE }),
]
const closingAs = (sessionId: string): Expected =>
  event(`session-${sessionId}`, 'SessionClosing', { sessionId, outcome: 'lost', reason: LOST })
const closedAs = (sessionId: string): Expected =>
  event(`session-${sessionId}`, 'SessionClosed', { sessionId, outcome: 'lost', reason: LOST })
const WHY = 'session coder was closed'

const sessionLeases: readonly Case[] = [
  {
    name: 'a session whose lease has run out is closed as lost: the door is barred, then what it holds moves',
    given: [
      ...leased,
      start('r1', 'coder'),
      task('t1', { owner: 'coder' }),
      ...mail('m1', 'session:planner', 'session:coder'),
    ],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [
      lost('r1', 'coder', WHY),
      deadLettered('m1', 'session:coder', WHY),
      ...deathNotice('new-2', 'planner', 'coder', ['m1', 'session:coder']),
      event('task-t1', 'OwnerReleased', { taskId: 't1', from: 'coder', epoch: 2, reason: WHY }),
      event('task-t1', 'ParticipantLeft', { taskId: 't1', sessionId: 'coder', reason: WHY }),
      closedAs('coder'),
    ],
    steps: [[closingAs('coder')]],
    on: ['session-coder', 'run-r1', 'mailbox-session-coder', 'task-t1', 'session-planner'],
    async sees({ hub }) {
      expect(await hub.session('coder')).toMatchObject({ status: 'closed' })
      expect(await hub.timers()).toMatchObject([{ kind: 'sessionLeases', id: 'tester' }])
    },
  },
  {
    name: 'with very much to move, in several commits',
    given: [
      ...leased,
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:tester', 'session:coder'),
    ],
    limits: { commitEvents: 4 },
    passed: 2 * MINUTE,
    when: sweep,
    follows: [
      deadLettered('m2', 'session:coder', WHY),
      ...deathNotice('new-5', 'tester', 'coder', ['m2', 'session:coder']),
      closedAs('coder'),
    ],
    steps: [
      [closingAs('coder')],
      [deadLettered('m1', 'session:coder', WHY), ...deathNotice('new-2', 'planner', 'coder', ['m1', 'session:coder'])],
    ],
  },
  {
    name: 'a session whose lease was renewed stays open',
    given: [...leased, { type: 'RenewLease', sessionId: 'coder', leaseMs: 3 * MINUTE }],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [],
  },
  {
    name: 'a closed session has no lease; one that was opened again has a new one',
    given: [
      ...leased,
      { type: 'CloseSession', sessionId: 'coder', outcome: 'done' },
      { type: 'CloseSession', sessionId: 'tester', outcome: 'done' },
      { type: 'ReopenSession', sessionId: 'tester' },
    ],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([
        { kind: 'sessionLeases', at: '2026-01-01T00:08:00.000Z', id: 'tester', leaseMs: 10 * MINUTE },
      ])
    },
  },
  {
    name: 'what a crash left half closed is finished, as it was begun',
    given: [
      ...sessions('planner', 'coder', 'heir'),
      ...mail('m1', 'session:planner', 'session:coder'),
      closing('coder', 'heir'),
    ],
    as: SYSTEM,
    when: sweep,
    follows: [
      transferred('m1', 'session:coder', 'heir', WHY),
      event('session-coder', 'SessionClosed', { sessionId: 'coder', outcome: 'done', successorId: 'heir' }),
    ],
    steps: [],
    on: ['session-coder', 'session-heir', 'mailbox-session-coder'],
  },
]

const barred = [...sessions('coder', 'heir'), closing('coder', 'heir')]
const finished = event('session-coder', 'SessionClosed', { sessionId: 'coder', outcome: 'done', successorId: 'heir' })

const halfClosed: readonly Case[] = [
  {
    name: 'whoever closes a session is left to it for ten seconds',
    given: barred,
    passed: 9_999,
    as: SYSTEM,
    when: { ...sweep, awakeSince: '2025-12-31T00:00:00.000Z' },
    follows: [],
    async sees({ hub }) {
      expect(await hub.session('coder')).toMatchObject({ status: 'closing' })
    },
  },
  {
    name: 'after ten seconds it is finished',
    given: barred,
    passed: 10_000,
    as: SYSTEM,
    when: { ...sweep, awakeSince: '2026-01-01T00:00:00.000Z' },
    follows: [finished],
  },
  {
    name: 'who sweeps by hand means it: it is finished at once',
    given: barred,
    passed: 1,
    when: sweep,
    follows: [finished],
  },
  {
    name: 'a session whose lease has run out is closed in one sweep: nobody is left to finish it',
    given: leased,
    passed: 2 * MINUTE,
    as: SYSTEM,
    when: { ...sweep, awakeSince: '2025-12-31T00:00:00.000Z' },
    follows: [closedAs('coder')],
    steps: [[closingAs('coder')]],
  },
]

const rounds: readonly Case[] = [
  {
    name: 'a round comes to what there is at its deadline',
    given: [
      ...team,
      dispatch(items('a', 'b', 'c'), { mode: 'all', deadline: MINUTE_AGO }),
      settle('b', 'ok', { result: [2] }),
    ],
    passed: 2 * MINUTE,
    as: SYSTEM,
    when: sweep,
    follows: reached('new-1', 'system', {
      verdict: 'partial',
      results: [{ itemId: 'b', outcome: 'ok', result: [2] }],
      missing: ['a', 'c'],
    }),
    on: [STREAM, 'session-planner'],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ status: 'idle', round: { verdict: 'partial' } })
      expect(await hub.timers()).toEqual([])
      const { events } = await hub.send(settle('a'))
      expect(events).toMatchObject([{ type: 'ItemSettled', data: { late: true } }])
    },
  },
  ...(['any', 'quorum', 'settled'] as const).map((mode): Case => ({
    name: `a round by ${mode} of which nothing came`,
    given: [
      ...team,
      dispatch(items('a', 'b'), { mode, deadline: MINUTE_AGO, ...(mode === 'quorum' && { quorum: 1 }) }),
    ],
    passed: 2 * MINUTE,
    when: sweep,
    follows: reached('new-1', 'operator', { verdict: 'partial', results: [], missing: ['a', 'b'] }),
  })),
  {
    name: 'a round that was cancelled has no deadline, and neither has the next one',
    given: [
      ...team,
      dispatch(items('a'), { mode: 'all', deadline: MINUTE_AGO }),
      { type: 'CancelRound', group: G1, reason: 'no need' },
      dispatch(items('a')),
    ],
    passed: 2 * MINUTE,
    when: sweep,
    follows: [],
  },
]

/** One of each, two minutes ago. */
const everything: readonly Given[] = [
  ...team,
  ...sessions('half'),
  closing('half'),
  start('r1', 'tester', { leaseMs: MINUTE }),
  open('leased', { leaseMs: MINUTE }),
  dispatch(items('a'), { mode: 'all', deadline: MINUTE_AGO }),
  task('t1', { owner: 'coder' }),
  offered('coder', 'tester', { expiresAt: MINUTE_AGO }),
  messageSent('m8', 'operator', ['session:coder'], { address: 'coder', body: 'which?', replyBy: MINUTE_AGO }) as Fact,
  ...fleeting('m9', MINUTE_AGO, 'session:stranger'),
]

const together: readonly Case[] = [
  {
    name: 'everything that is due, each in a commit of its own',
    given: everything,
    passed: 2 * MINUTE,
    as: SYSTEM,
    when: sweep,
    follows: [expired('m9', 'session:stranger')],
    async sees({ hub, receipt }) {
      expect(receipt.steps?.map(({ events }) => events.map(({ type }) => type))).toEqual([
        ['SessionClosed'],
        ['RunFailed'],
        ['SessionClosing'],
        ['SessionClosed'],
        ['FanInReached', 'MessageSent', 'MessageDelivered'],
        ['HandoffExpired', 'MessageSent', 'MessageDelivered', 'MessageSent', 'MessageDelivered'],
        ['RequestExpired', 'MessageSent', 'MessageDelivered'],
      ])
      expect(await hub.timers()).toEqual([])
      expect((await hub.as(SYSTEM).send(sweep)).commit).toBeUndefined()
    },
  },
  {
    name: 'whoever has only just woken up leaves leases alone, and nothing else',
    given: everything,
    passed: 2 * MINUTE,
    as: SYSTEM,
    when: { ...sweep, awakeSince: '2025-12-31T23:59:00.001Z' },
    follows: [expired('m9', 'session:stranger')],
    async sees({ hub, receipt }) {
      expect(receipt.steps?.map(({ events }) => events[0]?.type)).toEqual([
        'SessionClosed',
        'FanInReached',
        'HandoffExpired',
        'RequestExpired',
      ])
      expect((await hub.timers()).map(({ kind }) => kind)).toEqual(['runLeases', 'sessionLeases'])
    },
  },
  {
    name: 'whoever has been awake for as long as a lease runs lets it run out',
    given: [
      open('planner'),
      start('r1', 'planner', { leaseMs: MINUTE }),
      start('r2', 'planner', { leaseMs: 2 * MINUTE }),
    ],
    passed: 3 * MINUTE,
    when: { ...sweep, awakeSince: MINUTE_AGO },
    follows: [lost('r1', 'planner', 'its lease ran out at 2025-12-31T23:58:00.000Z')],
  },
  {
    name: 'until then, and nothing that fell due meanwhile',
    given: [
      ...sessions('planner', 'coder', 'tester'),
      start('r1', 'planner', { leaseMs: 2 * MINUTE - 1 }),
      start('r2', 'planner', { leaseMs: 2 * MINUTE }),
      start('r3', 'planner', { leaseMs: 2 * MINUTE + 1 }),
      ...fleeting('m1', MINUTE_AGO, 'session:coder'),
      ...fleeting('m2', '2025-12-31T23:59:00.001Z', 'session:coder'),
      ...fleeting('m3', '2025-12-31T23:59:00.001Z', 'session:tester'),
    ],
    passed: 3 * MINUTE,
    when: { ...sweep, until: MINUTE_AGO },
    follows: [expired('m1', 'session:coder')],
    steps: [[lost('r1', 'planner', 'its lease ran out at 2025-12-31T23:58:59.999Z')], [lost('r2', 'planner')]],
    async sees({ hub }) {
      expect((await hub.timers()).map(({ id }) => id)).toEqual(['r3', 'm2', 'm3'])
    },
  },
  {
    name: 'until a time that is to come: what is due now',
    given: [open('planner'), start('r1', 'planner', { leaseMs: 2 * MINUTE })],
    passed: MINUTE,
    when: { ...sweep, until: '2026-02-01T00:00:00.000Z' },
    follows: [],
  },
  {
    name: 'who has been awake for longer than that ends no lease before its time',
    given: [open('planner'), start('r1', 'planner', { leaseMs: 3 * MINUTE })],
    passed: 2 * MINUTE,
    when: { ...sweep, awakeSince: '2025-12-31T00:00:00.000Z' },
    follows: [],
  },
]

/** A run below another one that is lost, which is four events. */
const tooMuch = [
  ...sessions('planner', 'coder', 'tester'),
  start('r1', 'planner'),
  create('r2', 'planner', { parentRunId: 'r1', leaseMs: MINUTE }),
]

const bounded: readonly Case[] = [
  {
    name: 'what no commit holds is passed over, and everything else ends',
    given: [
      ...tooMuch,
      start('r3', 'coder', { leaseMs: MINUTE }),
      ...fleeting('m1', MINUTE_AGO, 'session:coder'),
      ...fleeting('m2', MINUTE_AGO, 'session:tester'),
    ],
    limits: { commitEvents: 3 },
    passed: 2 * MINUTE,
    when: sweep,
    follows: [expired('m2', 'session:tester')],
    steps: [[lost('r3', 'coder')], [expired('m1', 'session:coder')]],
    async sees({ hub }) {
      expect(await hub.timers()).toMatchObject([{ kind: 'runLeases', id: 'r2' }])
      await expect(hub.send(sweep)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    },
  },
  {
    name: 'what ended before that is told, though nothing is left but what no commit holds',
    given: [...sessions('planner', 'coder', 'tester'), start('r3', 'coder', { leaseMs: MINUTE }), ...tooMuch.slice(3)],
    limits: { commitEvents: 3 },
    passed: 2 * MINUTE,
    when: sweep,
    follows: [lost('r3', 'coder')],
  },
  {
    name: 'nothing is left but what no commit holds',
    given: tooMuch,
    limits: { commitEvents: 3 },
    passed: 2 * MINUTE,
    as: SYSTEM,
    when: sweep,
    rejects: 'LIMIT_EXCEEDED',
    details: { kind: 'runLeases', id: 'r2', commitEvents: 3 },
  },
]

const idle = [...sessions('planner', 'coder'), ...fleeting('m1', MINUTE_AGO, 'session:coder')]

const clocks: readonly Case[] = [
  {
    name: 'a month after the newest event',
    given: idle,
    passed: A_MONTH,
    when: sweep,
    follows: [expired('m1', 'session:coder')],
  },
  {
    name: 'a clock that is further ahead of the newest event: more likely it is wrong',
    given: idle,
    passed: A_MONTH + 1,
    as: SYSTEM,
    when: sweep,
    rejects: 'INVALID_TRANSITION',
    details: { now: '2026-01-01T00:00:00.000Z', newest: '2025-12-01T23:59:59.999Z' },
  },
  {
    name: 'whoever woke up under a clock that is too far ahead',
    given: idle,
    passed: A_MONTH + 1,
    when: { ...sweep, awakeSince: '2026-01-01T00:00:00.000Z' },
    rejects: 'INVALID_TRANSITION',
  },
  {
    name: 'whoever was awake by then vouches for the clock',
    given: idle,
    passed: A_MONTH + 1,
    as: SYSTEM,
    when: { ...sweep, awakeSince: '2025-12-31T23:59:59.999Z' },
    follows: [expired('m1', 'session:coder')],
  },
  {
    name: 'by force, whatever the clock shows',
    given: idle,
    passed: 2 * A_MONTH,
    when: { ...sweep, force: true },
    follows: [expired('m1', 'session:coder')],
  },
  { name: 'by a session', given: idle, as: by('planner'), when: sweep, rejects: 'NOT_ALLOWED' },
  { name: 'until no time', given: idle, when: { ...sweep, until: 'tomorrow' }, rejects: 'INVALID_COMMAND' },
  { name: 'since no time', given: idle, when: { ...sweep, awakeSince: 'yesterday' }, rejects: 'INVALID_COMMAND' },
]

export const expireDueCases: readonly Case[] = [
  ...messages,
  ...requests,
  ...offers,
  ...runLeases,
  ...sessionLeases,
  ...halfClosed,
  ...rounds,
  ...together,
  ...bounded,
  ...clocks,
]
