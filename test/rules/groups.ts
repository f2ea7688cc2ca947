/** Groups: formed once and for good, their members, and who coordinates them. */
import { expect } from 'vitest'
import type { Actor, Command } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { event, type Case, type Expected } from './cases.ts'
import {
  cancel,
  cancelledRound,
  disband,
  dispatch,
  form,
  G1,
  items,
  ROUND,
  settle,
  settled,
  team,
} from './group-setting.ts'
import { by, close, closing, complete, LONG, open, start } from './setting.ts'

const A_DAY = 86_400_000
const tree = team.slice(0, 4)
const STREAM = `group-${G1}`
const formed = { groupId: G1, name: 'g1', rootSessionId: 'planner', coordinator: 'planner', members: [] }
const member = (id: string) => ({ member: `session:${id}`, sessionId: id })

/** Who coordinated it has closed, and is open again. */
const vacant = [...team, close('planner'), { type: 'ReopenSession', sessionId: 'planner' } as const]

interface Taker {
  readonly name: string
  readonly given?: readonly Given[]
  /** The operator, if nobody is named. */
  readonly as?: Actor
  readonly when: Command
}

const again: Command = { type: 'FormGroup', name: 'g1' }

const takers: readonly (Taker & { readonly to: string })[] = [
  { name: 'who left it', as: by('planner'), when: again, to: 'planner' },
  { name: 'who left it, which names itself', as: by('planner'), when: form('g1', 'planner'), to: 'planner' },
  { name: 'a member', as: by('coder'), when: again, to: 'coder' },
  { name: 'the operator, for who left it', when: form('g1', 'planner'), to: 'planner' },
  { name: 'the operator, for anybody who is open', when: form(G1, 'stranger'), to: 'stranger' },
]

const noTakers: readonly Taker[] = [
  { name: 'one that is no member', as: by('tester'), when: again },
  { name: 'a member, for another one', as: by('coder'), when: form('g1', 'planner') },
  { name: 'the operator, for nobody', when: again },
  {
    name: 'the operator, for one that has closed',
    given: [...vacant, close('tester')],
    when: form('g1', 'tester'),
  },
  {
    name: 'who had it before the last one',
    given: [
      ...vacant,
      { by: by('coder'), command: { type: 'TransferCoordinator', group: G1, to: 'coder' } },
      close('coder'),
    ],
    as: by('planner'),
    when: again,
  },
]

