/** Sending a message: what it says, whom it answers, how large it may be. */
import { expect } from 'vitest'
import { idIn, IN_A_MINUTE, mailOf, MINUTE_AGO, type Case } from './cases.ts'
import {
  by,
  close,
  closing,
  complete,
  delivered,
  LONG,
  mail,
  messageSent,
  open,
  sessions,
  start,
  task,
} from './setting.ts'

const given = sessions('planner', 'coder')
const send = (more: object = {}) => ({ type: 'SendMessage', to: 'session:coder', body: 'hello', ...more }) as const
/** What the planner's message m1 is answered with. */
const answer = (to: string, from = 'session:coder', more: object = {}) =>
  messageSent('new-1', from, [to], { address: to, body: 'hello', inReplyTo: 'm1', threadId: 'm1', ...more })
const reply = { type: 'SendMessage', inReplyTo: 'm1', body: 'hello' } as const

const accepted: readonly Case[] = [
  {
    name: 'sent once, delivered once, in one commit; it relies on both ends and on no mailbox',
    given,
    as: by('planner'),
    when: send(),
    follows: [
      messageSent('new-1', 'session:planner', ['session:coder'], { address: 'session:coder', body: 'hello' }),
      delivered('new-1', 'session:coder'),
    ],
    on: ['session-planner', 'session-coder'],
    async sees({ hub, receipt }) {
      const messageId = idIn(receipt, 'messageId')
      expect(await mailOf(hub, 'coder')).toEqual([`${messageId} in session:coder`])
      expect(await hub.message(messageId)).toMatchObject({ deliveries: { 'session:coder': { state: 'pending' } } })
    },
  },
  {
    name: 'with everything, by a run',
    given: [...given, start('r1', 'planner'), task('t1')],
    as: by('planner', 'r1'),
    when: send({
      task: 't1',
      kind: 'question',
      subject: 'the lexer',
      data: { line: 4 },
      replyBy: IN_A_MINUTE,
      expiresAt: IN_A_MINUTE,
    }),
    follows: [
      messageSent('new-1', 'run:r1', ['session:coder'], {
        address: 'session:coder',
        body: 'hello',
        taskId: 't1',
        kind: 'question',
        subject: 'the lexer',
        data: { line: 4 },
        replyBy: IN_A_MINUTE,
        expiresAt: IN_A_MINUTE,
      }),
      delivered('new-1', 'session:coder'),
    ],
    on: ['session-planner', 'run-r1', 'session-coder'],
  },
  {
    name: 'an answer without an address goes to the session that wrote, in its thread and its task',
    given: [
      ...given,
      task('t1'),
      {
        stream: 'mailbox-session-planner',
        type: 'MessageSent',
        data: {
          messageId: 'm2',
          from: 'session:planner',
          to: ['session:coder'],
          address: 'session:coder',
          body: 'hello',
          kind: 'message',
          threadId: 'm1',
          inReplyTo: 'm1',
          taskId: 't1',
        },
      },
    ],
    as: by('coder'),
    when: { ...reply, inReplyTo: 'm2' },
    follows: [
      answer('session:planner', 'session:coder', { inReplyTo: 'm2', taskId: 't1' }),
      delivered('new-1', 'session:planner'),
    ],
    on: ['session-planner', 'session-coder'],
  },
  {
    name: 'an answer goes to the run that wrote',
    given: [
      open('planner'),
      open('coder', { parentSessionId: 'planner' }),
      start('r1', 'planner'),
      ...mail('m1', 'run:r1', 'session:coder'),
    ],
    as: by('coder'),
    when: reply,
    follows: [answer('run:r1'), delivered('new-1', ['run:r1', 'planner'])],
    on: ['session-coder', 'session-planner', 'run-r1'],
  },
  {
    name: 'an answer goes to the session of the run that wrote, where that has ended',
    given: [...given, start('r1', 'planner'), ...mail('m1', 'run:r1', 'session:coder'), complete('r1')],
    as: by('coder'),
    when: reply,
    follows: [answer('session:planner'), delivered('new-1', 'session:planner')],
  },
  {
    name: 'whoever was written to may answer a run, related or not',
    given: [...given, start('r1', 'planner'), ...mail('m1', 'run:r1', 'session:coder')],
    as: by('coder'),
    when: reply,
    follows: [answer('run:r1'), delivered('new-1', ['run:r1', 'planner'])],
  },
  {
    name: 'an answer goes to the operator, who wrote',
    given: [...given, ...mail('m1', 'operator', 'session:coder')],
    as: by('coder'),
    when: reply,
    follows: [answer('operator'), delivered('new-1', 'operator')],
    on: ['session-coder'],
  },
  {
    name: 'an answer to the system goes to the operator',
    given: [...given, ...mail('m1', 'system', 'session:coder')],
    as: by('coder'),
    when: reply,
    follows: [answer('operator'), delivered('new-1', 'operator')],
  },
  {
    name: 'an answer with an address goes there',
    given: [...given, open('tester'), ...mail('m1', 'session:planner', 'session:coder')],
    as: by('coder'),
    when: { ...reply, to: 'tester' },
    follows: [
      messageSent('new-1', 'session:coder', ['session:tester'], {
        address: 'tester',
        body: 'hello',
        inReplyTo: 'm1',
        threadId: 'm1',
      }),
      delivered('new-1', 'session:tester'),
    ],
  },
  {
    name: 'body and data of just the limit',
    given,
    limits: { payloadBytes: 10 },
    when: send({ body: 'ü'.repeat(3), data: '..' }),
    follows: [
      messageSent('new-1', 'operator', ['session:coder'], { address: 'session:coder', body: 'üüü', data: '..' }),
      delivered('new-1', 'session:coder'),
    ],
  },
  {
    name: 'the last place in a mailbox; acknowledged ones take none, a run’s mail neither',
    given: [
      ...given,
      start('r1', 'coder'),
      ...mail('m1', 'session:planner', 'session:coder'),
      ...mail('m2', 'session:planner', 'session:coder'),
      ...mail('m3', 'session:planner', ['run:r1', 'coder']),
      { type: 'AcknowledgeMessage', messageIds: ['m1'] },
    ],
    limits: { inbox: 2 },
    when: send(),
    follows: [
      messageSent('new-1', 'operator', ['session:coder'], { address: 'session:coder', body: 'hello' }),
      delivered('new-1', 'session:coder'),
    ],
  },
  {
    name: 'the operator’s mailbox is never full',
    given: [...given, ...mail('m1', 'session:planner', 'operator')],
    limits: { inbox: 1 },
    as: by('coder'),
    when: send({ to: 'operator' }),
    follows: [
      messageSent('new-1', 'session:coder', ['operator'], { address: 'operator', body: 'hello' }),
      delivered('new-1', 'operator'),
    ],
  },
]

