/** Groups in addresses: their coordinator, their members, and who is related by one. */
import { expect } from 'vitest'
import type { Actor } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { event, type Case, type Expected } from './cases.ts'
import { disband, form, G1, team } from './group-setting.ts'
import { by, close, closing, complete, deadLettered, delivered, mail, messageSent, start, type Box } from './setting.ts'

const STREAM = `group-${G1}`
const mailboxOf = (box: Box): string => (typeof box === 'string' ? box : box[0])
const vacated = close('planner')

const send = (to: string) => ({ type: 'SendMessage', to, body: 'hello' }) as const

function sent(from: string, to: string, ...boxes: readonly Box[]): Expected[] {
  return [
    messageSent('new-1', from, boxes.map(mailboxOf), { address: to, body: 'hello' }),
    ...boxes.map((box) => delivered('new-1', box)),
  ]
}

const toCoordinator: readonly Case[] = [
  {
    name: 'to the coordinator of a group of one’s own tree, which it relies on',
    given: [...team, form('g1', 'stranger')],
    as: by('coder'),
    when: send('coordinator@group:g1'),
    follows: sent('session:coder', 'coordinator@group:g1', 'session:planner'),
    on: ['session-coder', 'session-planner', STREAM],
  },
  {
    name: 'to the coordinator of a group of another tree',
    given: team,
    as: by('stranger'),
    when: send(`coordinator@group:${G1}`),
    follows: sent('session:stranger', `coordinator@group:${G1}`, 'session:planner'),
  },
  {
    name: 'to the coordinator of a group of another tree, that of any session of it',
    given: team,
    as: by('stranger'),
    when: send('coordinator@group:coder/g1'),
    follows: sent('session:stranger', 'coordinator@group:coder/g1', 'session:planner'),
  },
  {
    name: 'to the coordinator of the only group of a name, by the operator',
    given: team,
    when: send('coordinator@group:g1'),
    follows: sent('operator', 'coordinator@group:g1', 'session:planner'),
    on: ['session-planner', STREAM],
  },
  {
    name: 'to the coordinator of the only group of a name that was not disbanded, by the operator',
    given: [...team, form('g1', 'stranger'), { type: 'DisbandGroup', group: 'stranger/g1' }],
    when: send('coordinator@group:g1'),
    follows: sent('operator', 'coordinator@group:g1', 'session:planner'),
    on: ['session-planner', STREAM],
  },
  {
    name: 'to whoever coordinates it now',
    given: [...team, { type: 'TransferCoordinator', group: G1, to: 'tester' }],
    when: send(`coordinator@group:${G1}`),
    follows: sent('operator', `coordinator@group:${G1}`, 'session:tester'),
  },
  {
    name: 'to the coordinator where the seat is vacant',
    given: [...team, vacated],
    when: send(`coordinator@group:${G1}`),
    rejects: 'NO_RECIPIENTS',
    details: { group: G1, vacatedBy: 'planner' },
  },
  {
    name: 'to a coordinator that is being closed',
    given: [...team, closing('planner')],
    when: send(`coordinator@group:${G1}`),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'to the coordinator of a group that never was: the nearest are told',
    given: team,
    as: by('coder'),
    when: send('coordinator@group:g2'),
    rejects: 'UNKNOWN_GROUP',
    details: { group: 'planner/g2', nearest: [G1] },
  },
  {
    name: 'to the coordinator of a disbanded group',
    given: [...team, disband],
    when: send(`coordinator@group:${G1}`),
    rejects: 'GROUP_DISBANDED',
  },
  {
    name: 'to the coordinator of a name that groups of two trees have, by the operator',
    given: [...team, form('g1', 'stranger')],
    when: send('coordinator@group:g1'),
    rejects: 'AMBIGUOUS_ADDRESS',
    details: { groups: [G1, 'stranger/g1'] },
  },
  ...['coordinator@group:a/b/c', 'coordinator@group:../x', 'coordinator@group:/g1', 'coordinator@group:planner/'].map(
    (to): Case => ({
      name: `to ${to}, which is none`,
      given: team,
      when: send(to),
      rejects: 'BAD_ADDRESS',
      details: { address: to },
    }),
  ),
  { name: `to group:${G1}, which means several`, given: team, when: send(`group:${G1}`), rejects: 'BAD_ADDRESS' },
]