const forming: readonly Case[] = [
  {
    name: 'again by the operator, by the name of the only one that was not disbanded',
    given: [...team, form('g1', 'stranger'), { type: 'DisbandGroup', group: 'stranger/g1' }],
    when: again,
    follows: [event(STREAM, 'GroupFormed', { ...formed, members: [member('coder')] })],
  },
  {
    name: 'of sessions and runs, coordinated by whoever forms it; it relies on all of them',
    given: [...tree, start('r1', 'tester'), open('s1', { label: 'the helper' })],
    as: by('planner'),
    when: { type: 'FormGroup', name: 'g1', members: ['coder', 'session:stranger', 'run:r1', 'the helper'] },
    follows: [
      event(STREAM, 'GroupFormed', {
        ...formed,
        members: [member('coder'), member('stranger'), { member: 'run:r1', sessionId: 'tester' }, member('s1')],
      }),
    ],
    on: ['session-planner', 'session-coder', 'session-stranger', 'session-tester', 'session-s1', 'run-r1', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({
        id: G1,
        status: 'formed',
        coordinator: 'planner',
        members: ['session:coder', 'session:stranger', 'run:r1', 'session:s1'],
        rounds: 0,
      })
    },
  },
  {
    name: 'by a session below: it is its root session’s, and whoever is named coordinates it',
    given: tree,
    as: by('coder'),
    when: form('g1', 'tester', 'coder', 'session:coder'),
    follows: [event(STREAM, 'GroupFormed', { ...formed, coordinator: 'tester', members: [member('coder')] })],
    on: ['session-coder', 'session-tester', STREAM],
    async sees({ hub }) {
      expect(await hub.as(by('tester')).group('g1')).toMatchObject({ id: G1 })
    },
  },
  {
    name: 'by a run: its session coordinates it',
    given: [...tree, start('r1', 'coder')],
    as: by('coder', 'r1'),
    when: { type: 'FormGroup', name: 'g1' },
    follows: [event(STREAM, 'GroupFormed', { ...formed, coordinator: 'coder' })],
    on: ['session-coder', 'run-r1', STREAM],
  },
  {
    name: 'by the operator: it is the coordinator’s root session’s',
    given: tree,
    when: form('g1', 'coder'),
    follows: [event(STREAM, 'GroupFormed', { ...formed, coordinator: 'coder' })],
    on: ['session-coder', STREAM],
  },
  {
    name: 'whose it is can be said, by any session of the tree',
    given: tree,
    when: form('coder/g1', 'stranger'),
    follows: [event(STREAM, 'GroupFormed', { ...formed, coordinator: 'stranger' })],
    on: ['session-stranger', STREAM],
  },
  {
    name: 'by a session that says whose it is: its own root session’s',
    given: tree,
    as: by('coder'),
    when: { type: 'FormGroup', name: 'planner/g1' },
    follows: [event(STREAM, 'GroupFormed', { ...formed, coordinator: 'coder' })],
  },
  {
    name: 'the same name a day later: the same group, as it is now, whatever is asked of it',
    given: [
      ...team,
      { type: 'AddMember', group: G1, member: 'stranger' },
      { type: 'TransferCoordinator', group: G1, to: 'tester' },
      close('coder'),
    ],
    passed: A_DAY,
    as: by('planner'),
    when: form('g1', 'planner', 'tester', 'coder', 'session:nobody'),
    follows: [event(STREAM, 'GroupFormed', { ...formed, members: [member('coder')] })],
    async sees({ hub, receipt }) {
      expect(receipt.duplicate).toBe(true)
      expect(await hub.group(G1)).toMatchObject({
        coordinator: 'tester',
        members: ['session:coder', 'session:stranger'],
        formedAt: '2025-12-31T00:00:00.000Z',
      })
      expect(await hub.groups()).toHaveLength(1)
    },
  },
  {
    name: 'the same name a day later, by the operator, who says whose it is',
    given: team,
    passed: A_DAY,
    when: { type: 'FormGroup', name: G1 },
    follows: [event(STREAM, 'GroupFormed', { ...formed, members: [member('coder')] })],
    async sees({ receipt }) {
      expect(receipt.duplicate).toBe(true)
    },
  },
  {
    name: 'the same name a day later, by the operator, whose coordinator has closed',
    given: [...team, close('planner')],
    when: form('g1', 'planner'),
    follows: [event(STREAM, 'GroupFormed', { ...formed, members: [member('coder')] })],
    async sees({ hub, receipt }) {
      expect(receipt.duplicate).toBe(true)
      expect(await hub.group(G1)).toMatchObject({ vacatedBy: 'planner' })
    },
  },
  {
    name: 'the same name a day later, by the operator, for whom the only group of that name is meant',
    given: team,
    when: { type: 'FormGroup', name: 'g1' },
    follows: [event(STREAM, 'GroupFormed', { ...formed, members: [member('coder')] })],
    async sees({ receipt }) {
      expect(receipt.duplicate).toBe(true)
    },
  },
  {
    name: 'the name of groups of two trees, by the operator, who names no coordinator',
    given: [...team, form('g1', 'stranger')],
    when: { type: 'FormGroup', name: 'g1' },
    rejects: 'INVALID_COMMAND',
    details: { path: 'coordinator' },
  },
  ...takers.map(({ name, as, when, to }): Case => ({
    name: `again with a vacant seat, by ${name}: it takes the seat`,
    given: vacant,
    ...(as !== undefined && { as }),
    when,
    follows: [event(STREAM, 'CoordinatorChanged', { groupId: G1, to })],
    on: [`session-${to}`, STREAM],
    async sees({ hub, receipt }) {
      expect(receipt.duplicate).toBe(false)
      expect(await hub.group(G1)).toMatchObject({ coordinator: to, members: ['session:coder'] })
      expect(await hub.group(G1)).not.toHaveProperty('vacatedBy')
    },
  })),
  ...noTakers.map(({ name, given = vacant, as, when }): Case => ({
    name: `again with a vacant seat, by ${name}: it stays as it is`,
    given,
    ...(as !== undefined && { as }),
    when,
    follows: [event(STREAM, 'GroupFormed', { ...formed, members: [member('coder')] })],
    async sees({ hub, receipt }) {
      expect(receipt.duplicate).toBe(true)
      expect(await hub.group(G1)).not.toHaveProperty('coordinator')
    },
  })),
  {
    name: 'the same name in another tree: another group',
    given: team,
    as: by('stranger'),
    when: { type: 'FormGroup', name: 'g1' },
    follows: [
      event('group-stranger/g1', 'GroupFormed', {
        groupId: 'stranger/g1',
        name: 'g1',
        rootSessionId: 'stranger',
        coordinator: 'stranger',
        members: [],
      }),
    ],
    async sees({ hub, receipt }) {
      expect(receipt.duplicate).toBe(false)
      expect((await hub.groups()).map(({ id }) => id)).toEqual([G1, 'stranger/g1'])
      expect(await hub.as(by('coder')).group('g1')).toMatchObject({ id: G1 })
    },
  },
  {
    name: 'of as many as the limit',
    given: tree,
    limits: { members: 2 },
    when: form('g1', 'planner', 'coder', 'coder', 'tester'),
    follows: [event(STREAM, 'GroupFormed', { ...formed, members: [member('coder'), member('tester')] })],
  },
  {
    name: 'of more than the limit',
    given: tree,
    limits: { members: 1 },
    when: form('g1', 'planner', 'coder', 'tester'),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 1, size: 2 },
  },
  {
    name: 'again, once it was disbanded',
    given: [...team, { type: 'DisbandGroup', group: G1, reason: 'done' }],
    as: by('planner'),
    when: { type: 'FormGroup', name: 'g1' },
    rejects: 'GROUP_DISBANDED',
    details: { group: G1, reason: 'done', at: '2026-01-01T00:00:00.000Z' },
  },
  {
    name: 'in another tree',
    given: tree,
    as: by('planner'),
    when: { type: 'FormGroup', name: 'stranger/g1' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'in the tree of a session that never was: the nearest are told',
    given: tree,
    when: form('plannr/g1', 'planner'),
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['planner'] },
  },
  {
    name: 'by the operator, who names no coordinator',
    given: tree,
    when: { type: 'FormGroup', name: 'g1' },
    rejects: 'INVALID_COMMAND',
    details: { path: 'coordinator' },
  },
  {
    name: 'by the operator, who says whose it is, and names no coordinator',
    given: tree,
    when: { type: 'FormGroup', name: G1 },
    rejects: 'INVALID_COMMAND',
    details: { path: 'coordinator' },
  },
  {
    name: 'coordinated by a run',
    given: [...tree, start('r1', 'planner')],
    when: form('planner/g1', 'run:r1'),
    rejects: 'BAD_ADDRESS',
  },
  {
    name: 'coordinated by a closed session',
    given: [...tree, close('coder')],
    when: form('g1', 'coder'),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'coordinated by a label that two have',
    given: [...tree, open('s1', { label: 'helper' }), open('s2', { label: 'helper' })],
    when: form('g1', 'helper'),
    rejects: 'AMBIGUOUS_ADDRESS',
  },
  ...['task:t1', 'operator', 'group:g2', 'parent', 'owner@task:t1'].map((address): Case => ({
    name: `of ${address}, which is no session and no run`,
    given: tree,
    when: form('g1', 'planner', address),
    rejects: 'BAD_ADDRESS',
    details: { address },
  })),
  {
    name: 'of a run of another tree',
    given: [...tree, start('r1', 'stranger')],
    as: by('planner'),
    when: { type: 'FormGroup', name: 'g1', members: ['run:r1'] },
    rejects: 'UNRELATED',
  },
  {
    name: 'of a session that is being closed',
    given: [...tree, closing('coder')],
    when: form('g1', 'planner', 'coder'),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'of a session that never was',
    given: tree,
    when: form('g1', 'planner', 'nobody'),
    rejects: 'UNKNOWN_SESSION',
  },
  {
    name: 'of a run that has ended',
    given: [...tree, start('r1', 'coder'), complete('r1')],
    when: form('g1', 'planner', 'run:r1'),
    rejects: 'RUN_TERMINAL',
  },
  { name: 'of a run that never was', given: tree, when: form('g1', 'planner', 'run:r1'), rejects: 'UNKNOWN_RUN' },
]

