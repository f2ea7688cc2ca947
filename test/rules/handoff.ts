/** Handing a task over, at once or as an offer. */
import { expect } from 'vitest'
import { event, IN_A_MINUTE, MINUTE_AGO, mailOf, type Case, type Expected } from './cases.ts'
import { by, close, closeTask, closing, LONG, noticed, offered, open, sessions, start, task, told } from './setting.ts'

const owned = [...sessions('planner', 'coder', 'tester'), task('t1', { owner: 'coder', participants: ['planner'] })]
const WITHDRAWN = 'the offer of task t1 was withdrawn'

const joined = (sessionId: string): Expected => event('task-t1', 'ParticipantJoined', { taskId: 't1', sessionId })

function handedOver(to: string, more: { from?: string; epoch?: number; reason?: string } = {}): Expected {
  return event('task-t1', 'OwnershipTransferred', {
    taskId: 't1',
    from: 'coder',
    to,
    epoch: 2,
    mode: 'handoff',
    ...more,
  })
}

const letter = (id: string, from: string, name: string, to: string, body = 'the parser', epoch = 2): Expected[] =>
  told(id, from, to, {
    kind: 'handoff',
    subject: `${name} hands task t1 over to you`,
    body,
    taskId: 't1',
    data: { taskId: 't1', epoch, mode: 'immediate' },
  })