const broadcast = (to = 'group:g1', more: object = {}) => ({ type: 'Broadcast', to, body: 'hello', ...more }) as const
const wide = [
  ...team,
  start('r1', 'tester'),
  ...['tester', 'run:r1'].map((member) => ({ type: 'AddMember', group: G1, member }) as const),
]
const CODER = 'session:coder'
const TESTER = 'session:tester'
const R1 = ['run:r1', 'tester'] as const

const toGroup: readonly Case[] = [
  {
    name: 'to a group, by its coordinator: sessions and runs; it relies on the group and on all of them',
    given: wide,
    as: by('planner'),
    when: broadcast(),
    follows: sent('session:planner', 'group:g1', CODER, TESTER, R1),
    on: ['session-planner', 'session-coder', 'session-tester', 'run-r1', STREAM],
  },
  {
    name: 'to a group, by a member, which is left out',
    given: wide,
    as: by('coder'),
    when: broadcast(),
    follows: sent('session:coder', 'group:g1', TESTER, R1),
  },
  {
    name: 'to a group, by a member, with it',
    given: wide,
    as: by('coder'),
    when: broadcast('group:g1', { includeSelf: true }),
    follows: sent('session:coder', 'group:g1', CODER, TESTER, R1),
  },
  {
    name: 'to a group, by a run that is a member: it and its session are left out',
    given: wide,
    as: by('tester', 'r1'),
    when: broadcast(),
    follows: sent('run:r1', 'group:g1', CODER),
  },
  {
    name: 'to a group of another tree, by the session of a member run',
    given: [...team, start('r9', 'stranger'), { type: 'AddMember', group: G1, member: 'run:r9' }],
    as: by('stranger'),
    when: broadcast(`group:${G1}`),
    follows: sent('session:stranger', `group:${G1}`, CODER, ['run:r9', 'stranger']),
  },
  {
    name: 'to a group, by the operator: whoever has closed, is being closed or has ended is no recipient',
    given: [
      ...wide,
      start('r2', 'coder'),
      { type: 'AddMember', group: G1, member: 'run:r2' },
      complete('r1'),
      closing('coder'),
    ],
    when: broadcast(),
    follows: sent('operator', 'group:g1', TESTER),
    on: ['session-coder', 'session-tester', 'run-r1', 'run-r2', STREAM],
  },
  {
    name: 'to a group with a vacant seat, by a member',
    given: [...wide, vacated],
    as: by('coder'),
    when: broadcast(),
    follows: sent('session:coder', 'group:g1', TESTER, R1),
  },
  {
    name: 'to a group with nobody but oneself',
    given: team,
    as: by('coder'),
    when: broadcast(),
    rejects: 'NO_RECIPIENTS',
    details: { members: [CODER] },
  },
  {
    name: 'to a group by one that is no member',
    given: wide,
    as: by('stranger'),
    when: broadcast(`group:${G1}`),
    rejects: 'NOT_PARTICIPANT',
    details: { group: G1, sessionId: 'stranger' },
  },
  {
    name: 'to a group with a vacant seat, by who had it',
    given: [...wide, vacated, { type: 'ReopenSession', sessionId: 'planner' }],
    as: by('planner'),
    when: broadcast(),
    rejects: 'NOT_PARTICIPANT',
  },
  {
    name: 'to a group of no such name',
    given: team,
    as: by('planner'),
    when: broadcast('group:g2'),
    rejects: 'UNKNOWN_GROUP',
  },
  {
    name: 'to a disbanded group',
    given: [...wide, disband],
    as: by('planner'),
    when: broadcast(),
    rejects: 'GROUP_DISBANDED',
  },
  {
    name: 'to a name that groups of two trees have, by the operator',
    given: [...wide, form('g1', 'stranger')],
    when: broadcast(),
    rejects: 'AMBIGUOUS_ADDRESS',
  },
  { name: 'to group:a/b/c, which is none', given: team, when: broadcast('group:a/b/c'), rejects: 'BAD_ADDRESS' },
  {
    name: 'to a coordinator, which is no set',
    given: team,
    when: broadcast('coordinator@group:g1'),
    rejects: 'BAD_ADDRESS',
  },
]

interface Related {
  readonly name: string
  readonly given: readonly Given[]
  readonly as?: Actor
}

const STRANGER_JOINS = { type: 'AddMember', group: G1, member: 'stranger' } as const
const r5 = start('r5', 'coder')

