/** Opening a session, opening it again, and its lease. */
import { expect } from 'vitest'
import { event, IN_A_MINUTE, MINUTE, type Case } from './cases.ts'
import { by, close, closing, complete, LONG, open, sessions, start } from './setting.ts'

const openingSessions: readonly Case[] = [
  {
    name: 'a root session, with nothing but an id',
    when: open('planner'),
    follows: [event('session-planner', 'SessionOpened', { sessionId: 'planner', rootSessionId: 'planner', depth: 1 })],
    on: ['session-planner'],
  },
  {
    name: 'a session below another one, with everything, by a run',
    given: [open('planner'), start('r1', 'planner')],
    as: by('planner', 'r1'),
    when: open('coder', {
      parentSessionId: 'planner',
      label: 'the coder',
      harness: 'shell',
      model: 'large',
      cwd: '/srv/../work',
      leaseMs: MINUTE,
      meta: { pid: 4 },
    }),
    follows: [
      event('session-coder', 'SessionOpened', {
        sessionId: 'coder',
        rootSessionId: 'planner',
        parentSessionId: 'planner',
        depth: 2,
        label: 'the coder',
        harness: 'shell',
        model: 'large',
        cwd: '/work',
        leaseMs: MINUTE,
        leaseUntil: IN_A_MINUTE,
        meta: { pid: 4 },
      }),
    ],
    on: ['session-planner', 'run-r1', 'session-coder'],
  },
  {
    name: 'the root of a tree stays the same all the way down',
    given: [open('planner'), open('coder', { parentSessionId: 'planner' })],
    when: open('tester', { parentSessionId: 'coder' }),
    follows: [
      event('session-tester', 'SessionOpened', {
        sessionId: 'tester',
        rootSessionId: 'planner',
        parentSessionId: 'coder',
        depth: 3,
      }),
    ],
  },
  {
    name: 'without an id it is given one',
    when: { type: 'OpenSession' },
    follows: [event('session-new-1', 'SessionOpened', { sessionId: 'new-1', rootSessionId: 'new-1', depth: 1 })],
  },
  {
    name: 'a session opens itself',
    as: by('coder'),
    when: open('coder'),
    follows: [event('session-coder', 'SessionOpened', { sessionId: 'coder', rootSessionId: 'coder', depth: 1 })],
  },
  {
    name: 'an open one again is fine with `ensure`, and nothing happens',
    given: [open('planner')],
    when: open('planner', { ensure: true, label: 'another label' }),
    follows: [],
  },
  {
    name: 'an id that is taken',
    given: [open('planner')],
    when: open('planner'),
    rejects: 'SESSION_EXISTS',
    details: { sessionId: 'planner', status: 'open' },
  },
  {
    name: 'that of a closed session, even with `ensure`',
    given: [open('planner'), close('planner')],
    when: open('planner', { ensure: true }),
    rejects: 'SESSION_EXISTS',
    details: { status: 'closed' },
  },
  {
    name: 'that of a session that is being closed, even with `ensure`',
    given: [open('planner'), closing('planner')],
    when: open('planner', { ensure: true }),
    rejects: 'SESSION_EXISTS',
    details: { status: 'closing' },
  },
  {
    name: 'deeper than the limit',
    given: [open('a'), open('b', { parentSessionId: 'a' })],
    limits: { depth: 2 },
    when: open('c', { parentSessionId: 'b' }),
    rejects: 'DEPTH_EXCEEDED',
    details: { limit: 2, depth: 3 },
  },
  {
    name: 'the ninth level, as hubs are',
    given: Array.from({ length: 8 }, (_, i) => open(`s${i}`, i === 0 ? {} : { parentSessionId: `s${i - 1}` })),
    when: open('s8', { parentSessionId: 's7' }),
    rejects: 'DEPTH_EXCEEDED',
    details: { limit: 8, depth: 9 },
  },
  {
    name: 'below a closed session',
    given: [open('planner'), close('planner')],
    when: open('coder', { parentSessionId: 'planner' }),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'below one that is being closed',
    given: [open('planner'), closing('planner')],
    when: open('coder', { parentSessionId: 'planner' }),
    rejects: 'SESSION_CLOSED',
    details: { status: 'closing' },
  },
  {
    name: 'below one that is not there: the nearest are told',
    given: sessions('planner', 'coder', 'planer2'),
    when: open('tester', { parentSessionId: 'planer' }),
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['planer2', 'planner'] },
  },
  { name: 'too long a label', when: open('planner', { label: LONG }), rejects: 'LIMIT_EXCEEDED' },
  {
    name: 'more about it than a commit holds',
    limits: { commitBytes: 2_000 },
    when: open('planner', { meta: { notes: 'x'.repeat(2_000) } }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 2_000 },
  },
  ...['operator', 'parent', 'root', 'children', 'siblings', 'ancestors', 'descendants', 'system'].map((name): Case => ({
    name: `the name ${name}, which is an address`,
    when: open(name),
    rejects: 'BAD_ID',
  })),
]

