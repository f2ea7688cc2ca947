/** A task's life, and who takes part in it. */
import { expect } from 'vitest'
import { event, type Case, type Expected } from './cases.ts'
import { by, close, closeTask, closing, LONG, noticed, offered, open, sessions, start, task } from './setting.ts'

const joined = (sessionId: string): Expected => event('task-t1', 'ParticipantJoined', { taskId: 't1', sessionId })

const opening: readonly Case[] = [
  {
    name: 'by the operator, with nobody in it',
    when: task('t1'),
    follows: [event('task-t1', 'TaskOpened', { taskId: 't1', title: 'the parser' })],
    on: ['task-t1'],
  },
  {
    name: 'without an id it is given one',
    when: { type: 'OpenTask', title: 'the parser' },
    follows: [event('task-new-1', 'TaskOpened', { taskId: 'new-1', title: 'the parser' })],
  },
  {
    name: 'whoever opens it takes part, and so does its owner; nobody twice; names are found by id and label',
    given: [...sessions('planner', 'coder'), open('s3', { label: 'the tester' }), start('r1', 'planner')],
    as: by('planner', 'r1'),
    when: task('t1', { owner: 'coder', participants: ['session:coder', 'the tester', 'planner'] }),
    follows: [
      event('task-t1', 'TaskOpened', { taskId: 't1', title: 'the parser' }),
      joined('planner'),
      joined('coder'),
      joined('s3'),
      event('task-t1', 'OwnershipTransferred', { taskId: 't1', to: 'coder', epoch: 1, mode: 'opened' }),
    ],
    on: ['session-planner', 'run-r1', 'session-coder', 'session-s3', 'task-t1'],
    async sees({ hub }) {
      expect(await hub.task('t1')).toMatchObject({ owner: 'coder', epoch: 1, status: 'open' })
    },
  },
  {
    name: 'an id that is taken, even by a closed task',
    given: [task('t1'), closeTask('t1')],
    when: task('t1'),
    rejects: 'TASK_EXISTS',
    details: { status: 'closed' },
  },
  {
    name: 'owned by a run',
    given: [open('coder'), start('r1', 'coder')],
    when: task('t1', { owner: 'run:r1' }),
    rejects: 'BAD_ADDRESS',
  },
  { name: 'with the operator in it', when: task('t1', { participants: ['operator'] }), rejects: 'BAD_ADDRESS' },
  {
    name: 'owned by one of two that are called so',
    given: [open('s1', { label: 'coder' }), open('s2', { label: 'coder' })],
    when: task('t1', { owner: 'coder' }),
    rejects: 'AMBIGUOUS_ADDRESS',
    details: { sessions: ['s1', 's2'] },
  },
  {
    name: 'more participants than the limit, whoever opens it counted in',
    given: sessions('planner', 'coder', 'tester'),
    limits: { members: 2 },
    as: by('planner'),
    when: task('t1', { participants: ['coder', 'tester'] }),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 2, size: 3 },
  },
  { name: 'too long a title', when: { ...task('t1'), title: LONG }, rejects: 'LIMIT_EXCEEDED' },
  { name: 'without a title', when: { ...task('t1'), title: '' }, rejects: 'INVALID_COMMAND' },
  {
    name: 'with a participant that is being closed',
    given: [open('coder'), closing('coder')],
    when: task('t1', { participants: ['coder'] }),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'with an owner that never was: the nearest are told',
    given: [open('coder')],
    when: task('t1', { owner: 'codr' }),
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['coder'] },
  },
]