const add = (address: string, group = G1) => ({ type: 'AddMember', group, member: address }) as const
const remove = (address: string, group = G1) => ({ type: 'RemoveMember', group, member: address }) as const
const added = (joining: { member: string; sessionId: string }) =>
  event(STREAM, 'MemberAdded', { groupId: G1, ...joining })
const removed = (leaving: { member: string; sessionId: string }) =>
  event(STREAM, 'MemberRemoved', { groupId: G1, ...leaving })

const members: readonly Case[] = [
  {
    name: 'a session, by the coordinator, which names its own root session’s group',
    given: team,
    as: by('planner'),
    when: add('tester', 'g1'),
    follows: [added(member('tester'))],
    on: ['session-planner', 'session-tester', STREAM],
    async sees({ hub }) {
      expect((await hub.group(G1))?.members).toEqual(['session:coder', 'session:tester'])
    },
  },
  {
    name: 'a run of whatever tree, by the operator, for whom the only group of that name is meant',
    given: [...team, start('r1', 'stranger')],
    when: add('run:r1', 'g1'),
    follows: [added({ member: 'run:r1', sessionId: 'stranger' })],
    on: ['session-stranger', 'run-r1', STREAM],
  },
  {
    name: 'a run of the coordinator’s tree, in a group that is named by a session of the tree',
    given: [...team, start('r1', 'tester')],
    as: by('planner'),
    when: add('run:r1', 'coder/g1'),
    follows: [added({ member: 'run:r1', sessionId: 'tester' })],
  },
  { name: 'one that is a member', given: team, as: by('planner'), when: add('session:coder'), follows: [] },
  {
    name: 'as many as the limit',
    given: team,
    limits: { members: 2 },
    when: add('tester'),
    follows: [added(member('tester'))],
  },
  {
    name: 'more than the limit',
    given: team,
    limits: { members: 1 },
    when: add('tester'),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 1, size: 2 },
  },
  { name: 'the operator', given: team, when: add('operator'), rejects: 'BAD_ADDRESS' },
  {
    name: 'a run of another tree',
    given: [...team, start('r1', 'stranger')],
    as: by('planner'),
    when: add('run:r1'),
    rejects: 'UNRELATED',
  },
  { name: 'a closed session', given: [...team, close('tester')], when: add('tester'), rejects: 'SESSION_CLOSED' },
  {
    name: 'a run that has ended',
    given: [...team, start('r1', 'coder'), complete('r1')],
    when: add('run:r1'),
    rejects: 'RUN_TERMINAL',
  },
  {
    name: 'one, by the coordinator, by its bare id',
    given: team,
    as: by('planner'),
    when: remove('coder'),
    follows: [removed(member('coder'))],
    on: ['session-planner', STREAM],
    async sees({ hub }) {
      expect((await hub.group(G1))?.members).toEqual([])
    },
  },
  {
    name: 'itself, by a member',
    given: team,
    as: by('coder'),
    when: remove('session:coder', 'g1'),
    follows: [removed(member('coder'))],
    on: ['session-coder', STREAM],
  },
  {
    name: 'its own run, by a session that is no member itself',
    given: [...team, start('r1', 'tester'), add('run:r1')],
    as: by('tester'),
    when: remove('run:r1'),
    follows: [removed({ member: 'run:r1', sessionId: 'tester' })],
  },
  {
    name: 'one that has closed',
    given: [...team, close('coder')],
    when: remove('coder'),
    follows: [removed(member('coder'))],
  },
  {
    name: 'a run that has ended',
    given: [...team, start('r1', 'tester'), add('run:r1'), complete('r1')],
    when: remove('run:r1'),
    follows: [removed({ member: 'run:r1', sessionId: 'tester' })],
  },
  {
    name: 'one that is none',
    given: team,
    as: by('planner'),
    when: remove('tester'),
    rejects: 'NOT_PARTICIPANT',
    details: { member: 'session:tester', members: ['session:coder'] },
  },
  { name: 'one that left', given: [...team, remove('coder')], when: remove('coder'), rejects: 'NOT_PARTICIPANT' },
  {
    name: 'another member, by a member',
    given: [...team, add('tester')],
    as: by('coder'),
    when: remove('tester'),
    rejects: 'NOT_COORDINATOR',
  },
  {
    name: 'itself, by one that is no member',
    given: team,
    as: by('tester'),
    when: remove('tester'),
    rejects: 'NOT_COORDINATOR',
  },
]

