/** What a child run starts from: what its parent reads, or given values; once, before it begins, and for good. */
import { expect } from 'vitest'
import { event, type Case, type Expected } from './cases.ts'
import { by, close, complete, create, fail, hashOf, open, sessions, start, write } from './setting.ts'

const family = [open('planner'), start('r1', 'planner'), create('r2', 'planner', { parentRunId: 'r1' })]
const seeded = [...family, { type: 'SeedChildState', childRunId: 'r2', values: { a: 1 } } as const]

/** `versions` and `values` with their keys in order. */
const seed = (values: object, position: number, more: { versions?: Record<string, number>; missing?: string[] } = {}) =>
  event('run-r2', 'ChildStateSeeded', {
    runId: 'r2',
    parentRunId: 'r1',
    values: { ...values },
    hash: hashOf(values),
    position,
    versions: {},
    missing: [],
    ...more,
  }) satisfies Expected

export const seedCases: readonly Case[] = [
  {
    name: 'all that the parent reads: its own, and what falls through to the session’s, at this position',
    given: [
      ...family,
      write('session', 'planner', { a: 1, b: 1 }),
      write('session', 'planner', { a: 2 }),
      write('run', 'r1', { b: 3, c: 4 }),
    ],
    as: by('planner', 'r1'),
    when: { type: 'SeedChildState', childRunId: 'r2' },
    follows: [seed({ a: 2, b: 3, c: 4 }, 10, { versions: { a: 2, b: 1, c: 1 } })],
    on: ['session-planner', 'run-r1', 'run-r2', 'work-r1', 'state-planner'],
    async sees({ hub }) {
      expect(await hub.state('r2').get()).toMatchObject({
        values: { a: 2, b: 3, c: 4 },
        entries: { a: { layer: 'seed', version: 2 } },
      })
    },
  },
  {
    name: 'the seed stays as it is, whatever the parent writes later',
    given: [...seeded, write('run', 'r1', { a: 9 }), write('session', 'planner', { b: 9 })],
    when: { type: 'BeginRun', runId: 'r2' },
    follows: [event('run-r2', 'RunBegan', { runId: 'r2' })],
    async sees({ hub }) {
      expect((await hub.state('r2').get()).values).toEqual({ a: 1 })
    },
  },
  {
    name: 'the keys named with what is below them, without those left out; the missing are told',
    given: [...family, write('session', 'planner', { 'plan.a': 1, 'plan.b': 2, planet: 3, other: 4 })],
    when: { type: 'SeedChildState', childRunId: 'r2', keys: ['plan', 'nothing'], exclude: ['plan.b'] },
    follows: [seed({ 'plan.a': 1 }, 8, { versions: { 'plan.a': 1 }, missing: ['nothing'] })],
  },
  {
    name: 'given values, which rely on nobody’s state',
    given: family,
    as: by('planner'),
    when: { type: 'SeedChildState', childRunId: 'r2', values: { a: { deep: [1] }, b: 2 }, exclude: ['b'] },
    follows: [seed({ a: { deep: [1] } }, 7)],
    on: ['session-planner', 'run-r1', 'run-r2'],
  },
  {
    name: 'an isolated parent passes on its own seed and writes, and nothing of the session’s',
    given: [
      open('planner'),
      start('r0', 'planner'),
      create('r1', 'planner', { parentRunId: 'r0' }),
      { type: 'SeedChildState', childRunId: 'r1', values: { a: 1, b: 1 } },
      write('session', 'planner', { z: 1 }),
      write('run', 'r1', { b: 2 }),
      create('r2', 'planner', { parentRunId: 'r1' }),
    ],
    when: { type: 'SeedChildState', childRunId: 'r2' },
    follows: [seed({ a: 1, b: 2 }, 13, { versions: { a: 0, b: 1 } })],
    on: ['run-r1', 'run-r2', 'work-r1'],
  },
  {
    name: 'nothing is a seed, too',
    given: family,
    when: { type: 'SeedChildState', childRunId: 'r2', keys: [] },
    follows: [seed({}, 7)],
  },
  {
    name: 'a run that is nobody’s child',
    given: family,
    when: { type: 'SeedChildState', childRunId: 'r1' },
    rejects: 'NOT_A_CHILD',
  },
  {
    name: 'another run’s child, by a run of the same session',
    given: [...family, start('r3', 'planner')],
    as: by('planner', 'r3'),
    when: { type: 'SeedChildState', childRunId: 'r2' },
    rejects: 'NOT_A_CHILD',
    details: { parentRunId: 'r1' },
  },
  {
    name: 'itself, by the child',
    given: [...family],
    as: by('planner', 'r2'),
    when: { type: 'SeedChildState', childRunId: 'r2' },
    rejects: 'NOT_A_CHILD',
  },
  {
    name: 'a second time',
    given: seeded,
    when: { type: 'SeedChildState', childRunId: 'r2', values: { a: 1 } },
    rejects: 'ALREADY_SEEDED',
    details: { hash: hashOf({ a: 1 }) },
  },
  {
    name: 'a run that has begun',
    given: [...family, { type: 'BeginRun', runId: 'r2' }],
    when: { type: 'SeedChildState', childRunId: 'r2' },
    rejects: 'SEED_AFTER_START',
    details: { status: 'running' },
  },
  {
    name: 'a run that never began, and has ended',
    given: [...family, fail('r2')],
    when: { type: 'SeedChildState', childRunId: 'r2' },
    rejects: 'SEED_AFTER_START',
    details: { status: 'failed' },
  },
  {
    name: 'by a session that is not the parent’s, be it the child’s own',
    given: [
      open('planner'),
      open('coder', { parentSessionId: 'planner' }),
      start('r1', 'planner'),
      create('r2', 'coder', { parentRunId: 'r1' }),
    ],
    as: by('coder'),
    when: { type: 'SeedChildState', childRunId: 'r2' },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'too large a value',
    given: family,
    limits: { valueBytes: 10 },
    when: { type: 'SeedChildState', childRunId: 'r2', values: { a: 'x'.repeat(10) } },
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { key: 'a', size: 13 },
  },
  {
    name: 'more than a state holds',
    given: family,
    limits: { scopeBytes: 10 },
    when: { type: 'SeedChildState', childRunId: 'r2', values: { a: 'xxx', b: 'xxx' } },
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 10, size: 12 },
  },
  {
    name: 'read and given at once',
    given: family,
    when: { type: 'SeedChildState', childRunId: 'r2', keys: ['a'], values: { a: 1 } },
    rejects: 'INVALID_COMMAND',
  },
  {
    name: 'where the parent has ended',
    given: [
      open('planner'),
      start('r1', 'planner'),
      create('r2', 'planner', { parentRunId: 'r1', background: true }),
      complete('r1'),
    ],
    when: { type: 'SeedChildState', childRunId: 'r2', values: {} },
    rejects: 'RUN_TERMINAL',
    details: { runId: 'r1' },
  },
  {
    name: 'a run that never was',
    given: [...sessions('planner'), close('planner')],
    when: { type: 'SeedChildState', childRunId: 'r2' },
    rejects: 'UNKNOWN_RUN',
  },
]
