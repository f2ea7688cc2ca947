/** Closing a session: the door is barred, then all that it holds moves in one commit, SessionClosed last. */
import { expect } from 'vitest'
import { commitsOf, event, mailOf, type Case, type Expected } from './cases.ts'
import {
  by,
  close,
  closing,
  complete,
  create,
  deadLettered,
  LONG,
  mail,
  open,
  sessions,
  start,
  transferred,
} from './setting.ts'

const WHY = 'session coder was closed'
const closed = (sessionId = 'coder', more = {}): Expected =>
  event(`session-${sessionId}`, 'SessionClosed', { sessionId, outcome: 'done', ...more })

const empty: readonly Case[] = [
  {
    name: 'one that holds nothing, in two commits',
    given: [open('coder')],
    when: close('coder', { reason: 'it is late' }),
    follows: [closed('coder', { reason: 'it is late' })],
    on: ['session-coder'],
    async sees({ hub }) {
      expect(await commitsOf(hub)).toEqual([['SessionOpened'], ['SessionClosing'], ['SessionClosed']])
      expect(await hub.session('coder')).toMatchObject({ status: 'closed' })
    },
  },
  {
    name: 'one below, by a run of the session above',
    given: [open('planner'), open('coder', { parentSessionId: 'planner' }), start('r1', 'planner')],
    as: by('planner', 'r1'),
    when: close('coder'),
    follows: [closed()],
    on: ['session-planner', 'session-coder', 'run-r1'],
  },
  { name: 'by itself', given: [open('coder')], as: by('coder'), when: close('coder'), follows: [closed()] },
  {
    name: 'what a crash left half closed, by itself: as it was begun, not as it is asked now',
    given: [open('coder'), closing('coder')],
    as: by('coder'),
    when: close('coder', { outcome: 'failed', reason: 'another' }),
    follows: [closed()],
  },
  {
    name: 'what a crash left half closed, by the operator',
    given: [open('coder'), closing('coder')],
    when: close('coder'),
    follows: [closed()],
  },
]

const mails: readonly Case[] = [
  {
    name: 'its mail and its runs’ goes to the successor, in order',
    given: [
      ...sessions('planner', 'coder', 'heir'),
      start('r1', 'coder'),
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:planner', ['run:r1', 'coder']),
      ...mail('m3', 'session:planner', 'session:coder', 'session:heir'),
      ...mail('m4', 'session:planner', 'session:coder'),
      { type: 'AcknowledgeMessage', messageIds: ['m4'] },
      complete('r1'),
    ],
    when: close('coder', { successorId: 'heir' }),
    follows: [
      transferred('m1', 'session:coder', 'heir', WHY),
      transferred('m2', ['run:r1', 'coder'], 'heir', WHY),
      transferred('m3', 'session:coder', 'heir', WHY),
      closed('coder', { successorId: 'heir' }),
    ],
    on: ['session-coder', 'session-heir', 'mailbox-session-coder', 'mailbox-run-r1'],
    async sees({ hub }) {
      // Whoever was in the same broadcast as its predecessor has it once.
      expect(await mailOf(hub, 'heir')).toEqual(['m3 in session:heir', 'm1 in session:heir', 'm2 in session:heir'])
      expect(await mailOf(hub, 'coder')).toEqual([])
      expect(await hub.deadLetters()).toEqual([])
    },
  },
  {
    name: 'without a successor its mail is kept as dead letters',
    given: [
      ...sessions('planner', 'coder'),
      start('r1', 'coder'),
      complete('r1'),
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:planner', ['run:r1', 'coder']),
    ],
    when: close('coder'),
    follows: [deadLettered('m1', 'session:coder', WHY), deadLettered('m2', ['run:r1', 'coder'], WHY), closed()],
    async sees({ hub }) {
      expect(await hub.deadLetters()).toMatchObject([
        { messageId: 'm1', mailbox: 'session:coder', reason: WHY },
        { messageId: 'm2', mailbox: 'run:r1', reason: WHY },
      ])
    },
  },
  {
    name: 'a successor that has closed meanwhile: on to its own',
    given: [
      ...sessions('planner', 'coder', 'second', 'third'),
      ...mail('m1', 'session:planner', 'session:coder'),
      closing('coder', 'second'),
      close('second', { successorId: 'third' }),
    ],
    when: close('coder'),
    follows: [transferred('m1', 'session:coder', 'third', WHY), closed('coder', { successorId: 'second' })],
  },
  {
    name: 'a successor that has closed meanwhile without one: dead letters',
    given: [
      ...sessions('planner', 'coder', 'second'),
      ...mail('m1', 'session:planner', 'session:coder'),
      closing('coder', 'second'),
      close('second'),
    ],
    when: close('coder'),
    follows: [deadLettered('m1', 'session:coder', WHY), closed('coder', { successorId: 'second' })],
  },
  {
    name: 'more than a commit holds goes in several, the door barred meanwhile',
    given: [
      ...sessions('planner', 'coder', 'heir'),
      ...[1, 2, 3, 4, 5].flatMap((i) => mail(`m${i}`, 'session:planner', 'session:coder')),
    ],
    limits: { commitEvents: 3 },
    when: close('coder', { successorId: 'heir' }),
    follows: [transferred('m5', 'session:coder', 'heir', WHY), closed('coder', { successorId: 'heir' })],
    async sees({ hub }) {
      expect((await commitsOf(hub)).slice(-4)).toEqual([
        ['SessionClosing'],
        ['MessageTransferred', 'MessageTransferred'],
        ['MessageTransferred', 'MessageTransferred'],
        ['MessageTransferred', 'SessionClosed'],
      ])
      expect((await mailOf(hub, 'heir')).map((line) => line.split(' ')[0])).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
    },
  },
  {
    name: 'at the narrowest each move has its own commit, the last one with SessionClosed',
    given: [
      ...sessions('planner', 'coder'),
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:planner', 'session:coder'),
    ],
    limits: { commitEvents: 2 },
    when: close('coder'),
    follows: [deadLettered('m2', 'session:coder', WHY), closed()],
    async sees({ hub }) {
      expect((await commitsOf(hub)).slice(-3)).toEqual([
        ['SessionClosing'],
        ['MessageDeadLettered'],
        ['MessageDeadLettered', 'SessionClosed'],
      ])
    },
  },
  {
    name: 'more bytes than a commit holds go in several, too',
    given: [
      ...sessions('planner', 'coder', 'heir'),
      ...[1, 2, 3].flatMap((i) => mail(`m${i}`, 'session:planner', 'session:coder')),
    ],
    limits: { commitBytes: 1_000 },
    when: close('coder', { successorId: 'heir' }),
    follows: [transferred('m3', 'session:coder', 'heir', WHY), closed('coder', { successorId: 'heir' })],
    async sees({ hub }) {
      expect((await commitsOf(hub)).slice(-2)).toEqual([
        ['MessageTransferred', 'MessageTransferred'],
        ['MessageTransferred', 'SessionClosed'],
      ])
    },
  },
  {
    name: 'its last run ended and its mail moved in one commit, where the limit is just wide enough',
    given: [...sessions('planner', 'coder'), start('r1', 'coder'), ...mail('m1', 'session:planner', 'session:coder')],
    limits: { commitEvents: 3 },
    when: close('coder', { outcome: 'lost' }),
    follows: [
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'coder', reason: 'lost', error: WHY }),
      deadLettered('m1', 'session:coder', WHY),
      event('session-coder', 'SessionClosed', { sessionId: 'coder', outcome: 'lost' }),
    ],
  },
]

