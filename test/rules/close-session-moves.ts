/** Closing a session: what becomes of its runs, its tasks and its offers. */
import { expect } from 'vitest'
import { commitsOf, event, type Case, type Expected } from './cases.ts'
import {
  by,
  close,
  create,
  deadLettered,
  mail,
  messageSent,
  delivered,
  noticed,
  offered,
  open,
  placeStream,
  sessions,
  start,
  task,
  told,
  transferred,
} from './setting.ts'

const WHY = 'session coder was closed'
const closed = (sessionId = 'coder', more = {}): Expected =>
  event(`session-${sessionId}`, 'SessionClosed', { sessionId, outcome: 'done', ...more })
const left = (taskId: string): Expected =>
  event(`task-${taskId}`, 'ParticipantLeft', { taskId, sessionId: 'coder', reason: WHY })

const WITHDRAWN = {
  kind: 'notice',
  subject: 'the offer of task t1 was withdrawn',
  body: WHY,
  taskId: 't1',
  data: { taskId: 't1' },
} as const

const runs: readonly Case[] = [
  {
    name: 'by force its live runs fail as lost, each once and the deepest first, and let go what they held',
    given: [
      open('coder'),
      start('r1', 'coder', { isolation: { worktree: { path: '/tree' }, runDir: '/tree' } }),
      create('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' }),
      start('r3', 'coder'),
    ],
    when: close('coder', { force: true }),
    follows: [
      event('run-r2', 'RunFailed', { runId: 'r2', sessionId: 'coder', reason: 'lost', error: WHY }),
      event('run-r1', 'ChildRunSettled', { runId: 'r1', childRunId: 'r2', outcome: 'failed' }),
      messageSent('new-2', 'run:r2', ['session:coder'], {
        address: 'run:r1',
        kind: 'result',
        subject: 'run r2 failed',
        body: `lost: ${WHY}`,
        data: { runId: 'r2', outcome: 'failed', effectId: 'e1' },
      }),
      deadLettered('new-2', 'session:coder', 'session coder is closed'),
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'coder', reason: 'lost', error: WHY }),
      event(placeStream('/tree'), 'PlaceReleased', { path: '/tree', runId: 'r1' }),
      event('run-r3', 'RunFailed', { runId: 'r3', sessionId: 'coder', reason: 'lost', error: WHY }),
      closed(),
    ],
    on: ['session-coder', 'run-r1', 'run-r2', 'run-r3'],
  },
  {
    name: 'as lost: its run in another session’s run tells that one',
    given: [
      open('planner'),
      open('coder', { parentSessionId: 'planner' }),
      start('r1', 'planner'),
      start('r2', 'coder', { parentRunId: 'r1' }),
    ],
    when: close('coder', { outcome: 'lost' }),
    follows: [
      event('run-r2', 'RunFailed', { runId: 'r2', sessionId: 'coder', reason: 'lost', error: WHY }),
      event('run-r1', 'ChildRunSettled', { runId: 'r1', childRunId: 'r2', outcome: 'failed' }),
      messageSent('new-2', 'run:r2', ['run:r1'], {
        address: 'run:r1',
        kind: 'result',
        subject: 'run r2 failed',
        body: `lost: ${WHY}`,
        data: { runId: 'r2', outcome: 'failed' },
      }),
      delivered('new-2', ['run:r1', 'planner']),
      event('session-coder', 'SessionClosed', { sessionId: 'coder', outcome: 'lost' }),
    ],
  },
  {
    name: 'a run of another session below one of its own is lost too, and its result is the successor’s',
    given: [
      open('coder'),
      open('helper', { parentSessionId: 'coder' }),
      open('heir'),
      start('r1', 'coder'),
      start('r2', 'helper', { parentRunId: 'r1' }),
    ],
    when: close('coder', { force: true, successorId: 'heir' }),
    follows: [
      event('run-r2', 'RunFailed', { runId: 'r2', sessionId: 'helper', reason: 'lost', error: WHY }),
      event('run-r1', 'ChildRunSettled', { runId: 'r1', childRunId: 'r2', outcome: 'failed' }),
      messageSent('new-2', 'run:r2', ['session:heir'], {
        address: 'run:r1',
        kind: 'result',
        subject: 'run r2 failed',
        body: `lost: ${WHY}`,
        data: { runId: 'r2', outcome: 'failed' },
      }),
      delivered('new-2', 'session:heir'),
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'coder', reason: 'lost', error: WHY }),
      closed('coder', { successorId: 'heir' }),
    ],
  },
]

