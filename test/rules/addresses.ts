/** Where a message goes: every address that means one mailbox. */
import type { Actor } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { type Case } from './cases.ts'
import {
  by,
  close,
  closing,
  complete,
  create,
  delivered,
  fail,
  messageSent,
  open,
  sessions,
  start,
  task,
  type Box,
} from './setting.ts'

/** Two sessions of one tree with runs below each other, and a stranger. */
const tree: readonly Given[] = [
  open('planner', { label: 'the planner' }),
  open('coder', { parentSessionId: 'planner', label: 'the coder' }),
  open('stranger'),
  start('r1', 'planner'),
  start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' }),
  start('r3', 'coder', { parentRunId: 'r2' }),
]
const TREE_STREAM = 'session-planner'

interface Way {
  readonly name: string
  readonly given?: readonly Given[]
  readonly as?: Actor
  readonly to: string
  readonly at: Box
  /** Beside the actor's own streams. */
  readonly relies?: readonly string[]
}

const mailboxOf = (box: Box): string => (typeof box === 'string' ? box : box[0])
const fromOf = (as: Actor | undefined): string =>
  as === undefined ? 'operator' : as.run === undefined ? `session:${as.id}` : `run:${as.run}`

const streamsOf = (as: Actor | undefined): string[] =>
  as === undefined ? [] : [`session-${as.id}`, ...(as.run === undefined ? [] : [`run-${as.run}`])]

const ways: readonly Way[] = [
  { name: 'a session by its id', to: 'session:coder', at: 'session:coder', relies: ['session-coder'] },
  { name: 'a session by its bare id', to: 'coder', at: 'session:coder' },
  { name: 'a session by its label', to: 'the coder', at: 'session:coder', relies: ['session-coder'] },
  {
    name: 'a label that two have, of whom one is open',
    given: [open('s1', { label: 'helper' }), open('s2', { label: 'helper' }), close('s1')],
    to: 'helper',
    at: 'session:s2',
  },
  {
    name: 'an id rather than a label',
    given: [open('s1', { label: 'coder' })],
    to: 'coder',
    at: 'session:coder',
  },
  { name: 'any session, of whatever tree', as: by('stranger'), to: 'coder', at: 'session:coder' },
  { name: 'the operator', as: by('coder'), to: 'operator', at: 'operator', relies: [] },
  {
    name: 'a run, by a session of its tree',
    as: by('coder'),
    to: 'run:r1',
    at: ['run:r1', 'planner'],
    relies: ['run-r1', TREE_STREAM],
  },
  {
    name: 'a run that waits',
    given: [{ type: 'SuspendRun', runId: 'r1', reason: 'a question' }],
    to: 'run:r1',
    at: ['run:r1', 'planner'],
  },
  {
    name: 'a run of another tree, by one that shares a task',
    given: [task('t1', { participants: ['stranger', 'planner'] })],
    as: by('stranger'),
    to: 'run:r1',
    at: ['run:r1', 'planner'],
  },
  { name: 'a run of whatever tree, by the operator', to: 'run:r3', at: ['run:r3', 'coder'] },
  {
    name: 'an effect: the live run that serves it',
    as: by('planner'),
    to: 'effect:r1/e1',
    at: ['run:r2', 'coder'],
    relies: ['run-r1', 'run-r2', 'session-coder'],
  },
  {
    name: 'an effect: of several live runs the latest',
    given: [
      start('r4', 'coder', { parentRunId: 'r1', effectId: 'e1' }),
      create('r5', 'planner', { parentRunId: 'r1', effectId: 'e1' }),
    ],
    to: 'effect:r1/e1',
    at: ['run:r5', 'planner'],
  },
  {
    name: 'an effect that nobody serves any more: the run that asked for it',
    given: [fail('r2')],
    to: 'effect:r1/e1',
    at: ['run:r1', 'planner'],
  },
  {
    name: 'an effect that is tried again: the run that tries now',
    given: [fail('r2'), start('r4', 'coder', { parentRunId: 'r1', effectId: 'e1' })],
    to: 'effect:r1/e1',
    at: ['run:r4', 'coder'],
  },
  {
    name: 'the owner of a task, which it relies on',
    given: [task('t1', { owner: 'coder' })],
    as: by('stranger'),
    to: 'owner@task:t1',
    at: 'session:coder',
    relies: ['task-t1', 'session-coder'],
  },
  { name: 'a run’s parent', as: by('coder', 'r3'), to: 'parent', at: ['run:r2', 'coder'] },
  {
    name: 'a run’s root',
    as: by('coder', 'r3'),
    to: 'root',
    at: ['run:r1', 'planner'],
    relies: ['run-r1', TREE_STREAM],
  },
  { name: 'a session’s parent', as: by('coder'), to: 'parent', at: 'session:planner', relies: [TREE_STREAM] },
  {
    name: 'a session’s root',
    given: [open('helper', { parentSessionId: 'coder' })],
    as: by('helper'),
    to: 'root',
    at: 'session:planner',
  },
]

const accepted = ways.map(({ name, given = [], as, to, at, relies }): Case => ({
  name: `to ${name}`,
  given: [...tree, ...given],
  ...(as !== undefined && { as }),
  when: { type: 'SendMessage', to, body: 'hello' },
  follows: [messageSent('new-1', fromOf(as), [mailboxOf(at)], { address: to, body: 'hello' }), delivered('new-1', at)],
  ...(relies !== undefined && { on: [...new Set([...streamsOf(as), ...relies])] }),
}))

