/** Closing a session: the door is barred, then all that it holds moves in one commit, SessionClosed last. */
import { expect } from 'vitest'
import type { Fact } from '../../src/index.ts'
import { commitsOf, event, mailOf, type Case, type Expected } from './cases.ts'
import {
  by,
  close,
  closing,
  complete,
  create,
  deadLettered,
  deathNotice,
  delivered,
  LONG,
  mail,
  messageSent,
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
    name: 'without a successor its mail is kept as dead letters, and whoever wrote it hears of that once',
    given: [
      ...sessions('planner', 'coder'),
      start('r1', 'coder'),
      complete('r1'),
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:planner', ['run:r1', 'coder']),
    ],
    when: close('coder'),
    follows: [
      deadLettered('m1', 'session:coder', WHY),
      deadLettered('m2', ['run:r1', 'coder'], WHY),
      ...deathNotice('new-2', 'planner', 'coder', ['m1', 'session:coder'], ['m2', 'run:r1']),
      closed(),
    ],
    on: ['session-coder', 'mailbox-session-coder', 'mailbox-run-r1', 'session-planner'],
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
    follows: [
      deadLettered('m1', 'session:coder', WHY),
      ...deathNotice('new-1', 'planner', 'coder', ['m1', 'session:coder']),
      closed('coder', { successorId: 'second' }),
    ],
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
      ...sessions('planner', 'coder', 'heir'),
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:planner', 'session:coder'),
    ],
    limits: { commitEvents: 2 },
    when: close('coder', { successorId: 'heir' }),
    follows: [transferred('m2', 'session:coder', 'heir', WHY), closed('coder', { successorId: 'heir' })],
    steps: [
      [event('session-coder', 'SessionClosing', { sessionId: 'coder', outcome: 'done', successorId: 'heir' })],
      [transferred('m1', 'session:coder', 'heir', WHY)],
    ],
  },
  {
    name: 'the dead letters of one sender are one move, with the notice of them',
    given: [
      ...sessions('planner', 'tester', 'coder'),
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:tester', 'session:coder'),
      ...mail('m3', 'session:planner', 'session:coder'),
    ],
    limits: { commitEvents: 5 },
    when: close('coder'),
    follows: [
      deadLettered('m2', 'session:coder', WHY),
      ...deathNotice('new-5', 'tester', 'coder', ['m2', 'session:coder']),
      closed(),
    ],
    steps: [
      [event('session-coder', 'SessionClosing', { sessionId: 'coder', outcome: 'done' })],
      [
        deadLettered('m1', 'session:coder', WHY),
        deadLettered('m3', 'session:coder', WHY),
        ...deathNotice('new-2', 'planner', 'coder', ['m1', 'session:coder'], ['m3', 'session:coder']),
      ],
    ],
  },
  {
    name: 'more dead letters of one sender than a commit holds go in several, each with a notice of its own',
    given: [
      ...sessions('planner', 'coder'),
      ...['m1', 'm2', 'm3'].flatMap((id) => mail(id, 'session:planner', 'session:coder')),
    ],
    limits: { commitEvents: 5 },
    when: close('coder'),
    follows: [
      deadLettered('m3', 'session:coder', WHY),
      ...deathNotice('new-5', 'planner', 'coder', ['m3', 'session:coder']),
      closed(),
    ],
    steps: [
      [event('session-coder', 'SessionClosing', { sessionId: 'coder', outcome: 'done' })],
      [
        deadLettered('m1', 'session:coder', WHY),
        deadLettered('m2', 'session:coder', WHY),
        ...deathNotice('new-2', 'planner', 'coder', ['m1', 'session:coder'], ['m2', 'session:coder']),
      ],
    ],
  },
  {
    name: 'where a commit holds no more than one dead letter with its notice and the end, each goes by itself',
    given: [
      ...sessions('planner', 'coder'),
      ...['m1', 'm2'].flatMap((id) => mail(id, 'session:planner', 'session:coder')),
    ],
    limits: { commitEvents: 4 },
    when: close('coder'),
    follows: [
      deadLettered('m2', 'session:coder', WHY),
      ...deathNotice('new-5', 'planner', 'coder', ['m2', 'session:coder']),
      closed(),
    ],
    steps: [
      [event('session-coder', 'SessionClosing', { sessionId: 'coder', outcome: 'done' })],
      [deadLettered('m1', 'session:coder', WHY), ...deathNotice('new-2', 'planner', 'coder', ['m1', 'session:coder'])],
    ],
  },
  {
    name: 'a run that ends with it reads nothing any more: its session hears of the dead letters that it wrote',
    given: [
      open('coder'),
      open('helper', { parentSessionId: 'coder' }),
      start('r1', 'coder'),
      start('r2', 'helper', { parentRunId: 'r1' }),
      start('r3', 'helper'),
      ...mail('m1', 'run:r2', 'session:coder'),
      ...mail('m2', 'run:r3', 'session:coder'),
    ],
    when: close('coder', { force: true }),
    follows: [
      event('run-r2', 'RunFailed', { runId: 'r2', sessionId: 'helper', reason: 'lost', error: WHY }),
      event('run-r1', 'ChildRunSettled', { runId: 'r1', childRunId: 'r2', outcome: 'failed' }),
      messageSent('new-2', 'run:r2', ['session:coder'], {
        address: 'run:r1',
        kind: 'result',
        subject: 'run r2 failed',
        body: `lost: ${WHY}`,
        data: { runId: 'r2', outcome: 'failed' },
      }),
      deadLettered('new-2', 'session:coder', 'session coder is closed'),
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'coder', reason: 'lost', error: WHY }),
      deadLettered('m1', 'session:coder', WHY),
      ...deathNotice('new-3', 'helper', 'coder', ['m1', 'session:coder']),
      deadLettered('m2', 'session:coder', WHY),
      // One that lives on hears of it itself.
      messageSent('new-4', 'operator', ['run:r3'], {
        address: 'run:r3',
        kind: 'notice',
        subject: 'message m2 to session:coder is a dead letter',
        body: `${WHY}; the operator can requeue or discard them: baton dead list`,
        data: { reason: WHY, letters: [{ messageId: 'm2', mailbox: 'session:coder' }] },
      }),
      delivered('new-4', ['run:r3', 'helper']),
      closed(),
    ],
  },
  {
    name: 'a hundred dead letters of one sender are told in one notice, what is more in another',
    given: [
      ...sessions('planner', 'coder'),
      ...Array.from({ length: 101 }, () => ({
        by: by('planner'),
        command: { type: 'SendMessage', to: 'coder', body: 'hello' } as const,
      })),
    ],
    when: { type: 'CloseSession', sessionId: 'planner', outcome: 'done', successorId: 'coder' },
    follows: [closed('planner', { successorId: 'coder' })],
    async sees({ hub }) {
      await hub.send({ type: 'OpenSession', sessionId: 'watcher' })
      for (let i = 0; i < 101; i++) {
        // oxlint-disable-next-line no-await-in-loop -- in order
        await hub.as(by('watcher')).send({ type: 'SendMessage', to: 'coder', body: 'hello' })
      }
      await hub.send(close('coder'))
      const notices = await hub.inbox('watcher').list()
      expect(notices.map(({ subject }) => subject)).toEqual([
        '100 messages are dead letters',
        expect.stringMatching(/^message id-\d+ to session:coder is a dead letter$/),
      ])
    },
  },
  {
    name: 'whoever wrote to itself, is gone, or is Baton, hears of no dead letters',
    given: [
      ...sessions('planner', 'coder', 'gone'),
      start('r1', 'coder'),
      ...mail('m1', 'session:coder', 'session:coder'),
      ...mail('m2', 'run:r1', 'session:coder'),
      ...mail('m3', 'session:gone', 'session:coder'),
      messageSent('m4', 'session:planner', ['session:coder'], {
        address: 'session:coder',
        body: 'it is yours',
        kind: 'handoff',
      }) as Fact,
      delivered('m4', 'session:coder') as Fact,
      complete('r1'),
      close('gone'),
    ],
    when: close('coder'),
    follows: [
      deadLettered('m1', 'session:coder', WHY),
      deadLettered('m2', 'session:coder', WHY),
      deadLettered('m3', 'session:coder', WHY),
      deadLettered('m4', 'session:coder', WHY),
      closed(),
    ],
  },
  {
    name: 'where its sender is gone its successor hears of a dead letter; so does the operator',
    given: [
      ...sessions('planner', 'coder', 'heir'),
      start('r1', 'planner'),
      ...mail('m1', 'run:r1', 'session:coder'),
      ...mail('m2', 'operator', 'session:coder'),
      complete('r1'),
      close('planner', { successorId: 'heir' }),
    ],
    when: close('coder'),
    follows: [
      deadLettered('m1', 'session:coder', WHY),
      ...deathNotice('new-2', 'heir', 'coder', ['m1', 'session:coder']).map((each) =>
        each.type === 'MessageSent' ? { ...each, data: { ...(each.data as object), address: 'run:r1' } } : each,
      ),
      deadLettered('m2', 'session:coder', WHY),
      messageSent('new-3', 'operator', ['operator'], {
        address: 'operator',
        kind: 'notice',
        subject: 'message m2 to session:coder is a dead letter',
        body: `${WHY}; the operator can requeue or discard them: baton dead list`,
        data: { reason: WHY, letters: [{ messageId: 'm2', mailbox: 'session:coder' }] },
      }),
      delivered('new-3', 'operator'),
      closed(),
    ],
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
    limits: { commitEvents: 5 },
    when: close('coder', { outcome: 'lost' }),
    follows: [
      event('run-r1', 'RunFailed', { runId: 'r1', sessionId: 'coder', reason: 'lost', error: WHY }),
      deadLettered('m1', 'session:coder', WHY),
      ...deathNotice('new-2', 'planner', 'coder', ['m1', 'session:coder']),
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
