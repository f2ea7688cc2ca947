/** What a run says while it is at work: how far it is, and how things stand. */
import { expect } from 'vitest'
import { event, type Case } from './cases.ts'
import { by, complete, create, LONG, open, sessions, start, write } from './setting.ts'

const given = [open('planner'), start('r1', 'planner')]
const report = (percent: number) => ({ type: 'ReportProgress', runId: 'r1', percent }) as const

export const progressCases: readonly Case[] = [
  {
    name: 'how far it is, in what, at which cost',
    given,
    as: by('planner', 'r1'),
    when: { type: 'ReportProgress', runId: 'r1', percent: 40, step: '2 of 5', label: 'tests', usage: { tokens: 900 } },
    follows: [
      event('work-r1', 'RunProgressed', {
        runId: 'r1',
        percent: 40,
        step: '2 of 5',
        label: 'tests',
        usage: { tokens: 900 },
      }),
    ],
    on: ['session-planner', 'run-r1', 'work-r1'],
  },
  {
    name: 'a step alone needs to know no figure: it relies on no other report',
    given: [...given, report(40)],
    when: { type: 'ReportProgress', runId: 'r1', step: '3 of 5' },
    follows: [event('work-r1', 'RunProgressed', { runId: 'r1', step: '3 of 5' })],
    on: ['run-r1'],
    async sees({ hub }) {
      expect(await hub.runs.get('r1')).toMatchObject({ progress: { percent: 40, step: '3 of 5' } })
    },
  },
  {
    name: 'the same figure again',
    given: [...given, report(40)],
    when: report(40),
    follows: [event('work-r1', 'RunProgressed', { runId: 'r1', percent: 40 })],
  },
  {
    name: 'a run that has not begun is live, too',
    given: [open('planner'), create('r1', 'planner')],
    when: report(0),
    follows: [event('work-r1', 'RunProgressed', { runId: 'r1', percent: 0 })],
  },
  {
    name: 'less than before',
    given: [...given, report(40)],
    when: report(39),
    rejects: 'INVALID_TRANSITION',
    details: { from: 40, to: 39 },
  },
  { name: 'more than all', given, when: report(101), rejects: 'INVALID_COMMAND' },
  {
    name: 'by another session',
    given: [...given, ...sessions('coder')],
    as: by('coder'),
    when: report(1),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'too large a usage',
    given,
    limits: { payloadBytes: 20 },
    when: { type: 'ReportProgress', runId: 'r1', usage: { tokens: 'a'.repeat(20) } },
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 20, size: 33 },
  },
  {
    name: 'too long a step',
    given,
    when: { type: 'ReportProgress', runId: 'r1', step: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
  { name: 'of a run that has ended', given: [...given, complete('r1')], when: report(1), rejects: 'RUN_TERMINAL' },

  {
    name: 'its own writes as they are now',
    given: [...given, write('run', 'r1', { done: 1 })],
    as: by('planner', 'r1'),
    when: { type: 'CheckpointRun', runId: 'r1', label: 'half', result: { done: 1 } },
    follows: [event('work-r1', 'RunCheckpointed', { runId: 'r1', label: 'half', result: { done: 1 } })],
    on: ['session-planner', 'run-r1', 'work-r1'],
    async sees({ hub }) {
      expect(await hub.runs.get('r1')).toMatchObject({ checkpoints: ['half'] })
    },
  },
  {
    name: 'a second one, with another label',
    given: [...given, { type: 'CheckpointRun', runId: 'r1', label: 'half' }],
    when: { type: 'CheckpointRun', runId: 'r1', label: 'whole' },
    follows: [event('work-r1', 'RunCheckpointed', { runId: 'r1', label: 'whole' })],
  },
  {
    name: 'a label that is there',
    given: [...given, { type: 'CheckpointRun', runId: 'r1', label: 'half' }],
    when: { type: 'CheckpointRun', runId: 'r1', label: 'half' },
    rejects: 'INVALID_TRANSITION',
    details: { label: 'half' },
  },
  {
    name: 'a checkpoint by another session',
    given: [...given, ...sessions('coder')],
    as: by('coder'),
    when: { type: 'CheckpointRun', runId: 'r1', label: 'half' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'too large a result on the way',
    given,
    limits: { payloadBytes: 20 },
    when: { type: 'CheckpointRun', runId: 'r1', label: 'half', result: 'a'.repeat(20) },
    rejects: 'PAYLOAD_TOO_LARGE',
  },
  {
    name: 'a checkpoint of a run that has ended',
    given: [...given, complete('r1')],
    when: { type: 'CheckpointRun', runId: 'r1', label: 'half' },
    rejects: 'RUN_TERMINAL',
  },
]