interface NoWay extends Omit<Way, 'at' | 'relies'> {
  readonly rejects: Extract<Case, { rejects: unknown }>['rejects']
  readonly details?: Record<string, unknown>
}

const noWays: readonly NoWay[] = [
  ...['children', 'siblings', 'descendants', 'ancestors', 'task:t1', 'group:g1'].map((to): NoWay => ({
    name: `${to}, which means several`,
    as: by('coder'),
    to,
    rejects: 'BAD_ADDRESS',
  })),
  ...[
    'session:../x',
    'run:',
    'effect:r1',
    'effect:r1/e1/x',
    'owner@task:',
    'task:a b',
    'coordinator@group:',
    'mail:coder',
    'session:operator',
    ' ',
    'a\u0000b',
  ].map((to): NoWay => ({
    name: `${JSON.stringify(to)}, which is none`,
    to,
    rejects: 'BAD_ADDRESS',
    details: { address: to },
  })),
  { name: 'the parent of the operator', to: 'parent', rejects: 'BAD_ADDRESS' },
  { name: 'the root of the operator', to: 'root', rejects: 'BAD_ADDRESS' },
  {
    name: 'a label that two open ones have',
    given: [open('s1', { label: 'helper' }), open('s2', { label: 'helper' })],
    to: 'helper',
    rejects: 'AMBIGUOUS_ADDRESS',
    details: { sessions: ['s1', 's2'] },
  },
  {
    name: 'a label that two closed ones had',
    given: [open('s1', { label: 'helper' }), open('s2', { label: 'helper' }), close('s1'), close('s2')],
    to: 'helper',
    rejects: 'AMBIGUOUS_ADDRESS',
  },
  {
    name: 'a name that nobody has: the nearest are told',
    to: 'codr',
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['coder'] },
  },
  {
    name: 'a session that never was',
    to: 'session:stranga',
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['stranger'] },
  },
  {
    name: 'a closed session by its label',
    given: [close('stranger'), open('s1', { label: 'gone' }), close('s1')],
    to: 'gone',
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'an effect that never was: those that are, are told',
    to: 'effect:r1/e2',
    rejects: 'UNKNOWN_EFFECT',
    details: { effects: ['e1'] },
  },
  { name: 'an effect of a run that never was', to: 'effect:r9/e1', rejects: 'UNKNOWN_RUN' },
  {
    name: 'an effect of a run that has ended, which nobody serves',
    given: [complete('r3'), complete('r2'), complete('r1')],
    to: 'effect:r1/e1',
    rejects: 'RUN_TERMINAL',
    details: { runId: 'r1' },
  },
  {
    name: 'the owner of a task that never was',
    given: [task('t1')],
    to: 'owner@task:t2',
    rejects: 'UNKNOWN_TASK',
    details: { nearest: ['t1'] },
  },
  { name: 'the owner of a task that nobody owns', given: [task('t1')], to: 'owner@task:t1', rejects: 'NO_RECIPIENTS' },
  { name: 'the coordinator of a group that never was', to: 'coordinator@group:g1', rejects: 'UNKNOWN_GROUP' },
  {
    name: 'a run of another tree',
    as: by('stranger'),
    to: 'run:r1',
    rejects: 'UNRELATED',
    details: { runId: 'r1', sessionId: 'planner' },
  },
  { name: 'an effect of another tree', as: by('stranger'), to: 'effect:r1/e1', rejects: 'UNRELATED' },
  {
    name: 'a run of one that shared a task, and has left it',
    given: [
      task('t1', { participants: ['stranger', 'planner'] }),
      { type: 'LeaveTask', taskId: 't1', sessionId: 'planner' },
    ],
    as: by('stranger'),
    to: 'run:r1',
    rejects: 'UNRELATED',
  },
  { name: 'the parent of a root run', as: by('planner', 'r1'), to: 'parent', rejects: 'NO_RECIPIENTS' },
  { name: 'the root run, by that one', as: by('planner', 'r1'), to: 'root', rejects: 'NO_RECIPIENTS' },
  { name: 'the parent of a root session', as: by('planner'), to: 'parent', rejects: 'NO_RECIPIENTS' },
  { name: 'the root session, by that one', as: by('planner'), to: 'root', rejects: 'NO_RECIPIENTS' },
  { name: 'a run that has ended', given: [complete('r3')], to: 'run:r3', rejects: 'RUN_TERMINAL' },
  { name: 'a run that never was', to: 'run:r9', rejects: 'UNKNOWN_RUN' },
  { name: 'a run whose session is being closed', given: [closing('coder')], to: 'run:r2', rejects: 'SESSION_CLOSED' },
  {
    name: 'a parent run that has ended',
    given: [start('r4', 'coder', { parentRunId: 'r2', background: true }), complete('r3'), complete('r2')],
    as: by('coder', 'r4'),
    to: 'parent',
    rejects: 'RUN_TERMINAL',
  },
  {
    name: 'a parent session that has closed',
    given: [...sessions('s1'), open('s2', { parentSessionId: 's1' }), close('s1')],
    as: by('s2'),
    to: 'parent',
    rejects: 'SESSION_CLOSED',
  },
]

const refused = noWays.map(({ name, given = [], as, to, rejects, details }): Case => ({
  name: `to ${name}`,
  given: [...tree, ...given],
  ...(as !== undefined && { as }),
  when: { type: 'SendMessage', to, body: 'hello' },
  rejects,
  ...(details !== undefined && { details }),
}))

export const addressCases: readonly Case[] = [...accepted, ...refused]
