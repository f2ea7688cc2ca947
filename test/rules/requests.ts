/** Requests: messages that want a reply in time. That nobody gives one is told by ExpireDue. */
import { expect } from 'vitest'
import { event, idIn, IN_A_MINUTE, MINUTE, MINUTE_AGO, type Case, type Expected } from './cases.ts'
import { by, close, delivered, mail, messageSent, open, sessions, start, task, undeliverable } from './setting.ts'
import type { Given } from '../../src/testing/index.ts'
import type { Fact } from '../../src/index.ts'

/** A request m1 that is told by nobody. */
const asked = (from: string, to: readonly string[], replyBy = IN_A_MINUTE): Given[] => [
  messageSent('m1', from, to, { address: to.join(' '), body: 'which one?', replyBy }) as Fact,
  ...to.map((box) => delivered('m1', box) as Fact),
]
/** Of a session and of a run of its. */
const askedBoth = (from: string): Given[] => [
  ...asked(from, ['session:coder', 'run:r2']).slice(0, 2),
  delivered('m1', ['run:r2', 'coder']) as Fact,
]
const given = [...sessions('planner', 'coder', 'tester'), ...asked('session:planner', ['session:coder'])]
const reply = { type: 'SendMessage', inReplyTo: 'm1', body: 'this one' } as const

const replied = (from: string, to: string, address = to): Expected[] => [
  messageSent('new-1', from, [to], { address, body: 'this one', inReplyTo: 'm1', threadId: 'm1' }),
  delivered('new-1', to),
]
const answered = (mailbox = 'session:planner'): Expected =>
  event(`mailbox-${mailbox.replace(':', '-')}`, 'RequestAnswered', { messageId: 'm1', mailbox, replyId: 'new-1' })

const answeredBy = (replyId: string): Fact => ({
  stream: 'mailbox-session-planner',
  type: 'RequestAnswered',
  data: { messageId: 'm1', mailbox: 'session:planner', replyId },
})

const asking: readonly Case[] = [
  {
    name: 'a reply wanted within a minute is one wanted until then',
    given: sessions('planner', 'coder'),
    as: by('planner'),
    when: { type: 'SendMessage', to: 'coder', body: 'which one?', replyWithinMs: MINUTE },
    follows: [
      messageSent('new-1', 'session:planner', ['session:coder'], {
        address: 'coder',
        body: 'which one?',
        replyBy: IN_A_MINUTE,
      }),
      delivered('new-1', 'session:coder'),
    ],
    async sees({ hub, receipt }) {
      expect(await hub.timers()).toEqual([{ kind: 'requests', at: IN_A_MINUTE, id: idIn(receipt, 'messageId') }])
    },
  },
  {
    name: 'of several, a reply within a minute',
    given: [...sessions('planner', 'coder'), task('t1', { participants: ['planner', 'coder'] })],
    as: by('planner'),
    when: { type: 'Broadcast', to: 'task:t1', body: 'which one?', replyWithinMs: MINUTE },
    follows: [
      messageSent('new-1', 'session:planner', ['session:coder'], {
        address: 'task:t1',
        body: 'which one?',
        taskId: 't1',
        replyBy: IN_A_MINUTE,
      }),
      delivered('new-1', 'session:coder'),
    ],
  },
  ...(
    [
      { type: 'SendMessage', to: 'coder', body: 'which one?' },
      { type: 'Broadcast', to: 'task:t1', body: 'which one?' },
    ] as const
  ).map((when): Case => ({
    name: 'wanted until then and within so long',
    given: [...sessions('planner', 'coder'), task('t1', { participants: ['planner', 'coder'] })],
    when: { ...when, replyBy: IN_A_MINUTE, replyWithinMs: MINUTE },
    rejects: 'INVALID_COMMAND',
    details: { path: 'replyBy' },
  })),
  {
    name: 'wanted within no time',
    given: sessions('coder'),
    when: { type: 'SendMessage', to: 'coder', body: 'which one?', replyWithinMs: 0 },
    rejects: 'INVALID_COMMAND',
  },
]

