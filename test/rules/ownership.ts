/** Claiming a task, giving it up, and assigning it. */
import { expect } from 'vitest'
import { event, type Case, type Expected } from './cases.ts'
import { by, close, closeTask, LONG, noticed, offered, open, sessions, start, task, told } from './setting.ts'

const owned = [...sessions('planner', 'coder'), task('t1', { owner: 'coder', participants: ['planner'] })]
const free = [...sessions('planner', 'coder'), task('t1', { participants: ['planner'] })]
const WITHDRAWN = 'the offer of task t1 was withdrawn'

type Transfer = { from?: string; to: string; epoch: number; mode: 'claimed' | 'assigned'; reason?: string }
const given = (transfer: Transfer): Expected => event('task-t1', 'OwnershipTransferred', { taskId: 't1', ...transfer })
const joined = (sessionId: string): Expected => event('task-t1', 'ParticipantJoined', { taskId: 't1', sessionId })
const cancelled = (reason: string): Expected =>
  event('task-t1', 'HandoffCancelled', { taskId: 't1', offerId: 'offer-1', from: 'coder', to: 'planner', reason })
const yours = (id: string, from: string, to: string, epoch: number, body = 'the parser'): Expected[] =>
  told(id, from, to, { kind: 'notice', subject: 'task t1 is yours', body, taskId: 't1', data: { taskId: 't1', epoch } })

const claiming: readonly Case[] = [
  {
    name: 'one that nobody owns, by a run: its session joins, too',
    given: [...free, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'ClaimTask', taskId: 't1' },
    follows: [joined('coder'), given({ to: 'coder', epoch: 1, mode: 'claimed' })],
    on: ['session-coder', 'run-r1', 'task-t1'],
  },
  {
    name: 'by a participant, one that was let go: the epoch goes on',
    given: [...owned, { type: 'ReleaseTask', taskId: 't1' }],
    as: by('planner'),
    when: { type: 'ClaimTask', taskId: 't1' },
    follows: [given({ to: 'planner', epoch: 3, mode: 'claimed' })],
    on: ['session-planner', 'task-t1'],
  },
  {
    name: 'for any session, by the operator',
    given: free,
    when: { type: 'ClaimTask', taskId: 't1', sessionId: 'planner' },
    follows: [given({ to: 'planner', epoch: 1, mode: 'claimed' })],
  },
  {
    name: 'one that is owned: by whom, and at which epoch, is told',
    given: owned,
    as: by('planner'),
    when: { type: 'ClaimTask', taskId: 't1' },
    rejects: 'ALREADY_OWNED',
    details: { owner: 'coder', epoch: 1 },
  },
  {
    name: 'one that one owns already',
    given: owned,
    as: by('coder'),
    when: { type: 'ClaimTask', taskId: 't1' },
    rejects: 'ALREADY_OWNED',
  },
  {
    name: 'for another session',
    given: free,
    as: by('planner'),
    when: { type: 'ClaimTask', taskId: 't1', sessionId: 'coder' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'one participant too many',
    given: free,
    limits: { members: 1 },
    as: by('coder'),
    when: { type: 'ClaimTask', taskId: 't1' },
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 1, size: 2 },
  },
  {
    name: 'for a closed session',
    given: [...free, close('coder')],
    when: { type: 'ClaimTask', taskId: 't1', sessionId: 'coder' },
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'by the operator, who names nobody',
    given: free,
    when: { type: 'ClaimTask', taskId: 't1' },
    rejects: 'INVALID_COMMAND',
  },
]

