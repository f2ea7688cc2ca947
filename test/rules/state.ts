/** Writing shared state: a session tree's, or a run's own. */
import { expect } from 'vitest'
import { event, type Case } from './cases.ts'
import { by, close, complete, open, sessions, start, write } from './setting.ts'

const given = [open('planner'), open('coder', { parentSessionId: 'planner' }), start('r1', 'coder')]
const version = (key: string, expected: number) =>
  ({ type: 'SetState', scope: 'session', id: 'planner', set: { [key]: 9 }, expect: { [key]: expected } }) as const

export const stateCases: readonly Case[] = [
  {
    name: 'a session’s is that of its root session; writers of other keys do not disturb each other',
    given,
    as: by('coder', 'r1'),
    when: { type: 'SetState', scope: 'session', id: 'coder', set: { 'plan.steps': [1, 2], done: false } },
    follows: [
      event('state-planner', 'StateChanged', {
        scope: 'session',
        id: 'planner',
        set: { 'plan.steps': [1, 2], done: false },
        remove: [],
      }),
    ],
    on: ['session-coder', 'run-r1', 'session-planner'],
    async sees({ hub }) {
      const { values, entries } = await hub.state('coder').get()
      expect(values).toEqual({ 'plan.steps': [1, 2], done: false })
      expect(entries['done']).toMatchObject({ version: 1, provenance: { by: { id: 'coder', run: 'r1' }, position: 6 } })
    },
  },
  {
    name: 'with the versions that are expected, which it relies on: it raises them',
    given: [...given, write('session', 'planner', { a: 1 }), write('session', 'planner', { a: 2 })],
    when: {
      type: 'SetState',
      scope: 'session',
      id: 'planner',
      set: { a: 3, b: 1 },
      expect: { a: 2, b: 0 },
    },
    follows: [
      event('state-planner', 'StateChanged', { scope: 'session', id: 'planner', set: { a: 3, b: 1 }, remove: [] }),
    ],
    on: ['session-planner', 'state-planner'],
    async sees({ hub }) {
      expect((await hub.state('planner').get()).entries).toMatchObject({ a: { version: 3 }, b: { version: 1 } })
    },
  },
  {
    name: 'a key that is written is not removed, one removed twice is removed once',
    given: [...given, write('session', 'planner', { a: 1, b: 1 })],
    when: { type: 'SetState', scope: 'session', id: 'planner', set: { a: 2 }, remove: ['a', 'b', 'b'] },
    follows: [
      event('state-planner', 'StateChanged', { scope: 'session', id: 'planner', set: { a: 2 }, remove: ['b'] }),
    ],
    async sees({ hub }) {
      expect((await hub.state('planner').get()).values).toEqual({ a: 2 })
    },
  },
  {
    name: 'one that was removed is expected as not there, and its version goes on',
    given: [
      ...given,
      write('session', 'planner', { a: 1 }),
      { type: 'SetState', scope: 'session', id: 'planner', remove: ['a'] },
    ],
    when: version('a', 0),
    follows: [event('state-planner', 'StateChanged', { scope: 'session', id: 'planner', set: { a: 9 }, remove: [] })],
    async sees({ hub }) {
      expect((await hub.state('planner').get()).entries).toMatchObject({ a: { version: 3 } })
    },
  },
  {
    name: 'a run’s own, by a session of its tree, relying on its work where versions are expected',
    given,
    as: by('planner'),
    when: { type: 'SetState', scope: 'run', id: 'r1', set: { a: 1 }, expect: { a: 0 } },
    follows: [event('work-r1', 'StateChanged', { scope: 'run', id: 'r1', set: { a: 1 }, remove: [] })],
    on: ['session-planner', 'run-r1', 'work-r1'],
    async sees({ hub }) {
      expect((await hub.state('r1').get()).values).toEqual({ a: 1 })
      expect((await hub.state('planner').get()).values).toEqual({})
    },
  },
  {
    name: 'a run that shares the session’s state keeps what it read there before its first write',
    given: [...given, write('session', 'planner', { a: 1, b: 1 }), write('run', 'r1', { b: 2 })],
    when: { type: 'SetState', scope: 'run', id: 'r1', set: { a: 2, b: 3, c: 1 } },
    follows: [
      event('work-r1', 'StateChanged', {
        scope: 'run',
        id: 'r1',
        set: { a: 2, b: 3, c: 1 },
        remove: [],
        base: { a: 1 },
      }),
    ],
    async sees({ hub }) {
      expect((await hub.state('r1').get()).values).toEqual({ a: 2, b: 3, c: 1 })
      expect((await hub.state('planner').get()).values).toEqual({ a: 1, b: 1 })
    },
  },
  {
    name: 'what a shared run removes is gone for it alone',
    given: [...given, write('session', 'planner', { a: 1 })],
    when: { type: 'SetState', scope: 'run', id: 'r1', remove: ['a'] },
    follows: [event('work-r1', 'StateChanged', { scope: 'run', id: 'r1', set: {}, remove: ['a'], base: { a: 1 } })],
    async sees({ hub }) {
      expect((await hub.state('r1').get()).values).toEqual({})
      expect((await hub.state('planner').get()).values).toEqual({ a: 1 })
    },
  },
  {
    name: 'an isolated run reads nothing of the session, and keeps nothing of it',
    given: [
      ...given,
      start('r2', 'coder', { parentRunId: 'r1' }),
      write('session', 'planner', { a: 1 }),
      write('run', 'r1', { b: 1 }),
    ],
    when: write('run', 'r2', { a: 2 }),
    follows: [event('work-r2', 'StateChanged', { scope: 'run', id: 'r2', set: { a: 2 }, remove: [] })],
    async sees({ hub }) {
      expect((await hub.state('r2').get()).values).toEqual({ a: 2 })
    },
  },
  {
    name: 'nothing to write, and nothing happens',
    given,
    when: { type: 'SetState', scope: 'session', id: 'planner', expect: { a: 0 } },
    follows: [],
  },
  {
    name: 'a value of just the limit',
    given,
    limits: { valueBytes: 10, scopeBytes: 10 },
    when: write('session', 'planner', { ab: '123456' }),
    follows: [
      event('state-planner', 'StateChanged', { scope: 'session', id: 'planner', set: { ab: '123456' }, remove: [] }),
    ],
  },
  {
    name: 'the state is full, and a smaller value takes the place of a larger one',
    given: [...given, write('session', 'planner', { a: '1234567' })],
    limits: { scopeBytes: 10 },
    when: write('session', 'planner', { a: '123456' }),
    follows: [
      event('state-planner', 'StateChanged', { scope: 'session', id: 'planner', set: { a: '123456' }, remove: [] }),
    ],
  },
  {
    name: 'a session’s, by one of another tree',
    given: [...given, ...sessions('stranger')],
    as: by('stranger'),
    when: write('session', 'planner', { a: 1 }),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'a run’s, by a session of another tree',
    given: [...given, ...sessions('stranger')],
    as: by('stranger'),
    when: { ...write('run', 'r1', { a: 1 }) },
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'a key that has changed: which, and by whom, is told',
    given: [...given, { by: by('coder'), command: write('session', 'planner', { a: 1 }) }],
    when: version('a', 0),
    rejects: 'STATE_VERSION',
    details: { keys: [{ key: 'a', expected: 0, version: 1, by: { id: 'coder' } }] },
  },
  {
    name: 'a key that is not there',
    given,
    when: version('a', 1),
    rejects: 'STATE_VERSION',
    details: { keys: [{ key: 'a', expected: 1, version: 0 }] },
  },
  {
    name: 'a run’s key that has changed',
    given: [...given, write('run', 'r1', { a: 1 })],
    when: { type: 'SetState', scope: 'run', id: 'r1', set: { a: 2 }, expect: { a: 0 } },
    rejects: 'STATE_VERSION',
  },
  {
    name: 'too large a value',
    given,
    limits: { valueBytes: 10 },
    when: write('session', 'planner', { ab: '1234567' }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { key: 'ab', limit: 10, size: 11 },
  },
  {
    name: 'more than the state holds',
    given: [...given, write('session', 'planner', { a: '123456' })],
    limits: { scopeBytes: 10 },
    when: write('session', 'planner', { b: 1 }),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 10, size: 11 },
  },
  {
    name: 'too long a key',
    given,
    when: { type: 'SetState', scope: 'session', id: 'planner', remove: ['a'.repeat(201)] },
    rejects: 'LIMIT_EXCEEDED',
  },
  { name: 'a key that is none', given, when: write('session', 'planner', { 'a b': 1 }), rejects: 'INVALID_COMMAND' },
  {
    name: 'a session’s whose root is closed',
    given: [...given, complete('r1'), close('planner')],
    when: write('session', 'coder', { a: 1 }),
    rejects: 'SESSION_CLOSED',
    details: { sessionId: 'planner' },
  },
  {
    name: 'a run’s that has ended',
    given: [...given, complete('r1')],
    when: write('run', 'r1', { a: 1 }),
    rejects: 'RUN_TERMINAL',
  },
  { name: 'a run’s that never was', given, when: write('run', 'r9', { a: 1 }), rejects: 'UNKNOWN_RUN' },
  {
    name: 'a session’s that never was: the nearest are told',
    given,
    when: write('session', 'planer', { a: 1 }),
    rejects: 'UNKNOWN_SESSION',
    details: { nearest: ['planner'] },
  },
]
