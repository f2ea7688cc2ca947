/** The end of a run: one terminal event, what it held let go, and its parent told, in one commit. */
import { expect } from 'vitest'
import { event, mailOf, type Case, type Expected } from './cases.ts'
import {
  by,
  close,
  closing,
  complete,
  create,
  deadLettered,
  delivered,
  fail,
  LONG,
  messageSent,
  open,
  placeStream,
  sessions,
  start,
  type Box,
} from './setting.ts'

const family = [open('planner'), start('r1', 'planner'), start('r2', 'planner', { parentRunId: 'r1', effectId: 'e1' })]
const settled = (childRunId: string, outcome: 'completed' | 'failed' | 'cancelled', runId = 'r1'): Expected =>
  event(`run-${runId}`, 'ChildRunSettled', { runId, childRunId, outcome })

/** What a parent is told of a child's end. */
function result(id: string, childRunId: string, box: Box, outcome: string, more: object = {}, body = ''): Expected[] {
  const mailbox = typeof box === 'string' ? box : box[0]
  return [
    messageSent(id, `run:${childRunId}`, [mailbox], {
      address: 'run:r1',
      kind: 'result',
      subject: `run ${childRunId} ${outcome}`,
      body,
      data: { runId: childRunId, outcome, ...more },
    }),
    delivered(id, box),
  ]
}