const transfer = (to: string, more: object = {}) => ({ type: 'TransferCoordinator', group: G1, to, ...more }) as const
const changed = (to: string, more: { from?: string; reason?: string } = { from: 'planner' }) =>
  event(STREAM, 'CoordinatorChanged', { groupId: G1, to, ...more })

const coordinating: readonly Case[] = [
  {
    name: 'by the coordinator, to any session; it relies on it',
    given: team,
    as: by('planner'),
    when: transfer('stranger', { reason: 'it is late' }),
    follows: [changed('stranger', { from: 'planner', reason: 'it is late' })],
    on: ['session-planner', 'session-stranger', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ coordinator: 'stranger' })
      // The seat goes with it: closing the one that had it leaves it where it is.
      await hub.send(close('planner'))
      expect(await hub.group(G1)).toMatchObject({ coordinator: 'stranger' })
      await hub.send(close('stranger'))
      expect(await hub.group(G1)).not.toHaveProperty('coordinator')
    },
  },
  { name: 'to who coordinates it', given: team, as: by('planner'), when: transfer('planner'), follows: [] },
  {
    name: 'by the operator',
    given: team,
    when: transfer('coder'),
    follows: [changed('coder')],
    on: ['session-coder', STREAM],
  },
  {
    name: 'a vacant seat, taken by a member',
    given: [...team, close('planner')],
    as: by('coder'),
    when: transfer('coder', { group: 'g1' }),
    follows: [changed('coder', {})],
    on: ['session-coder', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ coordinator: 'coder' })
      expect(await hub.group(G1)).not.toHaveProperty('vacatedBy')
    },
  },
  {
    name: 'a vacant seat, given away by the session of a member run',
    given: [...team, start('r1', 'tester'), add('run:r1'), close('planner')],
    as: by('tester'),
    when: transfer('stranger'),
    follows: [changed('stranger', {})],
  },
  {
    name: 'a vacant seat, taken back by who left it, who is no member',
    given: vacant,
    as: by('planner'),
    when: transfer('planner'),
    follows: [changed('planner', {})],
    on: ['session-planner', STREAM],
  },
  { name: 'by a member', given: team, as: by('coder'), when: transfer('coder'), rejects: 'NOT_COORDINATOR' },
  {
    name: 'a vacant seat, by one that is no member',
    given: [...team, close('planner')],
    as: by('tester'),
    when: transfer('tester'),
    rejects: 'NOT_COORDINATOR',
  },
  {
    name: 'a vacant seat, by who had it before the last one',
    given: [...vacant, { by: by('coder'), command: transfer('coder') }, close('coder')],
    as: by('planner'),
    when: transfer('planner'),
    rejects: 'NOT_COORDINATOR',
  },
  { name: 'to a run', given: [...team, start('r1', 'coder')], when: transfer('run:r1'), rejects: 'BAD_ADDRESS' },
  { name: 'to a closed session', given: [...team, close('coder')], when: transfer('coder'), rejects: 'SESSION_CLOSED' },
  { name: 'to a session that never was', given: team, when: transfer('nobody'), rejects: 'UNKNOWN_SESSION' },
  { name: 'with too long a reason', given: team, when: transfer('coder', { reason: LONG }), rejects: 'LIMIT_EXCEEDED' },
]

