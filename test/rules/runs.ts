/** Starting a run, and its way between created, running and waiting. */
import { expect } from 'vitest'
import { event, IN_A_MINUTE, MINUTE, type Case } from './cases.ts'
import { by, close, closing, complete, create, fail, LONG, open, placeStream, sessions, start } from './setting.ts'

const tree = [
  open('planner'),
  open('coder', { parentSessionId: 'planner' }),
  start('r1', 'planner'),
  start('r2', 'coder', { parentRunId: 'r1' }),
]
const started = { sessionId: 'planner', rootSessionId: 'planner' }
const child = {
  ...started,
  parentRunId: 'r1',
  rootRunId: 'r1',
  depth: 2,
  context: 'isolated',
  background: false,
} as const
const root = { ...started, rootRunId: 'r1', depth: 1, context: 'shared', background: false } as const

/** Whoever closes a session that has to have no live runs relies on the stream where this stands. */
const seated = (runId: string, sessionId = 'planner') => event(`seat-${sessionId}`, 'RunSeated', { runId, sessionId })

const starting: readonly Case[] = [
  {
    name: 'a root run, which shares the session’s state',
    given: [open('planner')],
    as: by('planner'),
    when: { type: 'StartRun', runId: 'r1' },
    follows: [event('run-r1', 'RunStarted', { runId: 'r1', ...root }), seated('r1')],
    on: ['session-planner', 'run-r1'],
  },
  {
    name: 'without an id it is given one',
    given: [open('planner')],
    when: { type: 'StartRun', sessionId: 'planner' },
    follows: [event('run-new-1', 'RunStarted', { runId: 'new-1', ...root, rootRunId: 'new-1' }), seated('new-1')],
  },
  {
    name: 'a child run with everything: its effect, its places, its link to the parent, in one commit',
    given: tree,
    as: by('planner', 'r1'),
    when: {
      type: 'StartRun',
      runId: 'r3',
      sessionId: 'coder',
      parentRunId: 'r1',
      effectId: 'e1',
      harness: 'shell',
      model: 'large',
      isolation: {
        context: 'shared',
        runDir: '/work/./runs',
        worktree: { path: '/work/tree', branch: 'topic', baseRef: 'main' },
      },
      background: true,
      leaseMs: MINUTE,
      label: 'a try',
      begin: true,
    },
    follows: [
      event('run-r3', 'RunStarted', {
        runId: 'r3',
        ...child,
        sessionId: 'coder',
        effectId: 'e1',
        harness: 'shell',
        model: 'large',
        context: 'shared',
        runDir: '/work/runs',
        worktree: { path: '/work/tree', branch: 'topic', baseRef: 'main' },
        background: true,
        leaseMs: MINUTE,
        leaseUntil: IN_A_MINUTE,
        label: 'a try',
      }),
      seated('r3', 'coder'),
      event('run-r1', 'EffectRegistered', { runId: 'r1', effectId: 'e1' }),
      event('run-r1', 'ChildRunLinked', { runId: 'r1', childRunId: 'r3', effectId: 'e1', background: true }),
      event(placeStream('/work/tree'), 'PlaceTaken', { path: '/work/tree', use: 'worktree', runId: 'r3' }),
      event(placeStream('/work/runs'), 'PlaceTaken', { path: '/work/runs', use: 'runDir', runId: 'r3' }),
      event('run-r3', 'RunBegan', { runId: 'r3' }),
    ],
    on: ['session-planner', 'session-coder', 'run-r1', 'run-r3', placeStream('/work/tree'), placeStream('/work/runs')],
  },
  {
    name: 'a child run is isolated, and one place for two uses is taken once',
    given: [open('planner'), start('r1', 'planner')],
    when: create('r2', 'planner', { parentRunId: 'r1', isolation: { runDir: '/w', worktree: { path: '/w' } } }),
    follows: [
      event('run-r2', 'RunStarted', { runId: 'r2', ...child, runDir: '/w', worktree: { path: '/w' } }),
      seated('r2'),
      event('run-r1', 'ChildRunLinked', { runId: 'r1', childRunId: 'r2', background: false }),
      event(placeStream('/w'), 'PlaceTaken', { path: '/w', use: 'worktree', runId: 'r2' }),
    ],
  },
  {
    name: 'a second try at an effect that a failed run left open, in the place that it held',
    given: [
      open('planner'),
      start('r1', 'planner'),
      start('r2', 'planner', { parentRunId: 'r1', effectId: 'e1', isolation: { runDir: '/w' } }),
      fail('r2'),
    ],
    when: create('r3', 'planner', { parentRunId: 'r1', effectId: 'e1', isolation: { runDir: '/w' } }),
    follows: [
      event('run-r3', 'RunStarted', { runId: 'r3', ...child, effectId: 'e1', runDir: '/w' }),
      seated('r3'),
      event('run-r1', 'ChildRunLinked', { runId: 'r1', childRunId: 'r3', effectId: 'e1', background: false }),
      event(placeStream('/w'), 'PlaceTaken', { path: '/w', use: 'runDir', runId: 'r3' }),
    ],
    async sees({ hub }) {
      expect((await hub.runs.get('r1'))?.effects).toMatchObject({ e1: { runs: ['r2', 'r3'] } })
    },
  },
  {
    name: 'an id that is taken, even by a run that has ended',
    given: [open('planner'), start('r1', 'planner'), complete('r1')],
    when: create('r1', 'planner'),
    rejects: 'RUN_EXISTS',
    details: { status: 'completed' },
  },
  {
    name: 'deeper than the limit',
    given: [open('planner'), start('r1', 'planner'), start('r2', 'planner', { parentRunId: 'r1' })],
    limits: { depth: 2 },
    when: create('r3', 'planner', { parentRunId: 'r2' }),
    rejects: 'DEPTH_EXCEEDED',
    details: { limit: 2, depth: 3 },
  },
  {
    name: 'a worktree that a live run holds',
    given: [open('planner'), start('r1', 'planner', { isolation: { worktree: { path: '/w' } } })],
    when: create('r2', 'planner', { isolation: { worktree: { path: '/x/../w' } } }),
    rejects: 'PLACE_IN_USE',
    details: { path: '/w', runId: 'r1' },
  },
  {
    name: 'as its run directory the worktree of another',
    given: [open('planner'), start('r1', 'planner', { isolation: { worktree: { path: '/w' } } })],
    when: create('r2', 'planner', { isolation: { runDir: '/w' } }),
    rejects: 'PLACE_IN_USE',
  },
  {
    name: 'below a run of another session tree',
    given: [...sessions('planner', 'stranger'), start('r1', 'planner')],
    when: create('r2', 'stranger', { parentRunId: 'r1' }),
    rejects: 'UNRELATED',
  },
  {
    name: 'for an effect that is settled',
    given: [
      open('planner'),
      start('r1', 'planner'),
      start('r2', 'planner', { parentRunId: 'r1', effectId: 'e1' }),
      complete('r2'),
    ],
    when: create('r3', 'planner', { parentRunId: 'r1', effectId: 'e1' }),
    rejects: 'INVALID_TRANSITION',
    details: { effectId: 'e1', outcome: 'ok' },
  },
  {
    name: 'in another session',
    given: sessions('planner', 'coder'),
    as: by('planner'),
    when: create('r1', 'coder'),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'too long a label',
    given: [open('planner')],
    when: create('r1', 'planner', { label: LONG }),
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'an effect without the parent whose it is',
    given: [open('planner')],
    when: create('r1', 'planner', { effectId: 'e1' }),
    rejects: 'INVALID_COMMAND',
  },
  { name: 'by the operator, who names no session', when: { type: 'StartRun' }, rejects: 'INVALID_COMMAND' },
  {
    name: 'below a run that has ended',
    given: [open('planner'), start('r1', 'planner'), complete('r1')],
    when: create('r2', 'planner', { parentRunId: 'r1' }),
    rejects: 'RUN_TERMINAL',
  },
  {
    name: 'below a run that never was',
    given: [open('planner')],
    when: create('r2', 'planner', { parentRunId: 'r1' }),
    rejects: 'UNKNOWN_RUN',
  },
  {
    name: 'in a closed session',
    given: [open('planner'), close('planner')],
    when: create('r1', 'planner'),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'in a session that is being closed',
    given: [open('planner'), closing('planner')],
    when: create('r1', 'planner'),
    rejects: 'SESSION_CLOSED',
    details: { status: 'closing' },
  },
]