const answering: readonly Case[] = [
  {
    name: 'the first reply to a request answers it, on the stream of the mailbox that asked',
    given,
    as: by('coder'),
    when: reply,
    follows: [...replied('session:coder', 'session:planner'), answered()],
    on: ['session-coder', 'session-planner'],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([])
      expect((await hub.message('m1'))?.answeredBy).toMatch(/^id-/)
    },
  },
  {
    name: 'the second is a message like any other',
    given: [...given, { by: by('coder'), command: reply }],
    as: by('coder'),
    when: reply,
    follows: replied('session:coder', 'session:planner'),
  },
  {
    name: 'of two replies at once the first in the log has answered it',
    given: [...given, answeredBy('m2'), answeredBy('m3')],
    as: by('coder'),
    when: reply,
    follows: replied('session:coder', 'session:planner'),
    async sees({ hub }) {
      expect(await hub.message('m1')).toMatchObject({ answeredBy: 'm2' })
    },
  },
  {
    name: 'what expired at the same time has not been answered',
    given: [
      ...given,
      {
        stream: 'mailbox-session-planner',
        type: 'RequestExpired',
        data: { messageId: 'm1', mailbox: 'session:planner' },
      },
      answeredBy('m2'),
    ],
    as: by('coder'),
    when: reply,
    follows: replied('session:coder', 'session:planner'),
    async sees({ hub }) {
      expect(await hub.message('m1')).not.toHaveProperty('answeredBy')
    },
  },
  {
    name: 'of several that were asked the first to reply answers',
    given: [
      ...sessions('planner', 'coder', 'tester'),
      ...asked('session:planner', ['session:coder', 'session:tester']),
    ],
    as: by('tester'),
    when: reply,
    follows: [...replied('session:tester', 'session:planner'), answered()],
  },
  {
    name: 'a run of the session that was asked answers, and so does an address',
    given: [...given, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { ...reply, to: 'planner' },
    follows: [...replied('run:r1', 'session:planner', 'planner'), answered()],
  },
  {
    name: 'a run that asked: the answer is written where it asked',
    given: [
      open('planner'),
      open('coder', { parentSessionId: 'planner' }),
      start('r1', 'planner'),
      ...asked('run:r1', ['session:coder']),
    ],
    as: by('coder'),
    when: reply,
    follows: [
      messageSent('new-1', 'session:coder', ['run:r1'], {
        address: 'run:r1',
        body: 'this one',
        inReplyTo: 'm1',
        threadId: 'm1',
      }),
      delivered('new-1', ['run:r1', 'planner']),
      answered('run:r1'),
    ],
  },
  {
    name: 'the operator asked',
    given: [...sessions('coder'), ...asked('operator', ['session:coder'])],
    as: by('coder'),
    when: reply,
    follows: [...replied('session:coder', 'operator'), answered('operator')],
    on: ['session-coder'],
  },
  {
    name: 'a request that has moved: the successor’s reply answers it',
    given: [...given, close('coder', { successorId: 'tester' })],
    as: by('tester'),
    when: reply,
    follows: [...replied('session:tester', 'session:planner'), answered()],
  },
  {
    name: 'a broadcast may be the reply',
    given: [...given, task('t1', { participants: ['planner', 'coder'] })],
    as: by('coder'),
    when: { type: 'Broadcast', to: 'task:t1', body: 'this one', inReplyTo: 'm1' },
    follows: [
      messageSent('new-1', 'session:coder', ['session:planner'], {
        address: 'task:t1',
        body: 'this one',
        taskId: 't1',
        inReplyTo: 'm1',
        threadId: 'm1',
      }),
      delivered('new-1', 'session:planner'),
      answered(),
    ],
  },
  {
    name: 'a reply of somebody who was not asked answers nothing',
    given,
    as: by('tester'),
    when: { ...reply, to: 'planner' },
    follows: replied('session:tester', 'session:planner', 'planner'),
  },
  {
    name: 'what the operator says to a request that it was not asked answers nothing',
    given,
    when: { ...reply, to: 'planner' },
    follows: replied('operator', 'session:planner', 'planner'),
  },
  {
    name: 'the operator was asked: its reply answers',
    given: [...sessions('planner'), ...asked('session:planner', ['operator'])],
    when: reply,
    follows: [...replied('operator', 'session:planner'), answered()],
  },
  {
    name: 'whoever asked says more: the operator',
    given: [...sessions('coder'), start('r2', 'coder'), ...askedBoth('operator')],
    when: { ...reply, to: 'coder' },
    follows: replied('operator', 'session:coder', 'coder'),
  },
  {
    name: 'whoever asked says more: a run that asked its own session and another run of it',
    given: [...sessions('coder'), start('r1', 'coder'), start('r2', 'coder'), ...askedBoth('run:r1')],
    as: by('coder', 'r1'),
    when: { ...reply, to: 'coder' },
    follows: replied('run:r1', 'session:coder', 'coder'),
  },
  {
    name: 'whoever asked says more to itself: that it asked itself, too, makes it no answer',
    given: [...sessions('planner', 'coder'), ...asked('session:planner', ['session:coder', 'session:planner'])],
    as: by('planner'),
    when: { ...reply, to: 'planner' },
    follows: replied('session:planner', 'session:planner', 'planner'),
  },
  {
    name: 'whoever was asked asks somebody else, in the thread: whoever asked has heard nothing',
    given,
    as: by('coder'),
    when: { ...reply, to: 'tester' },
    follows: replied('session:coder', 'session:tester', 'tester'),
  },
  {
    name: 'a reply to the session of the run that asked reaches it',
    given: [...sessions('planner', 'coder'), start('r1', 'planner'), ...asked('run:r1', ['session:coder'])],
    as: by('coder'),
    when: { ...reply, to: 'planner' },
    follows: [...replied('session:coder', 'session:planner', 'planner'), answered('run:r1')],
  },
  {
    name: 'a reply to the heir of the mail of who asked reaches it',
    given: [...given, close('planner', { successorId: 'tester' })],
    as: by('coder'),
    when: { ...reply, to: 'tester' },
    follows: [...replied('session:coder', 'session:tester', 'tester'), answered()],
    on: ['session-coder', 'session-tester', 'session-planner'],
  },
  {
    name: 'a reply to another than the heir does not',
    given: [...given, open('heir'), close('planner', { successorId: 'heir' })],
    as: by('coder'),
    when: { ...reply, to: 'tester' },
    follows: replied('session:coder', 'session:tester', 'tester'),
  },
  {
    name: 'a broadcast that does not reach who asked answers nothing',
    given: [...given, task('t1', { participants: ['tester', 'coder'] })],
    as: by('coder'),
    when: { type: 'Broadcast', to: 'task:t1', body: 'this one', inReplyTo: 'm1' },
    follows: [
      messageSent('new-1', 'session:coder', ['session:tester'], {
        address: 'task:t1',
        body: 'this one',
        taskId: 't1',
        inReplyTo: 'm1',
        threadId: 'm1',
      }),
      delivered('new-1', 'session:tester'),
    ],
  },
  {
    name: 'a broadcast for which the mailbox of who asked is too full answers nothing',
    given: [
      ...given,
      ...mail('m0', 'session:tester', 'session:planner'),
      task('t1', { participants: ['planner', 'tester', 'coder'] }),
    ],
    limits: { inbox: 1 },
    as: by('coder'),
    when: { type: 'Broadcast', to: 'task:t1', body: 'this one', inReplyTo: 'm1' },
    follows: [
      messageSent('new-1', 'session:coder', ['session:planner', 'session:tester'], {
        address: 'task:t1',
        body: 'this one',
        taskId: 't1',
        inReplyTo: 'm1',
        threadId: 'm1',
      }),
      undeliverable('new-1', 'session:planner', 'inbox full'),
      delivered('new-1', 'session:tester'),
    ],
  },
  {
    name: 'to a message that is no request',
    given: [
      ...sessions('planner', 'coder'),
      { by: by('planner'), command: { type: 'SendMessage', to: 'coder', body: 'hello' } },
    ],
    as: by('coder'),
    when: { type: 'SendMessage', to: 'planner', body: 'this one' },
    follows: [
      messageSent('new-1', 'session:coder', ['session:planner'], { address: 'planner', body: 'this one' }),
      delivered('new-1', 'session:planner'),
    ],
  },
  {
    name: 'a reply at the very end of the time answers',
    given: [
      ...sessions('planner', 'coder'),
      ...asked('session:planner', ['session:coder'], '2026-01-01T00:00:00.000Z'),
    ],
    as: by('coder'),
    when: reply,
    follows: [...replied('session:coder', 'session:planner'), answered()],
  },
  {
    name: 'a reply that comes too late answers nothing, whether that was told or not',
    given: [...sessions('planner', 'coder'), ...asked('session:planner', ['session:coder'], MINUTE_AGO)],
    as: by('coder'),
    when: reply,
    follows: replied('session:coder', 'session:planner'),
    async sees({ hub }) {
      const { events } = await hub.send({ type: 'ExpireDue' })
      expect(events.map(({ type }) => type)).toEqual(['RequestExpired', 'MessageSent', 'MessageDelivered'])
      expect(await hub.message('m1')).not.toHaveProperty('answeredBy')
      const again = await hub.as(by('coder')).send(reply)
      expect(again.events.map(({ type }) => type)).toEqual(['MessageSent', 'MessageDelivered'])
    },
  },
]

export const requestCases: readonly Case[] = [...asking, ...answering]
