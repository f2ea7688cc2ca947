/** The answer to an offer: taken, declined, or withdrawn. */
import { expect } from 'vitest'
import { event, IN_A_MINUTE, MINUTE_AGO, type Case } from './cases.ts'
import { by, closeTask, closing, LONG, noticed, offered, sessions, start, task } from './setting.ts'

const owned = [...sessions('planner', 'coder', 'tester'), task('t1', { owner: 'coder' })]
const onOffer = [...owned, offered('coder', 'tester', { expiresAt: IN_A_MINUTE })]
const offer = { taskId: 't1', offerId: 'offer-1', from: 'coder', to: 'tester' }
const accepted = [
  event('task-t1', 'HandoffAccepted', offer),
  event('task-t1', 'ParticipantJoined', { taskId: 't1', sessionId: 'tester' }),
  event('task-t1', 'OwnershipTransferred', { taskId: 't1', from: 'coder', to: 'tester', epoch: 2, mode: 'accepted' }),
]
const WITHDRAWN = 'the offer of task t1 was withdrawn'

const accepting: readonly Case[] = [
  {
    name: 'by a run of its target: it joins and owns it, and the offerer hears of it',
    given: [...onOffer, start('r1', 'tester')],
    as: by('tester', 'r1'),
    when: { type: 'AcceptHandoff', taskId: 't1', expectEpoch: 1 },
    follows: [...accepted, ...noticed('new-1', 'run:r1', 'coder', 'session tester has accepted task t1', '')],
    on: ['session-tester', 'run-r1', 'task-t1', 'session-coder'],
    async sees({ hub }) {
      expect(await hub.task('t1')).toMatchObject({ owner: 'tester', epoch: 2 })
      expect(await hub.task('t1')).not.toHaveProperty('offer')
    },
  },
  {
    name: 'in the target’s name, by the operator',
    given: onOffer,
    when: { type: 'AcceptHandoff', taskId: 't1' },
    follows: [...accepted, ...noticed('new-1', 'operator', 'coder', 'session tester has accepted task t1', '')],
  },
  {
    name: 'an offer as Handoff made it',
    given: [
      ...owned,
      { type: 'JoinTask', taskId: 't1', sessionId: 'tester' },
      { type: 'Handoff', taskId: 't1', to: 'tester', mode: 'offer', force: true, reason: 'it hangs' },
    ],
    as: by('tester'),
    when: { type: 'AcceptHandoff', taskId: 't1' },
    // The hub and five commits have an id each, then comes that of the offer's own commit.
    follows: [
      event('task-t1', 'HandoffAccepted', { ...offer, offerId: 'id-8' }),
      event('task-t1', 'OwnershipTransferred', {
        taskId: 't1',
        from: 'coder',
        to: 'tester',
        epoch: 2,
        mode: 'accepted',
      }),
      ...noticed('new-1', 'session:tester', 'coder', 'session tester has accepted task t1', ''),
    ],
  },
  {
    name: 'at another epoch',
    given: onOffer,
    as: by('tester'),
    when: { type: 'AcceptHandoff', taskId: 't1', expectEpoch: 0 },
    rejects: 'STALE_EPOCH',
    details: { expected: 0, epoch: 1 },
  },
  {
    name: 'one participant too many',
    given: onOffer,
    limits: { members: 1 },
    as: by('tester'),
    when: { type: 'AcceptHandoff', taskId: 't1' },
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'in the name of a session that is being closed',
    given: [...onOffer, closing('tester')],
    when: { type: 'AcceptHandoff', taskId: 't1' },
    rejects: 'SESSION_CLOSED',
    details: { sessionId: 'tester' },
  },
]