const closingSessions: readonly Case[] = [
  {
    name: 'the seats that it coordinates from fall vacant, whoever its successor is',
    given: [
      ...team,
      form('planner/g2', 'stranger'),
      form('g3', 'planner'),
      { type: 'DisbandGroup', group: 'planner/g2' },
    ],
    when: close('planner', { successorId: 'tester' }),
    follows: [
      event(STREAM, 'CoordinatorVacated', { groupId: G1, from: 'planner', reason: 'session planner was closed' }),
      event('group-planner/g3', 'CoordinatorVacated', {
        groupId: 'planner/g3',
        from: 'planner',
        reason: 'session planner was closed',
      }),
      event('session-planner', 'SessionClosed', { sessionId: 'planner', outcome: 'done', successorId: 'tester' }),
    ],
    on: ['session-planner', 'session-tester', STREAM, 'group-planner/g3'],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ vacatedBy: 'planner' })
      expect(await hub.group(G1)).not.toHaveProperty('coordinator')
    },
  },
  {
    name: 'who coordinated a disbanded group leaves no seat there',
    given: [...team, disband],
    when: close('planner'),
    follows: [event('session-planner', 'SessionClosed', { sessionId: 'planner', outcome: 'done' })],
    on: ['session-planner'],
  },
  {
    name: 'a member of a group goes on being one, also once it is open again',
    given: team,
    when: close('coder'),
    follows: [event('session-coder', 'SessionClosed', { sessionId: 'coder', outcome: 'done' })],
    on: ['session-coder'],
    async sees({ hub }) {
      expect((await hub.group(G1))?.members).toEqual(['session:coder'])
    },
  },
]

