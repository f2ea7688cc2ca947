/** A message to every member of a set, recorded once per recipient. */
import { expect } from 'vitest'
import type { Actor } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { IN_A_MINUTE, MINUTE_AGO, type Case } from './cases.ts'
import {
  by,
  close,
  closeTask,
  closing,
  complete,
  create,
  delivered,
  LONG,
  mail,
  messageSent,
  open,
  sessions,
  start,
  task,
  undeliverable,
  type Box,
} from './setting.ts'

const given = [...sessions('planner', 'coder', 'tester'), task('t1', { participants: ['planner', 'coder', 'tester'] })]
const tell = (more: object = {}) => ({ type: 'Broadcast', to: 'task:t1', body: 'hello', ...more }) as const

const sent = (from: string, to: readonly string[], more: object = {}) =>
  messageSent('new-1', from, to, { address: 'task:t1', body: 'hello', taskId: 't1', ...more })

const taskWide: readonly Case[] = [
  {
    name: 'to a task: all but the sender; it relies on the task and on all of its participants',
    given,
    as: by('planner'),
    when: tell(),
    follows: [
      sent('session:planner', ['session:coder', 'session:tester']),
      delivered('new-1', 'session:coder'),
      delivered('new-1', 'session:tester'),
    ],
    on: ['session-planner', 'session-coder', 'session-tester', 'task-t1'],
  },
  {
    name: 'to a task, by a run: its own session is left out, too',
    given: [...given, start('r1', 'planner')],
    as: by('planner', 'r1'),
    when: tell(),
    follows: [
      sent('run:r1', ['session:coder', 'session:tester']),
      delivered('new-1', 'session:coder'),
      delivered('new-1', 'session:tester'),
    ],
    on: ['session-planner', 'run-r1', 'session-coder', 'session-tester', 'task-t1'],
  },
  {
    name: 'to a task, the sender with it, with everything',
    given: [...given, ...mail('m1', 'session:coder', 'session:planner')],
    as: by('planner'),
    when: tell({
      includeSelf: true,
      kind: 'question',
      subject: 'the lexer',
      data: [1],
      inReplyTo: 'm1',
      replyBy: IN_A_MINUTE,
      expiresAt: IN_A_MINUTE,
    }),
    follows: [
      sent('session:planner', ['session:planner', 'session:coder', 'session:tester'], {
        kind: 'question',
        subject: 'the lexer',
        data: [1],
        inReplyTo: 'm1',
        threadId: 'm1',
        replyBy: IN_A_MINUTE,
        expiresAt: IN_A_MINUTE,
      }),
      delivered('new-1', 'session:planner'),
      delivered('new-1', 'session:coder'),
      delivered('new-1', 'session:tester'),
    ],
  },
  {
    name: 'to a task, by the operator, who takes no part: about another one',
    given: [...given, task('t2')],
    when: tell({ task: 't2' }),
    follows: [
      sent('operator', ['session:planner', 'session:coder', 'session:tester'], { taskId: 't2' }),
      delivered('new-1', 'session:planner'),
      delivered('new-1', 'session:coder'),
      delivered('new-1', 'session:tester'),
    ],
  },
  {
    name: 'to a task, one of whose participants is being closed: not to that one',
    given: [...given, closing('coder')],
    as: by('planner'),
    when: tell(),
    follows: [sent('session:planner', ['session:tester']), delivered('new-1', 'session:tester')],
    on: ['session-planner', 'session-coder', 'session-tester', 'task-t1'],
  },
  {
    name: 'a full mailbox gets nothing, which is recorded in the same commit; the others do',
    given: [...given, ...mail('m1', 'operator', 'session:coder')],
    limits: { inbox: 1 },
    as: by('planner'),
    when: tell(),
    follows: [
      sent('session:planner', ['session:coder', 'session:tester']),
      undeliverable('new-1', 'session:coder', 'inbox full'),
      delivered('new-1', 'session:tester'),
    ],
    async sees({ hub }) {
      expect(await hub.deadLetters()).toMatchObject([{ mailbox: 'session:coder', reason: 'inbox full' }])
    },
  },
  {
    name: 'with `requireAll`, where all have room',
    given,
    as: by('planner'),
    when: tell({ requireAll: true }),
    follows: [
      sent('session:planner', ['session:coder', 'session:tester']),
      delivered('new-1', 'session:coder'),
      delivered('new-1', 'session:tester'),
    ],
  },
  {
    name: 'to nobody, where that is fine: it is kept all the same',
    given: [open('planner'), task('t1', { participants: ['planner'] })],
    as: by('planner'),
    when: tell({ allowEmpty: true }),
    follows: [sent('session:planner', [])],
  },
]

