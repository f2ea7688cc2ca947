/** Saying that messages were taken care of. */
import { expect } from 'vitest'
import { mailOf, type Case } from './cases.ts'
import { acknowledged, by, close, complete, mail, open, sessions, start } from './setting.ts'

const given = [
  ...sessions('planner', 'coder'),
  start('r1', 'coder'),
  start('r2', 'coder'),
  ...mail('m1', 'session:planner', 'session:coder'),
  ...mail('m2', 'session:planner', ['run:r1', 'coder']),
]
const ack = (...messageIds: string[]) => ({ type: 'AcknowledgeMessage', messageIds }) as const

export const acknowledgeCases: readonly Case[] = [
  {
    name: 'by a session, its own and its runs’; it relies on its being open, and on no mailbox',
    given,
    as: by('coder'),
    when: ack('m2', 'm1', 'm2'),
    follows: [acknowledged('m2', ['run:r1', 'coder']), acknowledged('m1', 'session:coder')],
    on: ['session-coder'],
    async sees({ hub }) {
      expect(await mailOf(hub, 'coder')).toEqual([])
      expect(await hub.message('m1')).toMatchObject({ deliveries: { 'session:coder': { state: 'acknowledged' } } })
    },
  },
  {
    name: 'by a run, its own and its session’s',
    given,
    as: by('coder', 'r1'),
    when: ack('m1', 'm2'),
    follows: [acknowledged('m1', 'session:coder'), acknowledged('m2', ['run:r1', 'coder'])],
    on: ['session-coder', 'run-r1'],
  },
  {
    name: 'of a run that has ended, by its session',
    given: [...given, complete('r1')],
    as: by('coder'),
    when: ack('m2'),
    follows: [acknowledged('m2', ['run:r1', 'coder'])],
  },
  {
    name: 'while its session is closing, by the operator: there the mail moves, so its mailbox is relied on',
    given: [
      ...given,
      { type: 'SessionClosing', stream: 'session-coder', data: { sessionId: 'coder', outcome: 'done' } },
    ],
    when: ack('m1'),
    follows: [acknowledged('m1', 'session:coder')],
    on: ['session-coder', 'mailbox-session-coder'],
  },
  {
    name: 'anybody’s, by the operator: wherever it waits',
    given: [...given, ...mail('m3', 'session:planner', 'session:coder', 'operator', 'session:planner')],
    when: ack('m3'),
    follows: [
      acknowledged('m3', 'session:coder'),
      acknowledged('m3', 'operator'),
      acknowledged('m3', 'session:planner'),
    ],
    on: ['session-coder', 'session-planner'],
  },
  {
    name: 'of a broadcast, one’s own alone',
    given: [...given, ...mail('m3', 'operator', 'session:coder', 'session:planner')],
    as: by('planner'),
    when: ack('m3'),
    follows: [acknowledged('m3', 'session:planner')],
    async sees({ hub }) {
      expect(await mailOf(hub, 'coder')).toContain('m3 in session:coder')
    },
  },
  { name: 'again, and nothing happens', given: [...given, ack('m1')], as: by('coder'), when: ack('m1'), follows: [] },
  {
    name: 'what came to a successor',
    given: [...given, open('heir'), close('coder', { force: true, successorId: 'heir' })],
    as: by('heir'),
    when: ack('m2'),
    follows: [acknowledged('m2', 'session:heir')],
  },
  {
    name: 'what has gone to a successor, by whom it was for, who is open again: nothing happens',
    given: [
      ...given,
      open('heir'),
      close('coder', { force: true, successorId: 'heir' }),
      { type: 'ReopenSession', sessionId: 'coder' },
    ],
    as: by('coder'),
    when: ack('m1'),
    follows: [],
  },
  { name: 'one that never was', given, when: ack('m1', 'm9'), rejects: 'UNKNOWN_MESSAGE' },
  {
    name: 'another’s, even the sender’s',
    given,
    as: by('planner'),
    when: ack('m1'),
    rejects: 'NOT_RECIPIENT',
    details: { deliveries: ['session:coder'] },
  },
  {
    name: 'one’s own and another’s: neither',
    given: [...given, ...mail('m3', 'operator', 'session:planner')],
    as: by('planner'),
    when: ack('m3', 'm1'),
    rejects: 'NOT_RECIPIENT',
  },
  {
    name: 'more than a thousand at once',
    given,
    when: ack(...Array.from({ length: 1_001 }, () => 'm1')),
    rejects: 'LIMIT_EXCEEDED',
  },
  { name: 'none', given, when: ack(), rejects: 'INVALID_COMMAND' },
]