const completing: readonly Case[] = [
  {
    name: 'a root run tells nobody',
    given: [open('planner'), start('r1', 'planner')],
    as: by('planner', 'r1'),
    when: complete('r1', { ok: true }),
    follows: [event('run-r1', 'RunCompleted', { runId: 'r1', sessionId: 'planner', result: { ok: true } })],
    on: ['session-planner', 'run-r1'],
  },
  {
    name: 'a child run: its places are free, its effect is settled, its parent run has the result, in one commit',
    given: [
      ...family,
      start('r3', 'planner', {
        parentRunId: 'r1',
        effectId: 'e2',
        isolation: { worktree: { path: '/tree' }, runDir: '/run' },
      }),
    ],
    when: complete('r3', 7),
    follows: [
      event('run-r3', 'RunCompleted', { runId: 'r3', sessionId: 'planner', result: 7 }),
      event(placeStream('/tree'), 'PlaceReleased', { path: '/tree', runId: 'r3' }),
      event(placeStream('/run'), 'PlaceReleased', { path: '/run', runId: 'r3' }),
      settled('r3', 'completed'),
      event('run-r1', 'EffectSettled', { runId: 'r1', effectId: 'e2', outcome: 'ok', result: 7, childRunId: 'r3' }),
      ...result('new-1', 'r3', ['run:r1', 'planner'], 'completed', { effectId: 'e2', result: 7 }),
    ],
    on: ['run-r3', 'run-r1', 'session-planner'],
    async sees({ hub }) {
      expect((await hub.runs.get('r1'))?.effects).toMatchObject({ e2: { outcome: 'ok', result: 7 } })
      expect((await mailOf(hub, 'run:r1')).length).toBe(1)
    },
  },
  {
    name: 'a waiting one, without a result',
    given: [...family, { type: 'SuspendRun', runId: 'r2', reason: 'a question' }],
    when: complete('r2'),
    follows: [
      event('run-r2', 'RunCompleted', { runId: 'r2', sessionId: 'planner' }),
      settled('r2', 'completed'),
      event('run-r1', 'EffectSettled', { runId: 'r1', effectId: 'e1', outcome: 'ok', childRunId: 'r2' }),
      ...result('new-1', 'r2', ['run:r1', 'planner'], 'completed', { effectId: 'e1' }),
    ],
  },
  {
    name: 'of two tries at an effect the first settles it, the second does not again',
    given: [...family, start('r3', 'planner', { parentRunId: 'r1', effectId: 'e1' }), complete('r2')],
    when: complete('r3'),
    follows: [
      event('run-r3', 'RunCompleted', { runId: 'r3', sessionId: 'planner' }),
      settled('r3', 'completed'),
      ...result('new-1', 'r3', ['run:r1', 'planner'], 'completed', { effectId: 'e1' }),
    ],
  },
  {
    name: 'with children that run in the background, or have ended',
    given: [...family, complete('r2'), start('r3', 'planner', { parentRunId: 'r1', background: true })],
    when: complete('r1'),
    follows: [event('run-r1', 'RunCompleted', { runId: 'r1', sessionId: 'planner' })],
  },
  {
    name: 'where the parent run is gone its session has the result',
    given: [...family, start('r3', 'planner', { parentRunId: 'r1', background: true }), complete('r2'), complete('r1')],
    when: complete('r3', 'late'),
    follows: [
      event('run-r3', 'RunCompleted', { runId: 'r3', sessionId: 'planner', result: 'late' }),
      settled('r3', 'completed'),
      ...result('new-1', 'r3', 'session:planner', 'completed', { result: 'late' }),
    ],
  },
  {
    name: 'where the parent’s session is gone, too, its successor has it',
    given: [
      open('top'),
      open('planner', { parentSessionId: 'top' }),
      open('coder', { parentSessionId: 'top' }),
      start('r1', 'planner'),
      start('r2', 'coder', { parentRunId: 'r1', background: true }),
      complete('r1'),
      close('planner', { successorId: 'top' }),
    ],
    when: complete('r2'),
    follows: [
      event('run-r2', 'RunCompleted', { runId: 'r2', sessionId: 'coder' }),
      settled('r2', 'completed'),
      ...result('new-1', 'r2', 'session:top', 'completed'),
    ],
    on: ['run-r2', 'run-r1', 'session-planner', 'session-top'],
  },
  {
    name: 'where nobody is left it is kept as a dead letter',
    given: [
      open('top'),
      open('planner', { parentSessionId: 'top' }),
      open('coder', { parentSessionId: 'top' }),
      start('r1', 'planner'),
      start('r2', 'coder', { parentRunId: 'r1', background: true }),
      complete('r1'),
      close('planner'),
    ],
    when: complete('r2'),
    follows: [
      event('run-r2', 'RunCompleted', { runId: 'r2', sessionId: 'coder' }),
      settled('r2', 'completed'),
      ...result('new-1', 'r2', 'session:planner', 'completed').slice(0, 1),
      deadLettered('new-1', 'session:planner', 'session planner is closed'),
    ],
    async sees({ hub }) {
      expect(await hub.deadLetters()).toMatchObject([{ mailbox: 'session:planner' }])
    },
  },
  {
    name: 'a full mailbox is no reason not to have the result',
    given: [...family, { type: 'SendMessage', to: 'run:r1', body: 'hello' }],
    limits: { inbox: 1 },
    when: complete('r2'),
    follows: [
      event('run-r2', 'RunCompleted', { runId: 'r2', sessionId: 'planner' }),
      settled('r2', 'completed'),
      event('run-r1', 'EffectSettled', { runId: 'r1', effectId: 'e1', outcome: 'ok', childRunId: 'r2' }),
      ...result('new-1', 'r2', ['run:r1', 'planner'], 'completed', { effectId: 'e1' }),
    ],
  },
  {
    name: 'with a live child',
    given: family,
    when: complete('r1'),
    rejects: 'CHILDREN_LIVE',
    details: { runs: ['r2'] },
  },
  {
    name: 'one that has not begun',
    given: [open('planner'), create('r1', 'planner')],
    when: complete('r1'),
    rejects: 'INVALID_TRANSITION',
    details: { from: 'created' },
  },
  {
    name: 'too large a result',
    given: family,
    limits: { payloadBytes: 100 },
    when: complete('r2', 'x'.repeat(99)),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 100, size: 101 },
  },
]