const refusals: readonly Case[] = [
  {
    name: 'half closed, in favour of another heir than it was begun for',
    given: [...sessions('coder', 'heir'), closing('coder')],
    when: close('coder', { successorId: 'heir' }),
    rejects: 'INVALID_TRANSITION',
    details: { sessionId: 'coder', outcome: 'done' },
  },
  {
    name: 'one with live runs',
    given: [open('coder'), create('r1', 'coder'), start('r2', 'coder'), start('r3', 'coder'), complete('r3')],
    when: close('coder', { outcome: 'failed' }),
    rejects: 'RUNS_LIVE',
    details: { runs: ['r1', 'r2'], count: 2 },
  },
  {
    name: 'by a session beside it',
    given: sessions('planner', 'coder'),
    as: by('planner'),
    when: close('coder'),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'by a session below it',
    given: [open('coder'), open('helper', { parentSessionId: 'coder' })],
    as: by('helper'),
    when: close('coder'),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'too long a reason',
    given: [open('coder')],
    when: close('coder', { reason: LONG }),
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'a closed one',
    given: [...sessions('coder', 'heir'), close('coder', { successorId: 'heir' })],
    when: close('coder'),
    rejects: 'SESSION_CLOSED',
    details: { successor: 'heir' },
  },
  {
    name: 'a closed one, by itself',
    given: [open('coder'), close('coder')],
    as: by('coder'),
    when: close('coder'),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'to a closed successor',
    given: [...sessions('coder', 'heir'), close('heir')],
    when: close('coder', { successorId: 'heir' }),
    rejects: 'SESSION_CLOSED',
    details: { sessionId: 'heir' },
  },
  {
    name: 'to a successor that never was',
    given: [open('coder')],
    when: close('coder', { successorId: 'heir' }),
    rejects: 'UNKNOWN_SESSION',
    details: { sessionId: 'heir' },
  },
  {
    name: 'to itself',
    given: [open('coder')],
    when: close('coder', { successorId: 'coder' }),
    rejects: 'INVALID_COMMAND',
  },
  {
    name: 'one that never was: the nearest are told',
    given: [open('coder')],
    when: close('codr'),
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['coder'] },
  },
]

export const closeSessionCases: readonly Case[] = [...empty, ...mails, ...refusals]