const disbanding: readonly Case[] = [
  {
    name: 'by the coordinator, for good',
    given: [...team, start('r1', 'tester'), add('run:r1')],
    as: by('planner'),
    when: { ...disband, reason: 'it is done' } as Command,
    follows: [
      event(STREAM, 'GroupDisbanded', {
        groupId: G1,
        reason: 'it is done',
        coordinator: 'planner',
        members: [member('coder'), { member: 'run:r1', sessionId: 'tester' }],
      }),
    ],
    on: ['session-planner', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ status: 'disbanded', reason: 'it is done' })
    },
  },
  {
    name: 'by the operator, between two rounds, with nobody in the seat',
    given: [...team, dispatch(items('a')), cancel, close('planner')],
    when: disband,
    follows: [event(STREAM, 'GroupDisbanded', { groupId: G1, members: [member('coder')] })],
    on: [STREAM],
  },
  {
    name: 'with a round open',
    given: [...team, dispatch(items('a'))],
    when: disband,
    rejects: 'ROUND_OPEN',
    details: { group: G1, round: 1 },
  },
  { name: 'with too long a reason', given: team, when: { ...disband, reason: LONG }, rejects: 'LIMIT_EXCEEDED' },
]

/** What is refused with every group that is named. */
const ASKED = [
  add('tester'),
  remove('coder'),
  transfer('tester'),
  disband,
  dispatch(items('a')),
  { type: 'SettleItem', group: G1, itemId: 'a', outcome: 'ok' },
  { type: 'CheckpointGroup', group: G1, label: 'half' },
  cancel,
] as const satisfies readonly Command[]