const tasks: readonly Case[] = [
  {
    name: 'its tasks go to the successor, which takes part from then on',
    given: [
      ...sessions('coder', 'heir'),
      task('t1', { owner: 'coder' }),
      task('t2', { owner: 'coder', participants: ['heir'] }),
      task('t3', { participants: ['coder', 'heir'] }),
      task('t4', { owner: 'coder' }),
      { type: 'CloseTask', taskId: 't4', outcome: 'done' },
    ],
    when: close('coder', { successorId: 'heir' }),
    follows: [
      event('task-t1', 'ParticipantJoined', { taskId: 't1', sessionId: 'heir' }),
      event('task-t1', 'OwnershipTransferred', {
        taskId: 't1',
        from: 'coder',
        to: 'heir',
        epoch: 2,
        mode: 'succession',
        reason: WHY,
      }),
      left('t1'),
      event('task-t2', 'OwnershipTransferred', {
        taskId: 't2',
        from: 'coder',
        to: 'heir',
        epoch: 2,
        mode: 'succession',
        reason: WHY,
      }),
      left('t2'),
      left('t3'),
      closed('coder', { successorId: 'heir' }),
    ],
    on: ['session-coder', 'session-heir', 'task-t1', 'task-t2', 'task-t3'],
  },
  {
    name: 'without a successor its tasks are nobody’s',
    given: [open('coder'), task('t1', { owner: 'coder' })],
    when: close('coder'),
    follows: [
      event('task-t1', 'OwnerReleased', { taskId: 't1', from: 'coder', epoch: 2, reason: WHY }),
      left('t1'),
      closed(),
    ],
    async sees({ hub }) {
      expect(await hub.task('t1')).toMatchObject({ status: 'open', epoch: 2, participants: [] })
      expect(await hub.task('t1')).not.toHaveProperty('owner')
    },
  },
  {
    name: 'an offer that it made is withdrawn, and the other side hears of it',
    given: [...sessions('coder', 'tester'), task('t1', { owner: 'coder' }), offered('coder', 'tester')],
    as: by('coder'),
    when: close('coder'),
    follows: [
      event('task-t1', 'HandoffCancelled', {
        taskId: 't1',
        offerId: 'offer-1',
        from: 'coder',
        to: 'tester',
        reason: WHY,
      }),
      ...noticed('new-2', 'session:coder', 'tester', 'the offer of task t1 was withdrawn', WHY),
      event('task-t1', 'OwnerReleased', { taskId: 't1', from: 'coder', epoch: 2, reason: WHY }),
      left('t1'),
      closed(),
    ],
  },
  {
    name: 'an offer that was made to it is withdrawn, and its owner hears of it; its own notice is the successor’s',
    given: [...sessions('coder', 'tester', 'heir'), task('t1', { owner: 'tester' }), offered('tester', 'coder')],
    when: close('coder', { successorId: 'heir' }),
    follows: [
      event('task-t1', 'HandoffCancelled', {
        taskId: 't1',
        offerId: 'offer-1',
        from: 'tester',
        to: 'coder',
        reason: WHY,
      }),
      ...noticed('new-2', 'operator', 'tester', 'the offer of task t1 was withdrawn', WHY),
      messageSent('new-3', 'operator', ['session:heir'], {
        address: 'session:coder',
        kind: 'notice',
        subject: 'the offer of task t1 was withdrawn',
        body: WHY,
        taskId: 't1',
        data: { taskId: 't1' },
      }),
      delivered('new-3', 'session:heir'),
      closed('coder', { successorId: 'heir' }),
    ],
  },
  {
    name: 'mail, runs, tasks and offers move together, in the very commit that closes it',
    given: [
      ...sessions('coder', 'tester', 'heir'),
      start('r1', 'coder'),
      task('t1', { owner: 'coder' }),
      offered('coder', 'tester'),
      ...mail('m1', 'session:tester', 'session:coder'),
    ],
    as: by('coder'),
    when: close('coder', { outcome: 'failed', successorId: 'heir', force: true }),
    follows: [
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'coder', reason: 'lost', error: WHY }),
      transferred('m1', 'session:coder', 'heir', WHY),
      event('task-t1', 'HandoffCancelled', {
        taskId: 't1',
        offerId: 'offer-1',
        from: 'coder',
        to: 'tester',
        reason: WHY,
      }),
      // The heir hears of it in the place of who leaves.
      ...told('new-2', 'session:coder', 'heir', WITHDRAWN).map((each) =>
        each.type === 'MessageSent' ? { ...each, data: { ...(each.data as object), address: 'session:coder' } } : each,
      ),
      ...told('new-3', 'session:coder', 'tester', WITHDRAWN),
      event('task-t1', 'ParticipantJoined', { taskId: 't1', sessionId: 'heir' }),
      event('task-t1', 'OwnershipTransferred', {
        taskId: 't1',
        from: 'coder',
        to: 'heir',
        epoch: 2,
        mode: 'succession',
        reason: WHY,
      }),
      left('t1'),
      event('session-coder', 'SessionClosed', { sessionId: 'coder', outcome: 'failed', successorId: 'heir' }),
    ],
    async sees({ hub }) {
      expect((await commitsOf(hub)).at(-2)).toEqual(['SessionClosing'])
    },
  },
]

export const closeSessionMoveCases: readonly Case[] = [...runs, ...tasks]