const cancelled = (runId: string, reason: string, endedWith?: string): Expected =>
  event(`run-${runId}`, 'RunCancelled', { runId, sessionId: 'planner', reason, ...(endedWith && { endedWith }) })

const failing: readonly Case[] = [
  {
    name: 'a created one: its effect stays open, for another try',
    given: [...family, create('r3', 'planner', { parentRunId: 'r1', effectId: 'e2', isolation: { runDir: '/run' } })],
    as: by('planner', 'r1'),
    when: { type: 'FailRun', runId: 'r3', reason: 'timeout', error: 'too slow', partial: [1] },
    follows: [
      event('run-r3', 'RunFailed', {
        runId: 'r3',
        sessionId: 'planner',
        reason: 'timeout',
        error: 'too slow',
        partial: [1],
      }),
      event(placeStream('/run'), 'PlaceReleased', { path: '/run', runId: 'r3' }),
      settled('r3', 'failed'),
      ...result('new-1', 'r3', ['run:r1', 'planner'], 'failed', { effectId: 'e2', result: [1] }, 'timeout: too slow'),
    ],
    on: ['session-planner', 'run-r1', 'run-r3'],
    async sees({ hub }) {
      expect((await hub.runs.get('r1'))?.effects['e2']).not.toHaveProperty('outcome')
    },
  },
  {
    name: 'with its descendants, in the background or not: each is cancelled once, the deepest first',
    given: [
      open('planner'),
      start('r1', 'planner'),
      start('r2', 'planner', { parentRunId: 'r1' }),
      start('r3', 'planner', { parentRunId: 'r2', background: true }),
      start('r4', 'planner', { parentRunId: 'r1' }),
      complete('r4'),
    ],
    when: fail('r1'),
    follows: [
      cancelled('r3', 'run r1 failed', 'r1'),
      settled('r3', 'cancelled', 'r2'),
      messageSent('new-1', 'run:r3', ['run:r2'], {
        address: 'run:r2',
        kind: 'result',
        subject: 'run r3 cancelled',
        body: 'run r1 failed',
        data: { runId: 'r3', outcome: 'cancelled' },
      }),
      delivered('new-1', ['run:r2', 'planner']),
      cancelled('r2', 'run r1 failed', 'r1'),
      settled('r2', 'cancelled'),
      ...result('new-2', 'r2', ['run:r1', 'planner'], 'cancelled', {}, 'run r1 failed'),
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'planner', reason: 'error', error: 'it broke' }),
    ],
    async sees({ hub }) {
      const statuses = await Promise.all(['r1', 'r2', 'r3', 'r4'].map(async (id) => (await hub.runs.get(id))?.status))
      expect(statuses).toEqual(['failed', 'cancelled', 'cancelled', 'completed'])
    },
  },
  {
    name: 'one that runs in the background below a child that has ended is a descendant, too',
    given: [
      open('planner'),
      start('r1', 'planner'),
      start('r2', 'planner', { parentRunId: 'r1' }),
      start('r3', 'planner', { parentRunId: 'r2', background: true }),
      complete('r2'),
    ],
    when: fail('r1'),
    follows: [
      cancelled('r3', 'run r1 failed', 'r1'),
      settled('r3', 'cancelled', 'r2'),
      messageSent('new-1', 'run:r3', ['session:planner'], {
        address: 'run:r2',
        kind: 'result',
        subject: 'run r3 cancelled',
        body: 'run r1 failed',
        data: { runId: 'r3', outcome: 'cancelled' },
      }),
      delivered('new-1', 'session:planner'),
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'planner', reason: 'error', error: 'it broke' }),
    ],
  },
  {
    name: 'too much of it',
    given: family,
    limits: { payloadBytes: 20 },
    when: { type: 'FailRun', runId: 'r2', reason: 'error', error: 'x'.repeat(10), partial: 'x'.repeat(10) },
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 20, size: 22 },
  },
]