/** Who may write to run r5 of the coder, from another tree. */
const related: readonly Related[] = [
  { name: 'both are members of a group', given: [STRANGER_JOINS] },
  {
    name: 'one by a run of its',
    given: [start('r9', 'stranger'), { type: 'AddMember', group: G1, member: 'run:r9' }],
    as: by('stranger', 'r9'),
  },
  {
    name: 'one coordinates the group of the other',
    given: [{ type: 'TransferCoordinator', group: G1, to: 'stranger' }],
  },
  { name: 'both are members of the second group of one', given: [form('g2', 'planner', 'stranger', 'coder')] },
  {
    name: 'both are in a group of a third tree, the addressed one by its run',
    given: [
      { type: 'OpenSession', sessionId: 'third' },
      form('g1', 'third', 'stranger', 'run:r5'),
      { type: 'RemoveMember', group: G1, member: 'coder' },
    ],
  },
]

const unrelated: readonly Related[] = [
  { name: 'a group that was disbanded', given: [STRANGER_JOINS, disband] },
  { name: 'a group of one alone', given: [form('g2', 'stranger', 'stranger')] },
  {
    name: 'one that has left the group',
    given: [STRANGER_JOINS, { type: 'RemoveMember', group: G1, member: 'stranger' }],
  },
  {
    name: 'one that coordinates it no more',
    given: [
      { type: 'TransferCoordinator', group: G1, to: 'stranger' },
      { type: 'TransferCoordinator', group: G1, to: 'planner' },
    ],
  },
  {
    name: 'where of two memberships in the group both were ended',
    given: [
      start('r9', 'stranger'),
      STRANGER_JOINS,
      { type: 'AddMember', group: G1, member: 'run:r9' },
      { type: 'RemoveMember', group: G1, member: 'stranger' },
      { type: 'RemoveMember', group: G1, member: 'run:r9' },
    ],
  },
]

const relations: readonly Case[] = [
  ...related.map(({ name, given, as = by('stranger') }): Case => ({
    name: `to a run of another tree, where ${name}`,
    given: [...team, r5, ...given],
    as,
    when: send('run:r5'),
    follows: sent(as.run === undefined ? 'session:stranger' : `run:${as.run}`, 'run:r5', ['run:r5', 'coder']),
  })),
  {
    name: 'to a run of another tree, where one of two memberships is left',
    given: [
      ...team,
      r5,
      start('r9', 'stranger'),
      STRANGER_JOINS,
      { type: 'AddMember', group: G1, member: 'run:r9' },
      { type: 'RemoveMember', group: G1, member: 'run:r9' },
    ],
    as: by('stranger'),
    when: send('run:r5'),
    follows: sent('session:stranger', 'run:r5', ['run:r5', 'coder']),
  },
  ...unrelated.map(({ name, given, as = by('stranger') }): Case => ({
    name: `to a run of another tree, with ${name}`,
    given: [...team, r5, ...given],
    as,
    when: send('run:r5'),
    rejects: 'UNRELATED',
  })),
]

const dead = [
  ...team,
  ...mail('m1', 'session:planner', 'session:stranger').slice(0, 1),
  deadLettered('m1', 'session:stranger', 'gone') as Given,
]
const requeue = (to: string) => ({ type: 'RequeueDeadLetter', messageId: 'm1', to }) as const

const requeueing: readonly Case[] = [
  {
    name: 'to the coordinator of a group, which it relies on',
    given: dead,
    when: requeue('coordinator@group:g1'),
    follows: [
      event('mailbox-session-stranger', 'DeadLetterRequeued', {
        messageId: 'm1',
        mailbox: 'session:stranger',
        sessionId: 'stranger',
        to: 'session:planner',
        toSessionId: 'planner',
      }),
    ],
    on: ['mailbox-session-stranger', 'session-planner', STREAM],
    async sees({ hub }) {
      expect(await hub.inbox('planner').count()).toBe(1)
    },
  },
  {
    name: 'to the coordinator of a disbanded group',
    given: [...dead, disband],
    when: requeue('coordinator@group:g1'),
    rejects: 'GROUP_DISBANDED',
  },
  {
    name: 'to the coordinator of a name that groups of two trees have',
    given: [...dead, form('g1', 'stranger')],
    when: requeue('coordinator@group:g1'),
    rejects: 'AMBIGUOUS_ADDRESS',
  },
  {
    name: 'to a coordinator’s vacant seat',
    given: [...dead, vacated],
    when: requeue('coordinator@group:g1'),
    rejects: 'NO_RECIPIENTS',
  },
]

export const groupAddressCases: readonly Case[] = [...toCoordinator, ...toGroup, ...relations, ...requeueing]