const joining: readonly Case[] = [
  {
    name: 'a session itself, be it by a run',
    given: [open('coder'), task('t1'), start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'JoinTask', taskId: 't1' },
    follows: [joined('coder')],
    on: ['session-coder', 'run-r1', 'task-t1'],
  },
  {
    name: 'another one, by the owner',
    given: [...sessions('planner', 'coder'), task('t1', { owner: 'planner' })],
    as: by('planner'),
    when: { type: 'JoinTask', taskId: 't1', sessionId: 'coder' },
    follows: [joined('coder')],
  },
  {
    name: 'any, by the operator',
    given: [open('coder'), task('t1')],
    when: { type: 'JoinTask', taskId: 't1', sessionId: 'coder' },
    follows: [joined('coder')],
  },
  {
    name: 'one that takes part already, and nothing happens',
    given: [open('coder'), task('t1', { participants: ['coder'] })],
    as: by('coder'),
    when: { type: 'JoinTask', taskId: 't1' },
    follows: [],
  },
  {
    name: 'another one, by a participant that is not the owner',
    given: [...sessions('planner', 'coder'), task('t1', { participants: ['planner'] })],
    as: by('planner'),
    when: { type: 'JoinTask', taskId: 't1', sessionId: 'coder' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'one too many',
    given: [...sessions('planner', 'coder'), task('t1', { participants: ['planner'] })],
    limits: { members: 1 },
    as: by('coder'),
    when: { type: 'JoinTask', taskId: 't1' },
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 1, size: 2 },
  },
  {
    name: 'a closed session',
    given: [open('coder'), task('t1'), close('coder')],
    when: { type: 'JoinTask', taskId: 't1', sessionId: 'coder' },
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'by the operator, who names nobody',
    given: [task('t1')],
    when: { type: 'JoinTask', taskId: 't1' },
    rejects: 'INVALID_COMMAND',
  },
]