const reopeningSessions: readonly Case[] = [
  {
    name: 'a closed session, by the operator',
    given: [open('planner'), close('planner')],
    when: { type: 'ReopenSession', sessionId: 'planner' },
    follows: [event('session-planner', 'SessionReopened', { sessionId: 'planner' })],
    on: ['session-planner'],
    async sees({ hub }) {
      expect(await hub.session('planner')).toMatchObject({ status: 'open' })
      expect(await hub.session('planner')).not.toHaveProperty('closedAt')
    },
  },
  {
    name: 'a closed session, by itself, with a fresh lease',
    given: [open('coder', { leaseMs: MINUTE }), close('coder')],
    as: by('coder'),
    when: { type: 'ReopenSession', sessionId: 'coder' },
    follows: [
      event('session-coder', 'SessionReopened', { sessionId: 'coder', leaseMs: MINUTE, leaseUntil: IN_A_MINUTE }),
    ],
  },
  {
    name: 'a closed session that was given no lease when it was opened has none again, whatever it was granted since',
    given: [open('planner'), { type: 'RenewLease', sessionId: 'planner', leaseMs: 10 * MINUTE }, close('planner')],
    when: { type: 'ReopenSession', sessionId: 'planner' },
    follows: [event('session-planner', 'SessionReopened', { sessionId: 'planner' })],
    async sees({ hub }) {
      expect(await hub.session('planner')).not.toHaveProperty('leaseUntil')
      expect(await hub.timers()).toEqual([])
      // The old one does not outlast the next.
      await hub.send({ type: 'RenewLease', sessionId: 'planner', leaseMs: MINUTE })
      expect(await hub.session('planner')).toMatchObject({ leaseUntil: IN_A_MINUTE })
    },
  },
  {
    name: 'a closed session, by a run of the one above it',
    given: [open('planner'), open('coder', { parentSessionId: 'planner' }), close('coder'), start('r1', 'planner')],
    as: by('planner', 'r1'),
    when: { type: 'ReopenSession', sessionId: 'coder' },
    follows: [event('session-coder', 'SessionReopened', { sessionId: 'coder' })],
    on: ['session-coder', 'session-planner', 'run-r1'],
  },
  {
    name: 'an open one',
    given: [open('planner')],
    when: { type: 'ReopenSession', sessionId: 'planner' },
    rejects: 'INVALID_TRANSITION',
    details: { from: 'open', to: 'open' },
  },
  {
    name: 'one that is being closed',
    given: [open('planner'), closing('planner')],
    when: { type: 'ReopenSession', sessionId: 'planner' },
    rejects: 'INVALID_TRANSITION',
    details: { from: 'closing' },
  },
  {
    name: 'by a session beside it',
    given: [...sessions('planner', 'coder'), close('coder')],
    as: by('planner'),
    when: { type: 'ReopenSession', sessionId: 'coder' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'by a session below it',
    given: [open('planner'), open('coder', { parentSessionId: 'planner' }), close('planner')],
    as: by('coder'),
    when: { type: 'ReopenSession', sessionId: 'planner' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'one that never was: the nearest are told',
    given: [open('planner')],
    when: { type: 'ReopenSession', sessionId: 'planer' },
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['planner'] },
  },
]

const leases: readonly Case[] = [
  {
    name: "a session's, for as long as it was given",
    given: [open('planner', { leaseMs: MINUTE })],
    as: by('planner'),
    when: { type: 'RenewLease', sessionId: 'planner' },
    follows: [
      event('lease-planner', 'LeaseRenewed', { sessionId: 'planner', leaseMs: MINUTE, leaseUntil: IN_A_MINUTE }),
    ],
    on: ['session-planner'],
  },
  {
    name: "a session's, by one above it, for another while",
    given: [open('planner'), open('coder', { parentSessionId: 'planner' })],
    as: by('planner'),
    when: { type: 'RenewLease', sessionId: 'coder', leaseMs: MINUTE },
    follows: [event('lease-coder', 'LeaseRenewed', { sessionId: 'coder', leaseMs: MINUTE, leaseUntil: IN_A_MINUTE })],
  },
  {
    name: "a run's, by the run",
    given: [open('planner'), start('r1', 'planner', { leaseMs: MINUTE })],
    as: by('planner', 'r1'),
    when: { type: 'RenewLease', runId: 'r1' },
    follows: [event('work-r1', 'LeaseRenewed', { runId: 'r1', leaseMs: MINUTE, leaseUntil: IN_A_MINUTE })],
    on: ['session-planner', 'run-r1'],
  },
  {
    name: "a run's, by the session of its parent run",
    given: [
      open('planner'),
      open('coder', { parentSessionId: 'planner' }),
      start('r1', 'planner'),
      start('r2', 'coder', { parentRunId: 'r1' }),
    ],
    as: by('planner'),
    when: { type: 'RenewLease', runId: 'r2', leaseMs: MINUTE },
    follows: [event('work-r2', 'LeaseRenewed', { runId: 'r2', leaseMs: MINUTE, leaseUntil: IN_A_MINUTE })],
  },
  {
    name: 'a session that was given none',
    given: [open('planner')],
    when: { type: 'RenewLease', sessionId: 'planner' },
    rejects: 'INVALID_TRANSITION',
  },
  {
    name: 'a run that was given none',
    given: [open('planner'), start('r1', 'planner')],
    when: { type: 'RenewLease', runId: 'r1' },
    rejects: 'INVALID_TRANSITION',
  },
  {
    name: "another session's",
    given: sessions('planner', 'coder'),
    as: by('planner'),
    when: { type: 'RenewLease', sessionId: 'coder', leaseMs: MINUTE },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: "another session's run's",
    given: [...sessions('planner', 'coder'), start('r1', 'coder')],
    as: by('planner'),
    when: { type: 'RenewLease', runId: 'r1', leaseMs: MINUTE },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'of a session and a run at once',
    given: [open('planner'), start('r1', 'planner')],
    when: { type: 'RenewLease', sessionId: 'planner', runId: 'r1', leaseMs: MINUTE },
    rejects: 'INVALID_COMMAND',
  },
  { name: 'of nothing', when: { type: 'RenewLease', leaseMs: MINUTE }, rejects: 'INVALID_COMMAND' },
  {
    name: "a closed session's",
    given: [open('planner'), close('planner')],
    when: { type: 'RenewLease', sessionId: 'planner', leaseMs: MINUTE },
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'of a run that has ended',
    given: [open('planner'), start('r1', 'planner'), complete('r1')],
    when: { type: 'RenewLease', runId: 'r1', leaseMs: MINUTE },
    rejects: 'RUN_TERMINAL',
  },
  {
    name: 'of a run that never was',
    when: { type: 'RenewLease', runId: 'r1', leaseMs: MINUTE },
    rejects: 'UNKNOWN_RUN',
  },
]

export const sessionCases: readonly Case[] = [...openingSessions, ...reopeningSessions, ...leases]