const atOnce: readonly Case[] = [
  {
    name: 'by a run of the owner’s: the target joins, owns it and has the letter, in one commit',
    given: [...owned, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: {
      type: 'Handoff',
      taskId: 't1',
      to: 'session:tester',
      context: 'all but the lexer',
      reason: 'no time',
      expectEpoch: 1,
    },
    follows: [
      joined('tester'),
      handedOver('tester', { reason: 'no time' }),
      ...letter('new-1', 'run:r1', 'session coder', 'tester', 'all but the lexer'),
    ],
    on: ['session-coder', 'run-r1', 'task-t1', 'session-tester'],
    async sees({ hub }) {
      expect(await hub.owner('t1')).toMatchObject({ owner: 'tester', epoch: 2 })
      expect((await mailOf(hub, 'tester')).length).toBe(1)
    },
  },
  {
    name: 'to a participant, without words: the letter tells the title',
    given: owned,
    as: by('coder'),
    when: { type: 'Handoff', taskId: 't1', to: 'planner' },
    follows: [handedOver('planner'), ...letter('new-1', 'session:coder', 'session coder', 'planner')],
  },
  {
    name: 'another’s by the operator, who says that it is meant and why: who loses it hears of it',
    given: owned,
    when: { type: 'Handoff', taskId: 't1', to: 'planner', force: true, reason: 'it hangs' },
    follows: [
      handedOver('planner', { reason: 'it hangs' }),
      ...letter('new-1', 'operator', 'the operator', 'planner'),
      ...noticed('new-2', 'operator', 'coder', 'task t1 was handed over to session planner', 'it hangs'),
    ],
    on: ['task-t1', 'session-planner', 'session-coder'],
  },
  {
    name: 'one that nobody owns, by the operator',
    given: [...owned, { type: 'ReleaseTask', taskId: 't1' }],
    when: { type: 'Handoff', taskId: 't1', to: 'planner', force: true, reason: 'free' },
    follows: [
      event('task-t1', 'OwnershipTransferred', {
        taskId: 't1',
        to: 'planner',
        epoch: 3,
        mode: 'handoff',
        reason: 'free',
      }),
      ...letter('new-1', 'operator', 'the operator', 'planner', 'the parser', 3),
    ],
  },
  {
    name: 'while it is on offer: that is withdrawn, and its target hears of it',
    given: [...owned, offered('coder', 'planner')],
    as: by('coder'),
    when: { type: 'Handoff', taskId: 't1', to: 'tester' },
    follows: [
      event('task-t1', 'HandoffCancelled', {
        taskId: 't1',
        offerId: 'offer-1',
        from: 'coder',
        to: 'planner',
        reason: 'task t1 goes to session tester',
      }),
      ...noticed('new-1', 'session:coder', 'planner', WITHDRAWN, 'task t1 goes to session tester'),
      joined('tester'),
      handedOver('tester'),
      ...letter('new-2', 'session:coder', 'session coder', 'tester'),
    ],
    on: ['session-coder', 'task-t1', 'session-tester', 'session-planner'],
    async sees({ hub }) {
      expect(await hub.task('t1')).not.toHaveProperty('offer')
    },
  },
  {
    name: 'a full mailbox is no reason not to have it',
    given: [...owned, { type: 'SendMessage', to: 'planner', body: 'hello' }],
    limits: { inbox: 1 },
    as: by('coder'),
    when: { type: 'Handoff', taskId: 't1', to: 'planner' },
    follows: [handedOver('planner'), ...letter('new-1', 'session:coder', 'session coder', 'planner')],
  },
]

const offering: readonly Case[] = [
  {
    name: 'as an offer: the owner stays, the target is asked and joins only when it accepts',
    given: owned,
    as: by('coder'),
    when: {
      type: 'Handoff',
      taskId: 't1',
      to: 'tester',
      mode: 'offer',
      context: 'all but the lexer',
      expiresAt: IN_A_MINUTE,
    },
    follows: [
      event('task-t1', 'HandoffOffered', {
        taskId: 't1',
        offerId: 'new-1',
        from: 'coder',
        to: 'tester',
        context: 'all but the lexer',
        expiresAt: IN_A_MINUTE,
      }),
      ...told('new-2', 'session:coder', 'tester', {
        kind: 'handoff',
        subject: 'session coder offers task t1 to you',
        body: 'all but the lexer',
        taskId: 't1',
        data: { taskId: 't1', epoch: 1, mode: 'offer', offerId: 'new-1', expiresAt: IN_A_MINUTE },
      }),
    ],
    on: ['session-coder', 'session-tester', 'task-t1'],
    async sees({ hub }) {
      expect(await hub.task('t1')).toMatchObject({ owner: 'coder', epoch: 1, offer: { to: 'tester' } })
      expect((await hub.task('t1'))?.participants).toEqual(['coder', 'planner'])
    },
  },
  {
    name: 'where the last offer has run out: that is recorded, and its target hears of it',
    given: [...owned, offered('coder', 'planner', { expiresAt: MINUTE_AGO })],
    as: by('coder'),
    when: { type: 'Handoff', taskId: 't1', to: 'tester', mode: 'offer' },
    follows: [
      event('task-t1', 'HandoffExpired', { taskId: 't1', offerId: 'offer-1', from: 'coder', to: 'planner' }),
      ...noticed(
        'new-1',
        'session:coder',
        'planner',
        'the offer of task t1 has expired',
        'task t1 goes to session tester',
      ),
      event('task-t1', 'HandoffOffered', { taskId: 't1', offerId: 'new-2', from: 'coder', to: 'tester' }),
      ...told('new-3', 'session:coder', 'tester', {
        kind: 'handoff',
        subject: 'session coder offers task t1 to you',
        body: 'the parser',
        taskId: 't1',
        data: { taskId: 't1', epoch: 1, mode: 'offer', offerId: 'new-2' },
      }),
    ],
  },
]

const hand = (more: object = {}) => ({ type: 'Handoff', taskId: 't1', to: 'tester', ...more }) as const

const refused: readonly Case[] = [
  {
    name: 'one that never was',
    given: owned,
    when: hand({ taskId: 't2' }),
    rejects: 'UNKNOWN_TASK',
    details: { nearest: ['t1'] },
  },
  { name: 'one that is closed', given: [...owned, closeTask('t1')], when: hand(), rejects: 'TASK_CLOSED' },
  {
    name: 'by a participant that does not own it',
    given: owned,
    as: by('planner'),
    when: hand(),
    rejects: 'NOT_OWNER',
    details: { owner: 'coder' },
  },
  {
    name: 'an offer of what nobody owns',
    given: [...owned, { type: 'ReleaseTask', taskId: 't1' }],
    when: hand({ mode: 'offer', force: true, reason: 'free' }),
    rejects: 'NOT_OWNER',
  },
  {
    name: 'by the owner of a moment ago, who is told the epoch before the owner',
    given: [...owned, { type: 'AssignTask', taskId: 't1', to: 'planner' }],
    as: by('coder'),
    when: hand({ expectEpoch: 1 }),
    rejects: 'STALE_EPOCH',
    details: { expected: 1, epoch: 2, owner: 'planner' },
  },
  {
    name: 'another’s, by the operator without `force`',
    given: owned,
    when: hand({ reason: 'it hangs' }),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'another’s, by the operator without a reason',
    given: owned,
    when: hand({ force: true }),
    rejects: 'NOT_ALLOWED',
  },
  { name: 'to oneself', given: owned, as: by('coder'), when: hand({ to: 'coder' }), rejects: 'HANDOFF_TO_SELF' },
  {
    name: 'an offer to oneself',
    given: owned,
    as: by('coder'),
    when: hand({ to: 'coder', mode: 'offer' }),
    rejects: 'HANDOFF_TO_SELF',
  },
  {
    name: 'a second offer',
    given: [...owned, offered('coder', 'planner', { expiresAt: IN_A_MINUTE })],
    as: by('coder'),
    when: hand({ mode: 'offer' }),
    rejects: 'HANDOFF_PENDING',
    details: { from: 'coder', to: 'planner' },
  },
  { name: 'to a set', given: owned, as: by('coder'), when: hand({ to: 'children' }), rejects: 'BAD_ADDRESS' },
  {
    name: 'to one of two that are called so',
    given: [...owned, open('s3', { label: 'helper' }), open('s4', { label: 'helper' })],
    as: by('coder'),
    when: hand({ to: 'helper' }),
    rejects: 'AMBIGUOUS_ADDRESS',
  },
  {
    name: 'too many words',
    given: owned,
    limits: { payloadBytes: 10 },
    as: by('coder'),
    when: hand({ context: 'x'.repeat(11) }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 10, size: 11 },
  },
  { name: 'too long a reason', given: owned, as: by('coder'), when: hand({ reason: LONG }), rejects: 'LIMIT_EXCEEDED' },
  {
    name: 'one participant too many',
    given: owned,
    limits: { members: 2 },
    as: by('coder'),
    when: hand(),
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'an offer that has run out already',
    given: owned,
    as: by('coder'),
    when: hand({ mode: 'offer', expiresAt: MINUTE_AGO }),
    rejects: 'INVALID_COMMAND',
  },
  {
    name: 'to a closed session: its successor is told',
    given: [...owned, close('tester', { successorId: 'planner' })],
    as: by('coder'),
    when: hand(),
    rejects: 'SESSION_CLOSED',
    details: { successor: 'planner' },
  },
  {
    name: 'to a session that is being closed',
    given: [...owned, closing('tester')],
    as: by('coder'),
    when: hand(),
    rejects: 'SESSION_CLOSED',
  },
]

export const handoffCases: readonly Case[] = [...atOnce, ...offering, ...refused]