const cancelling: readonly Case[] = [
  {
    name: 'with its descendants, for one reason',
    given: family,
    as: by('planner', 'r1'),
    when: { type: 'CancelRun', runId: 'r1', reason: 'no need' },
    follows: [
      cancelled('r2', 'no need', 'r1'),
      settled('r2', 'cancelled'),
      ...result('new-1', 'r2', ['run:r1', 'planner'], 'cancelled', { effectId: 'e1' }, 'no need'),
      cancelled('r1', 'no need'),
    ],
    on: ['session-planner', 'run-r1', 'run-r2'],
    async sees({ hub }) {
      expect(await hub.runs.get('r1')).toMatchObject({ status: 'cancelled', reason: 'no need' })
      expect((await hub.runs.get('r1'))?.effects['e1']).not.toHaveProperty('outcome')
    },
  },
  {
    name: 'one that has not begun, while the session of its parent is being closed: its mail is nobody’s',
    given: [
      open('planner'),
      open('coder', { parentSessionId: 'planner' }),
      start('r1', 'planner'),
      create('r2', 'coder', { parentRunId: 'r1' }),
      closing('planner'),
    ],
    when: { type: 'CancelRun', runId: 'r2', reason: 'no need' },
    follows: [
      event('run-r2', 'RunCancelled', { runId: 'r2', sessionId: 'coder', reason: 'no need' }),
      settled('r2', 'cancelled'),
      ...result('new-1', 'r2', 'session:planner', 'cancelled', {}, 'no need').slice(0, 1),
      deadLettered('new-1', 'session:planner', 'session planner is closed'),
    ],
  },
  {
    name: 'no commit holds what has to be told',
    given: [open('planner'), create('r1', 'planner'), create('r2', 'planner', { parentRunId: 'r1' })],
    limits: { commitBytes: 1_000 },
    when: { type: 'CancelRun', runId: 'r2', reason: 'x'.repeat(190) },
    rejects: 'PAYLOAD_TOO_LARGE',
  },
  {
    name: 'too long a reason',
    given: family,
    when: { type: 'CancelRun', runId: 'r1', reason: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
]

const MORE = { CompleteRun: {}, FailRun: { reason: 'error', error: 'it broke' }, CancelRun: { reason: 'no need' } }

const ofAny = (['CompleteRun', 'FailRun', 'CancelRun'] as const).flatMap((type): Case[] => [
  {
    name: 'by a session that is neither its own nor its parent’s',
    given: [...family, ...sessions('coder')],
    as: by('coder'),
    when: { type, runId: 'r2', ...MORE[type] },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'one that has completed',
    given: [...family, complete('r2')],
    when: { type, runId: 'r2', ...MORE[type] },
    rejects: 'RUN_TERMINAL',
    details: { status: 'completed' },
  },
  {
    name: 'one that has failed',
    given: [...family, fail('r2')],
    when: { type, runId: 'r2', ...MORE[type] },
    rejects: 'RUN_TERMINAL',
    details: { status: 'failed' },
  },
  {
    name: 'one that was cancelled',
    given: [...family, { type: 'CancelRun', runId: 'r2', reason: 'no need' }],
    when: { type, runId: 'r2', ...MORE[type] },
    rejects: 'RUN_TERMINAL',
    details: { status: 'cancelled' },
  },
  { name: 'one that never was', when: { type, runId: 'r9', ...MORE[type] }, rejects: 'UNKNOWN_RUN' },
  {
    name: 'one whose end no commit holds',
    given: [
      open('planner'),
      start('r1', 'planner'),
      create('r2', 'planner', { parentRunId: 'r1' }),
      { type: 'BeginRun', runId: 'r2' },
    ],
    limits: { commitEvents: 3 },
    when: { type, runId: 'r2', ...MORE[type] },
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 3, size: 4 },
  },
])

export const endOfRunCases: readonly Case[] = [...completing, ...failing, ...cancelling, ...ofAny]