const ofAny = ASKED.flatMap((when): Case[] => [
  {
    name: 'a group that never was: the nearest are told',
    given: team,
    when: { ...when, group: 'planner/g2' },
    rejects: 'UNKNOWN_GROUP',
    details: { group: 'planner/g2', nearest: [G1] },
  },
  {
    name: 'a group of a root session that never was',
    given: team,
    when: { ...when, group: 'nobody/g1' },
    rejects: 'UNKNOWN_GROUP',
    details: { group: 'nobody/g1' },
  },
  {
    name: 'a name that no group has, by the operator',
    given: team,
    when: { ...when, group: 'g2' },
    rejects: 'UNKNOWN_GROUP',
    details: { group: 'g2' },
  },
  {
    name: 'the name of a group of another tree',
    given: team,
    as: by('stranger'),
    when: { ...when, group: 'g1' },
    rejects: 'UNKNOWN_GROUP',
    details: { group: 'stranger/g1' },
  },
  {
    name: 'a name that groups of two trees have, by the operator',
    given: [...team, form('g1', 'stranger')],
    when: { ...when, group: 'g1' },
    rejects: 'AMBIGUOUS_ADDRESS',
    details: { groups: [G1, 'stranger/g1'] },
  },
  { name: 'a disbanded group', given: [...team, disband], as: by('planner'), when, rejects: 'GROUP_DISBANDED' },
])

const notCoordinator = ASKED.filter(({ type }) => type !== 'SettleItem').map((when): Case => ({
  name: 'by a session that has nothing to do with the group',
  given: [...team, dispatch(items('a'))],
  as: by('stranger'),
  when,
  rejects: 'NOT_COORDINATOR',
  details: { group: G1, coordinator: 'planner' },
}))

/** They rely on the acting run as on its session. */
const commanded: readonly (readonly [Command, Expected])[] = [
  [remove('coder'), removed(member('coder'))],
  [transfer('coder'), changed('coder')],
  [
    { type: 'CheckpointGroup', group: G1, label: 'half' },
    event(STREAM, 'GroupCheckpointed', { ...ROUND, label: 'half', settled: [], pending: ['a', 'b'] }),
  ],
  [settle('a'), settled('a')],
  [cancel, cancelledRound()],
  [disband, event(STREAM, 'GroupDisbanded', { groupId: G1, coordinator: 'planner', members: [member('coder')] })],
]
const byRuns = commanded.map(([when, follows]): Case => ({
  name: 'by a run of the coordinator’s',
  given: [...team, start('r1', 'planner'), ...(when === disband ? [] : [dispatch(items('a', 'b'))])],
  as: by('planner', 'r1'),
  when,
  follows: [follows],
  on: ['session-planner', 'run-r1', ...(when.type === 'TransferCoordinator' ? ['session-coder'] : []), STREAM],
}))

const nobodyCoordinates = ASKED.filter(
  ({ type }) => !['SettleItem', 'RemoveMember', 'TransferCoordinator'].includes(type),
).flatMap((when): Case[] => [
  {
    name: 'by a member, while nobody coordinates the group',
    given: [...team, dispatch(items('a')), close('planner')],
    as: by('coder'),
    when,
    rejects: 'NOT_COORDINATOR',
  },
])

export const groupCases: readonly Case[] = [
  ...forming,
  ...members,
  ...coordinating,
  ...closingSessions,
  ...disbanding,
  ...ofAny,
  ...notCoordinator,
  ...nobodyCoordinates,
  ...byRuns,
]