/** Sessions s1 > (s2 > s4, s3) and, in them, runs r1 > (r2 > r4, r3). */
const tree: readonly Given[] = [
  open('s1'),
  open('s2', { parentSessionId: 's1' }),
  open('s3', { parentSessionId: 's1' }),
  open('s4', { parentSessionId: 's2' }),
  start('r1', 's1'),
  start('r2', 's2', { parentRunId: 'r1' }),
  create('r3', 's3', { parentRunId: 'r1' }),
  start('r4', 's4', { parentRunId: 'r2' }),
]
type Family = readonly [who: Actor, to: string, recipients: readonly Box[], more?: readonly Given[]]
const families: readonly Family[] = [
  [by('s1'), 'children', ['session:s2', 'session:s3']],
  [by('s1'), 'descendants', ['session:s2', 'session:s3', 'session:s4']],
  [by('s2'), 'siblings', ['session:s3']],
  [by('s4'), 'ancestors', ['session:s2', 'session:s1']],
  [by('s1'), 'children', ['session:s3'], [close('s2', { force: true })]],
  [
    by('s1', 'r1'),
    'children',
    [
      ['run:r2', 's2'],
      ['run:r3', 's3'],
    ],
  ],
  [
    by('s1', 'r1'),
    'descendants',
    [
      ['run:r2', 's2'],
      ['run:r3', 's3'],
      ['run:r4', 's4'],
    ],
  ],
  [by('s2', 'r2'), 'siblings', [['run:r3', 's3']]],
  [
    by('s4', 'r4'),
    'ancestors',
    [
      ['run:r2', 's2'],
      ['run:r1', 's1'],
    ],
  ],
  [by('s1', 'r1'), 'descendants', [['run:r3', 's3']], [complete('r4'), complete('r2')]],
  [by('s1', 'r1'), 'children', [['run:r2', 's2']], [closing('s3')]],
]

const relatives = families.map(([who, to, recipients, more = []]): Case => {
  const mailboxes = recipients.map((box) => (typeof box === 'string' ? box : box[0]))
  const from = who.run === undefined ? `session:${who.id}` : `run:${who.run}`
  return {
    name: `to the ${to} of ${from}: ${mailboxes.join(' ')}`,
    given: [...tree, ...more],
    as: who,
    when: { type: 'Broadcast', to, body: 'hello' },
    follows: [
      messageSent('new-1', from, mailboxes, { address: to, body: 'hello' }),
      ...recipients.map((box) => delivered('new-1', box)),
    ],
  }
})

const refused: readonly Case[] = [
  ...['coder', 'session:coder', 'run:r1', 'owner@task:t1', 'operator', 'parent', 'root'].map((to): Case => ({
    name: `to ${to}, which is one`,
    given,
    as: by('planner'),
    when: tell({ to }),
    rejects: 'BAD_ADDRESS',
  })),
  ...['children', 'siblings', 'descendants', 'ancestors'].map((to): Case => ({
    name: `to the ${to} of the operator`,
    given,
    when: tell({ to }),
    rejects: 'BAD_ADDRESS',
  })),
  ...['task:', 'task:../x', 'group:', 'all:t1'].map((to): Case => ({
    name: `to ${to}, which is none`,
    given,
    when: tell({ to }),
    rejects: 'BAD_ADDRESS',
  })),
  {
    name: 'to a task that never was',
    given,
    when: tell({ to: 'task:t2' }),
    rejects: 'UNKNOWN_TASK',
    details: { nearest: ['t1'] },
  },
  { name: 'about a task that never was', given, when: tell({ task: 't2' }), rejects: 'UNKNOWN_TASK' },
  { name: 'to a group that never was', given, when: tell({ to: 'group:g1' }), rejects: 'UNKNOWN_GROUP' },
  { name: 'in answer to what never was', given, when: tell({ inReplyTo: 'm1' }), rejects: 'UNKNOWN_MESSAGE' },
  { name: 'to a closed task', given: [...given, closeTask('t1')], when: tell(), rejects: 'TASK_CLOSED' },
  {
    name: 'to a task that one takes no part in',
    given: [...given, open('stranger')],
    as: by('stranger'),
    when: tell(),
    rejects: 'NOT_PARTICIPANT',
  },
  {
    name: 'to a task in which nobody else takes part',
    given: [open('planner'), task('t1', { participants: ['planner'] })],
    as: by('planner'),
    when: tell(),
    rejects: 'NO_RECIPIENTS',
    details: { members: ['session:planner'] },
  },
  {
    name: 'to children that are not there',
    given,
    as: by('planner'),
    when: tell({ to: 'children' }),
    rejects: 'NO_RECIPIENTS',
  },
  { name: 'to siblings of a root', given, as: by('planner'), when: tell({ to: 'siblings' }), rejects: 'NO_RECIPIENTS' },
  {
    name: 'with `requireAll`, where one has no room: which is told, and nobody gets it',
    given: [...given, ...mail('m1', 'operator', 'session:coder')],
    limits: { inbox: 1 },
    as: by('planner'),
    when: tell({ requireAll: true }),
    rejects: 'INBOX_FULL',
    details: { mailboxes: ['session:coder'], limit: 1 },
  },
  {
    name: 'too large a body',
    given,
    limits: { payloadBytes: 4 },
    when: tell(),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 4, size: 5 },
  },
  { name: 'too long a subject', given, when: tell({ subject: LONG }), rejects: 'LIMIT_EXCEEDED' },
  {
    name: 'to more than a commit holds',
    given: tree.slice(0, 4),
    limits: { commitEvents: 3 },
    as: by('s1'),
    when: tell({ to: 'descendants' }),
    rejects: 'LIMIT_EXCEEDED',
  },
  ...['handoff', 'result', 'dispatch', 'notice'].map((kind): Case => ({
    name: `of kind ${kind}, which is Baton’s own`,
    given,
    when: tell({ kind }),
    rejects: 'INVALID_COMMAND',
  })),
  { name: 'with a deadline that has passed', given, when: tell({ replyBy: MINUTE_AGO }), rejects: 'INVALID_COMMAND' },
]

export const broadcastCases: readonly Case[] = [...taskWide, ...relatives, ...refused]