const releasing: readonly Case[] = [
  {
    name: 'by a run of the owner’s',
    given: [...owned, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'ReleaseTask', taskId: 't1', reason: 'no time', expectEpoch: 1 },
    follows: [event('task-t1', 'OwnerReleased', { taskId: 't1', from: 'coder', epoch: 2, reason: 'no time' })],
    on: ['session-coder', 'run-r1', 'task-t1'],
    async sees({ hub }) {
      expect(await hub.owner('t1')).toMatchObject({ epoch: 2, chain: [{ mode: 'opened' }, { mode: 'released' }] })
      expect(await hub.owner('t1')).not.toHaveProperty('owner')
      expect(await hub.task('t1')).toMatchObject({ participants: ['coder', 'planner'] })
    },
  },
  {
    name: 'while it is on offer: that is withdrawn, and the other side hears of it',
    given: [...owned, offered('coder', 'planner')],
    as: by('coder'),
    when: { type: 'ReleaseTask', taskId: 't1' },
    follows: [
      cancelled('session coder released task t1'),
      ...noticed('new-1', 'session:coder', 'planner', WITHDRAWN, 'session coder released task t1'),
      event('task-t1', 'OwnerReleased', { taskId: 't1', from: 'coder', epoch: 2 }),
    ],
    on: ['session-coder', 'session-planner', 'task-t1'],
  },
  {
    name: 'by a participant that does not own it',
    given: owned,
    as: by('planner'),
    when: { type: 'ReleaseTask', taskId: 't1' },
    rejects: 'NOT_OWNER',
    details: { owner: 'coder' },
  },
  {
    name: 'by the owner of a moment ago, who is told the epoch first',
    given: [...owned, { type: 'AssignTask', taskId: 't1', to: 'planner' }],
    as: by('coder'),
    when: { type: 'ReleaseTask', taskId: 't1', expectEpoch: 1 },
    rejects: 'STALE_EPOCH',
    details: { expected: 1, epoch: 2 },
  },
  {
    name: 'one that nobody owns, by the operator',
    given: free,
    when: { type: 'ReleaseTask', taskId: 't1' },
    rejects: 'INVALID_TRANSITION',
  },
  {
    name: 'too long a reason',
    given: owned,
    when: { type: 'ReleaseTask', taskId: 't1', reason: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
]

const assigning: readonly Case[] = [
  {
    name: 'by a run of the owner’s, to one who joins and is told',
    given: [...owned, open('s3', { label: 'the tester' }), start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'AssignTask', taskId: 't1', to: 'the tester', reason: 'yours to test', expectEpoch: 1 },
    follows: [
      joined('s3'),
      given({ from: 'coder', to: 's3', epoch: 2, mode: 'assigned', reason: 'yours to test' }),
      ...yours('new-1', 'run:r1', 's3', 2, 'yours to test'),
    ],
    on: ['session-coder', 'run-r1', 'task-t1', 'session-s3'],
  },
  {
    name: 'one that nobody owns, by any participant',
    given: free,
    as: by('planner'),
    when: { type: 'AssignTask', taskId: 't1', to: 'coder' },
    follows: [
      joined('coder'),
      given({ to: 'coder', epoch: 1, mode: 'assigned' }),
      ...yours('new-1', 'session:planner', 'coder', 1),
    ],
  },
  {
    name: 'to oneself needs no telling',
    given: free,
    as: by('planner'),
    when: { type: 'AssignTask', taskId: 't1', to: 'planner', expectEpoch: 0 },
    follows: [given({ to: 'planner', epoch: 1, mode: 'assigned' })],
  },
  {
    name: 'while it is on offer: that is withdrawn, and both sides hear of it',
    given: [...owned, open('tester'), offered('coder', 'planner')],
    when: { type: 'AssignTask', taskId: 't1', to: 'tester' },
    follows: [
      cancelled('task t1 was assigned to session tester'),
      ...noticed('new-1', 'operator', 'coder', WITHDRAWN, 'task t1 was assigned to session tester'),
      ...noticed('new-2', 'operator', 'planner', WITHDRAWN, 'task t1 was assigned to session tester'),
      joined('tester'),
      given({ from: 'coder', to: 'tester', epoch: 2, mode: 'assigned' }),
      ...yours('new-3', 'operator', 'tester', 2),
      ...noticed('new-4', 'operator', 'coder', 'task t1 was assigned to session tester', ''),
    ],
  },
  {
    name: 'by the system, which may what the operator may: whoever loses the task hears of it',
    given: owned,
    as: { kind: 'system' },
    when: { type: 'AssignTask', taskId: 't1', to: 'planner' },
    follows: [
      given({ from: 'coder', to: 'planner', epoch: 2, mode: 'assigned' }),
      ...yours('new-1', 'system', 'planner', 2),
      ...noticed('new-2', 'system', 'coder', 'task t1 was assigned to session planner', ''),
    ],
  },
  {
    name: 'a full mailbox is no reason not to be told',
    given: [...free, { type: 'SendMessage', to: 'coder', body: 'hello' }],
    limits: { inbox: 1 },
    when: { type: 'AssignTask', taskId: 't1', to: 'coder' },
    follows: [
      joined('coder'),
      given({ to: 'coder', epoch: 1, mode: 'assigned' }),
      ...yours('new-1', 'operator', 'coder', 1),
    ],
  },
  {
    name: 'one that another owns',
    given: owned,
    as: by('planner'),
    when: { type: 'AssignTask', taskId: 't1', to: 'planner' },
    rejects: 'NOT_OWNER',
  },
  {
    name: 'by the owner of a moment ago, who is told the epoch first',
    given: [...owned, { type: 'AssignTask', taskId: 't1', to: 'planner' }],
    as: by('coder'),
    when: { type: 'AssignTask', taskId: 't1', to: 'coder', expectEpoch: 1 },
    rejects: 'STALE_EPOCH',
  },
  {
    name: 'with a stale epoch, one that nobody owns any more',
    given: [...owned, { type: 'ReleaseTask', taskId: 't1' }],
    as: by('planner'),
    when: { type: 'AssignTask', taskId: 't1', to: 'coder', expectEpoch: 1 },
    rejects: 'STALE_EPOCH',
  },
  {
    name: 'one that nobody owns, by a session that takes no part',
    given: free,
    as: by('coder'),
    when: { type: 'AssignTask', taskId: 't1', to: 'coder' },
    rejects: 'NOT_PARTICIPANT',
  },
  {
    name: 'to its owner',
    given: owned,
    when: { type: 'AssignTask', taskId: 't1', to: 'coder' },
    rejects: 'ALREADY_OWNED',
  },
  {
    name: 'to a task',
    given: owned,
    when: { type: 'AssignTask', taskId: 't1', to: 'task:t1' },
    rejects: 'BAD_ADDRESS',
  },
  {
    name: 'to one of two that are called so',
    given: [...owned, open('s3', { label: 'tester' }), open('s4', { label: 'tester' })],
    when: { type: 'AssignTask', taskId: 't1', to: 'tester' },
    rejects: 'AMBIGUOUS_ADDRESS',
    details: { sessions: ['s3', 's4'] },
  },
  {
    name: 'one participant too many, by assigning',
    given: free,
    limits: { members: 1 },
    when: { type: 'AssignTask', taskId: 't1', to: 'coder' },
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'to a closed session',
    given: [...free, close('coder')],
    when: { type: 'AssignTask', taskId: 't1', to: 'coder' },
    rejects: 'SESSION_CLOSED',
  },
]

const MORE = { ClaimTask: { sessionId: 'coder' }, ReleaseTask: {}, AssignTask: { to: 'coder' } }

const ofAny = (['ClaimTask', 'ReleaseTask', 'AssignTask'] as const).flatMap((type): Case[] => [
  {
    name: 'one that never was: the nearest are told',
    given: owned,
    when: { type, taskId: 't2', ...MORE[type] },
    rejects: 'UNKNOWN_TASK',
    details: { nearest: ['t1'] },
  },
  {
    name: 'one that is closed',
    given: [...owned, closeTask('t1')],
    when: { type, taskId: 't1', ...MORE[type] },
    rejects: 'TASK_CLOSED',
  },
])

export const ownershipCases: readonly Case[] = [...claiming, ...releasing, ...assigning, ...ofAny]
