/** What to do with a message that reached nobody. */
import { expect } from 'vitest'
import type { Fact } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { event, mailOf, type Case, type Expected } from './cases.ts'
import {
  by,
  close,
  complete,
  deadLettered,
  LONG,
  mail,
  open,
  sessions,
  start,
  task,
  undeliverable,
  type Box,
} from './setting.ts'

/** m1 has died in both of them. */
const given: readonly Given[] = [
  ...sessions('planner', 'coder', 'tester'),
  ...mail('m1', 'session:planner', 'session:coder', 'session:tester', 'session:planner'),
  deadLettered('m1', 'session:coder', 'gone') as Fact,
  deadLettered('m1', 'session:tester', 'gone') as Fact,
]
const requeue = (more: object = {}) => ({ type: 'RequeueDeadLetter', messageId: 'm1', ...more }) as const
const discard = (more: object = {}) => ({ type: 'DiscardDeadLetter', messageId: 'm1', reason: 'old', ...more }) as const

const idOf = (mailbox: string): { sessionId?: string } =>
  mailbox.startsWith('session:') ? { sessionId: mailbox.slice('session:'.length) } : {}

function requeued(from: string, to: Box): Expected {
  const [mailbox, sessionId] = typeof to === 'string' ? [to, idOf(to).sessionId] : to
  return event(`mailbox-${from.replace(':', '-')}`, 'DeadLetterRequeued', {
    messageId: 'm1',
    mailbox: from,
    ...idOf(from),
    to: mailbox,
    ...(sessionId !== undefined && { toSessionId: sessionId }),
  })
}
const discarded = (mailbox: string, reason: string): Expected =>
  event(`mailbox-${mailbox.replace(':', '-')}`, 'DeadLetterDiscarded', {
    messageId: 'm1',
    mailbox,
    ...idOf(mailbox),
    reason,
  })