const refused: readonly Case[] = [
  {
    name: 'to a full mailbox',
    given: [...given, ...mail('m1', 'session:planner', 'session:coder')],
    limits: { inbox: 1 },
    when: send(),
    rejects: 'INBOX_FULL',
    details: { mailboxes: ['session:coder'], limit: 1, size: 1 },
  },
  {
    name: 'body and data over the limit together',
    given,
    limits: { payloadBytes: 10 },
    when: send({ body: 'ü'.repeat(3), data: '...' }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 10, size: 11 },
  },
  {
    name: '64 KiB and a byte, as hubs are',
    given,
    when: send({ body: 'x'.repeat(65_537) }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 65_536, size: 65_537 },
  },
  { name: 'too long a subject', given, when: send({ subject: LONG }), rejects: 'LIMIT_EXCEEDED' },
  ...['handoff', 'result', 'dispatch', 'notice'].map((kind): Case => ({
    name: `of kind ${kind}, which is Baton’s own`,
    given,
    as: by('planner'),
    when: send({ kind }),
    rejects: 'INVALID_COMMAND',
    details: { path: 'kind', kind },
  })),
  { name: 'of a kind that is none', given, when: send({ kind: 'No Kind' }), rejects: 'INVALID_COMMAND' },
  { name: 'with a deadline that has passed', given, when: send({ replyBy: MINUTE_AGO }), rejects: 'INVALID_COMMAND' },
  { name: 'that has expired already', given, when: send({ expiresAt: MINUTE_AGO }), rejects: 'INVALID_COMMAND' },
  {
    name: 'to nobody, in answer to nothing',
    given,
    when: { type: 'SendMessage', body: 'hello' },
    rejects: 'INVALID_COMMAND',
    details: { path: 'to' },
  },
  { name: 'data that JSON cannot hold', given, when: send({ data: { at: new Date(0) } }), rejects: 'INVALID_COMMAND' },
  {
    name: 'about a task that never was: the nearest are told',
    given: [...given, task('parser')],
    when: send({ task: 'parsr' }),
    rejects: 'UNKNOWN_TASK',
    details: { nearest: ['parser'] },
  },
  { name: 'in answer to what never was', given, when: { ...reply }, rejects: 'UNKNOWN_MESSAGE' },
  {
    name: 'a run of another tree, in answer to what another was written',
    given: [...given, open('tester'), start('r1', 'planner'), ...mail('m1', 'run:r1', 'session:coder')],
    as: by('tester'),
    when: { ...reply },
    rejects: 'UNRELATED',
  },
  {
    name: 'in answer to a session that has closed: its successor is told',
    given: [
      ...given,
      open('heir'),
      ...mail('m1', 'session:planner', 'session:coder'),
      close('planner', { successorId: 'heir' }),
    ],
    as: by('coder'),
    when: { ...reply },
    rejects: 'SESSION_CLOSED',
    details: { successor: 'heir' },
  },
  {
    name: 'to a session that is being closed',
    given: [...given, closing('coder')],
    when: send(),
    rejects: 'SESSION_CLOSED',
    details: { status: 'closing' },
  },
]

export const messageCases: readonly Case[] = [...accepted, ...refused]