const leaving: readonly Case[] = [
  {
    name: 'a session itself, be it by a run',
    given: [open('coder'), task('t1', { participants: ['coder'] }), start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'LeaveTask', taskId: 't1' },
    follows: [event('task-t1', 'ParticipantLeft', { taskId: 't1', sessionId: 'coder' })],
    on: ['session-coder', 'run-r1', 'task-t1'],
  },
  {
    name: 'another one, by the owner',
    given: [...sessions('planner', 'coder'), task('t1', { owner: 'planner', participants: ['coder'] })],
    as: by('planner'),
    when: { type: 'LeaveTask', taskId: 't1', sessionId: 'coder' },
    follows: [event('task-t1', 'ParticipantLeft', { taskId: 't1', sessionId: 'coder' })],
  },
  {
    name: 'another one, by a participant that is not the owner',
    given: [...sessions('planner', 'coder'), task('t1', { participants: ['planner', 'coder'] })],
    as: by('planner'),
    when: { type: 'LeaveTask', taskId: 't1', sessionId: 'coder' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'one that takes no part',
    given: [open('coder'), task('t1')],
    as: by('coder'),
    when: { type: 'LeaveTask', taskId: 't1' },
    rejects: 'NOT_PARTICIPANT',
  },
  {
    name: 'the owner',
    given: [open('coder'), task('t1', { owner: 'coder' })],
    as: by('coder'),
    when: { type: 'LeaveTask', taskId: 't1' },
    rejects: 'OWNER_MUST_HAND_OFF',
  },
  {
    name: 'by the operator, who names nobody',
    given: [task('t1')],
    when: { type: 'LeaveTask', taskId: 't1' },
    rejects: 'INVALID_COMMAND',
  },
]

type Status = 'open' | 'in_progress' | 'blocked'
const become = (status: Status, more: object = {}) =>
  ({ type: 'SetTaskStatus', taskId: 't1', status, ...more }) as const
const owned = [...sessions('planner', 'coder'), task('t1', { owner: 'coder', participants: ['planner'] })]
const standing = (status: Status) =>
  status === 'open'
    ? owned
    : status === 'in_progress'
      ? [...owned, become(status)]
      : [...owned, become('in_progress'), become(status)]

const moves = (
  [
    ['open', 'in_progress'],
    ['in_progress', 'blocked'],
    ['blocked', 'in_progress'],
  ] as const
).map(([from, to]): Case => ({
  name: `from ${from} to ${to}`,
  given: standing(from),
  as: by('coder'),
  when: become(to, { reason: 'as it is', expectEpoch: 1 }),
  follows: [event('task-t1', 'TaskStatusChanged', { taskId: 't1', from, to, reason: 'as it is' })],
  on: ['session-coder', 'task-t1'],
}))

const ways = (
  [
    ['open', 'blocked'],
    ['in_progress', 'open'],
    ['blocked', 'open'],
  ] as const
).map(([from, to]): Case => ({
  name: `from ${from} to ${to}`,
  given: standing(from),
  when: become(to),
  rejects: 'INVALID_TRANSITION',
  details: { from, to },
}))

const standings: readonly Case[] = [
  ...moves,
  {
    name: 'by a run of the owner’s',
    given: [...owned, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: become('in_progress'),
    follows: [event('task-t1', 'TaskStatusChanged', { taskId: 't1', from: 'open', to: 'in_progress' })],
    on: ['session-coder', 'run-r1', 'task-t1'],
  },
  { name: 'as it is already, and nothing happens', given: owned, when: become('open'), follows: [] },
  ...ways,
  { name: 'too long a reason', given: owned, when: become('in_progress', { reason: LONG }), rejects: 'LIMIT_EXCEEDED' },
]

const shutting: readonly Case[] = [
  {
    name: 'by a run of the owner’s: owner and participants leave their seats',
    given: [...owned, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'CloseTask', taskId: 't1', outcome: 'failed', reason: 'no way', expectEpoch: 1 },
    follows: [
      event('task-t1', 'TaskClosed', {
        taskId: 't1',
        outcome: 'failed',
        reason: 'no way',
        owner: 'coder',
        participants: ['coder', 'planner'],
      }),
    ],
    on: ['session-coder', 'run-r1', 'task-t1'],
    async sees({ hub }) {
      expect(await hub.task('t1')).toMatchObject({ status: 'closed', outcome: 'failed' })
    },
  },
  {
    name: 'one that nobody owns, by the operator',
    given: [task('t1')],
    when: closeTask('t1'),
    follows: [event('task-t1', 'TaskClosed', { taskId: 't1', outcome: 'done', participants: [] })],
  },
  {
    name: 'while it is on offer: that is withdrawn, and who did not close it hears of it',
    given: [...owned, offered('coder', 'planner')],
    when: closeTask('t1'),
    follows: [
      event('task-t1', 'HandoffCancelled', {
        taskId: 't1',
        offerId: 'offer-1',
        from: 'coder',
        to: 'planner',
        reason: 'task t1 was closed',
      }),
      ...noticed('new-1', 'operator', 'coder', 'the offer of task t1 was withdrawn', 'task t1 was closed'),
      ...noticed('new-2', 'operator', 'planner', 'the offer of task t1 was withdrawn', 'task t1 was closed'),
      event('task-t1', 'TaskClosed', {
        taskId: 't1',
        outcome: 'done',
        owner: 'coder',
        participants: ['coder', 'planner'],
      }),
    ],
    on: ['session-coder', 'session-planner', 'task-t1'],
  },
  {
    name: 'too long a reason',
    given: owned,
    when: { ...closeTask('t1'), reason: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
]

const MORE = { SetTaskStatus: { status: 'in_progress' }, CloseTask: { outcome: 'done' } }

const ownersAlone = (['SetTaskStatus', 'CloseTask'] as const).flatMap((type): Case[] => [
  {
    name: 'by a participant that does not own it: who does, and at which epoch, is told',
    given: owned,
    as: by('planner'),
    when: { type, taskId: 't1', ...MORE[type] },
    rejects: 'NOT_OWNER',
    details: { owner: 'coder', epoch: 1 },
  },
  {
    name: 'by a participant, where nobody owns it',
    given: [open('coder'), task('t1', { participants: ['coder'] })],
    as: by('coder'),
    when: { type, taskId: 't1', ...MORE[type] },
    rejects: 'NOT_OWNER',
  },
  {
    name: 'by the owner of a moment ago, who is told the epoch first',
    given: [...owned, { type: 'AssignTask', taskId: 't1', to: 'planner' }],
    as: by('coder'),
    when: { type, taskId: 't1', ...MORE[type], expectEpoch: 1 },
    rejects: 'STALE_EPOCH',
    details: { expected: 1, epoch: 2, owner: 'planner' },
  },
])

const ofAny = (['JoinTask', 'LeaveTask', 'SetTaskStatus', 'CloseTask'] as const).flatMap((type): Case[] => {
  const more = type === 'JoinTask' || type === 'LeaveTask' ? { sessionId: 'coder' } : MORE[type]
  return [
    {
      name: 'one that never was: the nearest are told',
      given: owned,
      when: { type, taskId: 't2', ...more },
      rejects: 'UNKNOWN_TASK',
      details: { nearest: ['t1'] },
    },
    {
      name: 'one that is closed',
      given: [...owned, closeTask('t1')],
      when: { type, taskId: 't1', ...more },
      rejects: 'TASK_CLOSED',
      details: { outcome: 'done' },
    },
  ]
})

export const taskCases: readonly Case[] = [
  ...opening,
  ...joining,
  ...leaving,
  ...standings,
  ...shutting,
  ...ownersAlone,
  ...ofAny,
]