const requeueing: readonly Case[] = [
  {
    name: 'wherever it died, which it relies on, and on those who get it',
    given,
    when: requeue(),
    follows: [requeued('session:coder', 'session:coder'), requeued('session:tester', 'session:tester')],
    on: ['mailbox-session-coder', 'mailbox-session-tester', 'session-coder', 'session-tester'],
    async sees({ hub }) {
      expect(await hub.deadLetters()).toEqual([])
      expect(await mailOf(hub, 'coder')).toEqual(['m1 in session:coder'])
      expect(await hub.message('m1')).toMatchObject({ deliveries: { 'session:coder': { state: 'pending' } } })
    },
  },
  {
    name: 'where it died once, to a mailbox that it names: the other death stays',
    given: [...given, start('r1', 'planner')],
    when: requeue({ mailbox: 'session:coder', to: 'run:r1' }),
    follows: [requeued('session:coder', ['run:r1', 'planner'])],
    on: ['mailbox-session-coder', 'run-r1', 'session-planner'],
    async sees({ hub }) {
      expect(await hub.deadLetters()).toMatchObject([{ mailbox: 'session:tester' }])
      expect(await mailOf(hub, 'run:r1')).toEqual(['m1 in run:r1'])
    },
  },
  {
    name: 'to the owner of a task: once, however often it died',
    given: [...given, open('heir'), task('t1', { owner: 'heir' })],
    when: requeue({ to: 'owner@task:t1' }),
    follows: [requeued('session:coder', 'session:heir'), discarded('session:tester', 'requeued to session:heir')],
    on: ['mailbox-session-coder', 'mailbox-session-tester', 'task-t1', 'session-heir'],
    async sees({ hub }) {
      expect(await mailOf(hub, 'heir')).toEqual(['m1 in session:heir'])
      expect(await hub.deadLetters()).toEqual([])
    },
  },
  {
    name: 'to one of those where it died: from there',
    given,
    when: requeue({ to: 'tester' }),
    follows: [requeued('session:tester', 'session:tester'), discarded('session:coder', 'requeued to session:tester')],
    async sees({ hub }) {
      expect(await mailOf(hub, 'tester')).toEqual(['m1 in session:tester'])
      expect(await hub.deadLetters()).toEqual([])
    },
  },
  {
    name: 'what a full mailbox did not take',
    given: [
      ...sessions('coder'),
      ...mail('m1', 'operator', 'operator'),
      undeliverable('m1', 'session:coder', 'inbox full') as Fact,
    ],
    when: requeue(),
    follows: [requeued('session:coder', 'session:coder')],
  },
  { name: 'to a set', given, when: requeue({ to: 'task:t1' }), rejects: 'BAD_ADDRESS' },
  { name: 'to the operator’s parent', given, when: requeue({ to: 'parent' }), rejects: 'BAD_ADDRESS' },
  {
    name: 'to one of two that are called so',
    given: [...given, open('s3', { label: 'helper' }), open('s4', { label: 'helper' })],
    when: requeue({ to: 'helper' }),
    rejects: 'AMBIGUOUS_ADDRESS',
  },
  {
    name: 'to an effect that never was',
    given: [...given, start('r1', 'planner')],
    when: requeue({ to: 'effect:r1/e1' }),
    rejects: 'UNKNOWN_EFFECT',
  },
  {
    name: 'to the owner of a task that never was',
    given,
    when: requeue({ to: 'owner@task:t1' }),
    rejects: 'UNKNOWN_TASK',
  },
  {
    name: 'to the owner of a task that nobody owns',
    given: [...given, task('t1')],
    when: requeue({ to: 'owner@task:t1' }),
    rejects: 'NO_RECIPIENTS',
  },
  {
    name: 'to the coordinator of a group that never was',
    given,
    when: requeue({ to: 'coordinator@group:g1' }),
    rejects: 'UNKNOWN_GROUP',
  },
  {
    name: 'more deaths than a commit holds',
    given: [...given, deadLettered('m1', 'session:planner', 'gone') as Fact],
    limits: { commitEvents: 2 },
    when: requeue(),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 2 },
  },
  { name: 'to a closed session', given: [...given, close('coder')], when: requeue(), rejects: 'SESSION_CLOSED' },
  {
    name: 'to a run that has ended',
    given: [...given, start('r1', 'planner'), complete('r1')],
    when: requeue({ to: 'run:r1' }),
    rejects: 'RUN_TERMINAL',
  },
  { name: 'to a run that never was', given, when: requeue({ to: 'run:r1' }), rejects: 'UNKNOWN_RUN' },
  {
    name: 'to a session that never was: the nearest are told',
    given,
    when: requeue({ to: 'codr' }),
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['coder'] },
  },
]

const discarding: readonly Case[] = [
  {
    name: 'wherever it died',
    given,
    when: discard(),
    follows: [discarded('session:coder', 'old'), discarded('session:tester', 'old')],
    on: ['mailbox-session-coder', 'mailbox-session-tester'],
    async sees({ hub }) {
      expect(await hub.deadLetters()).toEqual([])
      expect(await hub.message('m1')).toMatchObject({
        deliveries: { 'session:coder': { state: 'discarded', reason: 'old' }, 'session:planner': { state: 'pending' } },
      })
    },
  },
  {
    name: 'where it died once',
    given,
    when: discard({ mailbox: 'session:tester' }),
    follows: [discarded('session:tester', 'old')],
    on: ['mailbox-session-tester'],
  },
  { name: 'too long a reason', given, when: discard({ reason: LONG }), rejects: 'LIMIT_EXCEEDED' },
]

const ofAny = [requeue(), discard()].flatMap((when): Case[] => [
  { name: 'one that never was', given, when: { ...when, messageId: 'm9' }, rejects: 'UNKNOWN_MESSAGE' },
  {
    name: 'where it is not dead',
    given,
    when: { ...when, mailbox: 'session:planner' },
    rejects: 'INVALID_TRANSITION',
  },
  {
    name: 'one that was discarded',
    given: [...given, discard()],
    when,
    rejects: 'INVALID_TRANSITION',
  },
  { name: 'one that was requeued', given: [...given, requeue()], when, rejects: 'INVALID_TRANSITION' },
  { name: 'by whom it was for', given, as: by('coder'), when, rejects: 'NOT_ALLOWED' },
])

export const deadLetterCases: readonly Case[] = [...requeueing, ...discarding, ...ofAny]