const declining: readonly Case[] = [
  {
    name: 'by a run of its target: the owner stays, and hears why',
    given: [...onOffer, start('r1', 'tester')],
    as: by('tester', 'r1'),
    when: { type: 'DeclineHandoff', taskId: 't1', reason: 'no time' },
    follows: [
      event('task-t1', 'HandoffDeclined', { ...offer, reason: 'no time' }),
      ...noticed('new-1', 'run:r1', 'coder', 'session tester has declined task t1', 'no time'),
    ],
    on: ['session-tester', 'run-r1', 'task-t1', 'session-coder'],
    async sees({ hub }) {
      expect(await hub.task('t1')).toMatchObject({ owner: 'coder', epoch: 1 })
      expect(await hub.task('t1')).not.toHaveProperty('offer')
    },
  },
  {
    name: 'too long a reason',
    given: onOffer,
    as: by('tester'),
    when: { type: 'DeclineHandoff', taskId: 't1', reason: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
]

const withdrawing: readonly Case[] = [
  {
    name: 'by a run of the offerer’s: its target hears why',
    given: [...onOffer, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'CancelHandoff', taskId: 't1', reason: 'done myself' },
    follows: [
      event('task-t1', 'HandoffCancelled', { ...offer, reason: 'done myself' }),
      ...noticed('new-1', 'run:r1', 'tester', WITHDRAWN, 'done myself'),
    ],
    on: ['session-coder', 'run-r1', 'task-t1', 'session-tester'],
  },
  {
    name: 'by the operator: both sides hear of it',
    given: onOffer,
    when: { type: 'CancelHandoff', taskId: 't1' },
    follows: [
      event('task-t1', 'HandoffCancelled', { ...offer, reason: 'the operator has withdrawn it' }),
      ...noticed('new-1', 'operator', 'coder', WITHDRAWN, 'the operator has withdrawn it'),
      ...noticed('new-2', 'operator', 'tester', WITHDRAWN, 'the operator has withdrawn it'),
    ],
  },
  {
    name: 'by its target, who could decline',
    given: onOffer,
    as: by('tester'),
    when: { type: 'CancelHandoff', taskId: 't1' },
    rejects: 'NOT_OWNER',
    details: { owner: 'coder' },
  },
  {
    name: 'too long a reason',
    given: onOffer,
    as: by('coder'),
    when: { type: 'CancelHandoff', taskId: 't1', reason: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
]

const MORE = { AcceptHandoff: {}, DeclineHandoff: { reason: 'no time' }, CancelHandoff: {} }

const ofAny = (['AcceptHandoff', 'DeclineHandoff', 'CancelHandoff'] as const).flatMap((type): Case[] => {
  const when = { type, taskId: 't1', ...MORE[type] }
  const as = by(type === 'CancelHandoff' ? 'coder' : 'tester')
  return [
    {
      name: 'of a task that never was',
      given: onOffer,
      when: { ...when, taskId: 't2' },
      rejects: 'UNKNOWN_TASK',
      details: { nearest: ['t1'] },
    },
    { name: 'of a closed task', given: [...onOffer, closeTask('t1')], when, rejects: 'TASK_CLOSED' },
    {
      name: 'where nothing is on offer',
      given: owned,
      as,
      when,
      rejects: 'NO_PENDING_HANDOFF',
      details: { owner: 'coder' },
    },
    {
      name: 'an offer that has run out',
      given: [...owned, offered('coder', 'tester', { expiresAt: MINUTE_AGO })],
      as,
      when,
      rejects: 'NO_PENDING_HANDOFF',
      details: { expiresAt: MINUTE_AGO },
    },
    {
      name: 'an offer that was declined',
      given: [...onOffer, { type: 'DeclineHandoff', taskId: 't1', reason: 'no time' }],
      as,
      when,
      rejects: 'NO_PENDING_HANDOFF',
    },
  ]
})

const targetsAlone = (['AcceptHandoff', 'DeclineHandoff'] as const).flatMap((type): Case[] =>
  (['coder', 'planner'] as const).map((id) => ({
    name: id === 'coder' ? 'by its offerer' : 'by a third',
    given: onOffer,
    as: by(id),
    when: { type, taskId: 't1', ...MORE[type] },
    rejects: 'NOT_TARGET',
    details: { to: 'tester' },
  })),
)

export const offerCases: readonly Case[] = [...accepting, ...declining, ...withdrawing, ...ofAny, ...targetsAlone]