const moving: readonly Case[] = [
  {
    name: 'a created run, by itself',
    given: [open('planner'), create('r1', 'planner')],
    as: by('planner', 'r1'),
    when: { type: 'BeginRun', runId: 'r1', modelUsed: 'small' },
    follows: [event('run-r1', 'RunBegan', { runId: 'r1', modelUsed: 'small' })],
    on: ['session-planner', 'run-r1'],
    async sees({ hub }) {
      expect(await hub.runs.get('r1')).toMatchObject({ status: 'running', modelUsed: 'small' })
    },
  },
  {
    name: 'by the session of the parent run',
    given: [...tree, create('r3', 'coder', { parentRunId: 'r1' })],
    as: by('planner'),
    when: { type: 'BeginRun', runId: 'r3' },
    follows: [event('run-r3', 'RunBegan', { runId: 'r3' })],
  },
  {
    name: 'one that is running',
    given: tree,
    when: { type: 'BeginRun', runId: 'r1' },
    rejects: 'INVALID_TRANSITION',
    details: { from: 'running', to: 'begun' },
  },
  {
    name: 'too long a model’s name',
    given: [open('planner'), create('r1', 'planner')],
    when: { type: 'BeginRun', runId: 'r1', modelUsed: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'one that has to wait',
    given: tree,
    as: by('coder', 'r2'),
    when: { type: 'SuspendRun', runId: 'r2', reason: 'a question' },
    follows: [event('run-r2', 'RunSuspended', { runId: 'r2', reason: 'a question' })],
    on: ['session-coder', 'run-r2'],
    async sees({ hub }) {
      expect(await hub.runs.get('r2')).toMatchObject({ status: 'waiting', waitingFor: 'a question' })
    },
  },
  {
    name: 'one that has not begun',
    given: [open('planner'), create('r1', 'planner')],
    when: { type: 'SuspendRun', runId: 'r1', reason: 'a question' },
    rejects: 'INVALID_TRANSITION',
    details: { from: 'created' },
  },
  {
    name: 'one that waits already',
    given: [...tree, { type: 'SuspendRun', runId: 'r1', reason: 'a question' }],
    when: { type: 'SuspendRun', runId: 'r1', reason: 'another' },
    rejects: 'INVALID_TRANSITION',
    details: { from: 'waiting' },
  },
  {
    name: 'too long a reason',
    given: tree,
    when: { type: 'SuspendRun', runId: 'r1', reason: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'one that waits',
    given: [...tree, { type: 'SuspendRun', runId: 'r1', reason: 'a question' }],
    as: by('planner', 'r1'),
    when: { type: 'ResumeRun', runId: 'r1' },
    follows: [event('run-r1', 'RunResumed', { runId: 'r1' })],
    on: ['session-planner', 'run-r1'],
    async sees({ hub }) {
      expect(await hub.runs.get('r1')).toMatchObject({ status: 'running' })
      expect(await hub.runs.get('r1')).not.toHaveProperty('waitingFor')
    },
  },
  {
    name: 'the lease that was granted last begins afresh, not the first',
    given: [
      open('planner'),
      start('r1', 'planner', { leaseMs: 30_000 }),
      { type: 'RenewLease', runId: 'r1', leaseMs: MINUTE },
      { type: 'SuspendRun', runId: 'r1', reason: 'a question' },
    ],
    when: { type: 'ResumeRun', runId: 'r1' },
    follows: [event('run-r1', 'RunResumed', { runId: 'r1', leaseMs: MINUTE, leaseUntil: IN_A_MINUTE })],
  },
  {
    name: 'the lease of one that was given none when it started begins afresh, too',
    given: [
      open('planner'),
      start('r1', 'planner'),
      { type: 'RenewLease', runId: 'r1', leaseMs: MINUTE },
      { type: 'SuspendRun', runId: 'r1', reason: 'a question' },
    ],
    when: { type: 'ResumeRun', runId: 'r1' },
    follows: [event('run-r1', 'RunResumed', { runId: 'r1', leaseMs: MINUTE, leaseUntil: IN_A_MINUTE })],
  },
  {
    name: 'one that does not wait',
    given: tree,
    when: { type: 'ResumeRun', runId: 'r1' },
    rejects: 'INVALID_TRANSITION',
    details: { from: 'running' },
  },
  ...(['BeginRun', 'SuspendRun', 'ResumeRun'] as const).flatMap((type): Case[] => {
    const more = type === 'SuspendRun' ? { reason: 'a question' } : {}
    return [
      {
        name: 'by a session of the tree that is neither its own nor its parent’s',
        given: [...tree, open('tester', { parentSessionId: 'planner' })],
        as: by('tester'),
        when: { type, runId: 'r2', ...more },
        rejects: 'NOT_ALLOWED',
      },
      {
        name: 'one that has ended',
        given: [...tree, fail('r2')],
        when: { type, runId: 'r2', ...more },
        rejects: 'RUN_TERMINAL',
        details: { status: 'failed' },
      },
      { name: 'one that never was', when: { type, runId: 'r9', ...more }, rejects: 'UNKNOWN_RUN' },
    ]
  }),
]

export const runCases: readonly Case[] = [...starting, ...moving]
