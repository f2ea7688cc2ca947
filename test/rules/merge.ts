/** Merging what a child run wrote: into its parent's state or the session's, three-way, once. */
import { expect } from 'vitest'
import type { Command } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { event, type Case, type Expected } from './cases.ts'
import { by, close, complete, create, fail, open, sessions, start, write } from './setting.ts'

const begin: Command = { type: 'BeginRun', runId: 'r2' }
const checkpoint = (label: string, result?: unknown): Command => ({
  type: 'CheckpointRun',
  runId: 'r2',
  label,
  ...(result !== undefined && { result }),
})
export const merge = (more: Partial<Omit<Extract<Command, { type: 'MergeChildResult' }>, 'type'>> = {}) =>
  ({ type: 'MergeChildResult', childRunId: 'r2', ...more }) as const

/** A parent with these values, its child with this seed. */
export const family = (parents: Record<string, unknown> = {}, seed: Record<string, unknown> = {}): Given[] => [
  open('planner'),
  start('r1', 'planner'),
  ...(Object.keys(parents).length === 0 ? [] : [write('run', 'r1', parents)]),
  create('r2', 'planner', { parentRunId: 'r1' }),
  { type: 'SeedChildState', childRunId: 'r2', values: seed },
  begin,
]
export type Fate = 'taken' | 'equal' | 'kept' | 'combined'
const target = { scope: 'run', id: 'r1' } as const

export function merged(
  keys: Record<string, Fate>,
  set: object = {},
  remove: string[] = [],
  more: object = {},
): Expected[] {
  const facts = [event('work-r1', 'ChildResultMerged', { ...target, childRunId: 'r2', keys, ...more })]
  if (Object.keys(set).length === 0 && remove.length === 0) return facts
  return [...facts, event('work-r1', 'StateChanged', { ...target, set: { ...set }, remove, mergedFrom: 'r2' })]
}

const accepted: readonly Case[] = [
  {
    name: 'into the parent: what the child wrote, and nothing of its seed',
    given: [...family({ a: 1 }, { a: 1, b: 1 }), write('run', 'r2', { a: 2, c: 3 }), complete('r2', 'done')],
    as: by('planner', 'r1'),
    when: merge(),
    follows: merged({ a: 'taken', c: 'taken' }, { a: 2, c: 3 }),
    on: ['session-planner', 'run-r1', 'run-r2', 'work-r1', 'state-planner'],
    async sees({ hub }) {
      const { values, entries } = await hub.state('r1').get()
      expect(values).toEqual({ a: 2, c: 3 })
      expect(entries['a']).toMatchObject({ version: 2, provenance: { mergedFrom: 'r2', by: { run: 'r1' } } })
    },
  },
  {
    name: 'into the session’s, relying on its root being open',
    given: [...family(), write('session', 'planner', { z: 1 }), write('run', 'r2', { a: 2 }), complete('r2')],
    when: merge({ into: 'session' }),
    follows: [
      event('state-planner', 'ChildResultMerged', {
        scope: 'session',
        id: 'planner',
        childRunId: 'r2',
        keys: { a: 'taken' },
      }),
      event('state-planner', 'StateChanged', {
        scope: 'session',
        id: 'planner',
        set: { a: 2 },
        remove: [],
        mergedFrom: 'r2',
      }),
    ],
    on: ['run-r2', 'session-planner', 'state-planner'],
    async sees({ hub }) {
      expect((await hub.state('planner').get()).values).toEqual({ a: 2, z: 1 })
    },
  },
  {
    name: 'a root run into its session’s, by itself at a checkpoint; its base is what it read there first',
    given: [
      open('planner'),
      write('session', 'planner', { n: 1 }),
      start('r2', 'planner'),
      write('run', 'r2', { n: 3 }),
      checkpoint('half'),
      write('session', 'planner', { n: 11 }),
    ],
    as: by('planner', 'r2'),
    when: merge({ into: 'session', checkpoint: 'half', strategies: { n: 'sum' } }),
    follows: [
      event('state-planner', 'ChildResultMerged', {
        scope: 'session',
        id: 'planner',
        childRunId: 'r2',
        checkpoint: 'half',
        keys: { n: 'combined' },
      }),
      event('state-planner', 'StateChanged', {
        scope: 'session',
        id: 'planner',
        set: { n: 13 },
        remove: [],
        mergedFrom: 'r2',
      }),
    ],
  },
  {
    name: 'again: the first receipt, and nothing is written',
    given: [...family(), write('run', 'r2', { a: 2 }), complete('r2'), merge()],
    when: merge({ default: 'theirs' }),
    follows: merged({ a: 'taken' }, { a: 2 }),
    async sees({ receipt, hub }) {
      expect(receipt.duplicate).toBe(true)
      expect(receipt.position).toBe(hub.head.position)
      expect((await hub.state('r1').get()).entries).toMatchObject({ a: { version: 1 } })
    },
  },
  {
    name: 'the same checkpoint again: the first receipt, though its writes go on',
    given: [
      ...family(),
      write('run', 'r2', { a: 1 }),
      checkpoint('half'),
      merge({ checkpoint: 'half' }),
      write('run', 'r2', { a: 2 }),
    ],
    when: merge({ checkpoint: 'half' }),
    follows: merged({ a: 'taken' }, { a: 1 }, [], { checkpoint: 'half' }),
    async sees({ receipt }) {
      expect(receipt.duplicate).toBe(true)
    },
  },
  {
    name: 'another child into the same target is another merge',
    given: [
      ...family(),
      start('r3', 'planner', { parentRunId: 'r1' }),
      write('run', 'r3', { b: 1 }),
      complete('r3'),
      { type: 'MergeChildResult', childRunId: 'r3' },
      write('run', 'r2', { a: 1 }),
      complete('r2'),
    ],
    when: merge(),
    follows: merged({ a: 'taken' }, { a: 1 }),
    async sees({ hub }) {
      expect((await hub.state('r1').get()).values).toEqual({ a: 1, b: 1 })
    },
  },
  {
    name: 'into another target is another merge',
    given: [...family(), write('run', 'r2', { a: 2 }), complete('r2'), merge({ into: 'session' })],
    when: merge(),
    // Its parent shares the session's state, and reads it there already.
    follows: merged({ a: 'equal' }),
  },
  {
    name: 'the result under a key, beside what was written; nothing where there is none',
    given: [...family(), complete('r2', { ok: true })],
    when: merge({ resultAs: 'child.result' }),
    follows: merged({ 'child.result': 'taken' }, { 'child.result': { ok: true } }, [], { resultAs: 'child.result' }),
  },
  {
    name: 'no result, no key',
    given: [...family(), complete('r2')],
    when: merge({ resultAs: 'child.result' }),
    follows: merged({}),
  },
  {
    name: 'a failed child, where part of it will do',
    given: [
      ...family(),
      write('run', 'r2', { a: 2 }),
      { type: 'FailRun', runId: 'r2', reason: 'budget', error: 'spent', partial: [1] },
    ],
    when: merge({ allowPartial: true, resultAs: 'part' }),
    follows: merged({ a: 'taken', part: 'taken' }, { a: 2, part: [1] }, [], { resultAs: 'part' }),
  },
  {
    name: 'a checkpoint of a live child: its writes as they were',
    given: [...family(), write('run', 'r2', { a: 1 }), checkpoint('half', 'r'), write('run', 'r2', { a: 2, b: 1 })],
    when: merge({ checkpoint: 'half', resultAs: 'res' }),
    follows: merged({ a: 'taken', res: 'taken' }, { a: 1, res: 'r' }, [], { checkpoint: 'half', resultAs: 'res' }),
  },
  {
    name: 'a checkpoint of a child that has failed needs no leave',
    given: [...family(), write('run', 'r2', { a: 1 }), checkpoint('half'), fail('r2')],
    when: merge({ checkpoint: 'half' }),
    follows: merged({ a: 'taken' }, { a: 1 }, [], { checkpoint: 'half' }),
  },
  {
    name: 'a counter merged on the way counts once: the base is the checkpoint merged last',
    given: [
      ...family({ n: 10 }, { n: 10 }),
      write('run', 'r2', { n: 13 }),
      checkpoint('half'),
      merge({ checkpoint: 'half' }),
      write('run', 'r1', { n: 20 }),
      write('run', 'r2', { n: 15 }),
      complete('r2'),
    ],
    when: merge({ strategies: { n: 'sum' } }),
    follows: merged({ n: 'combined' }, { n: 22 }),
  },
  {
    name: 'what is unchanged since the checkpoint merged last stays as the target has it',
    given: [
      ...family({ n: 1 }, { n: 1 }),
      write('run', 'r2', { n: 2 }),
      checkpoint('half'),
      merge({ checkpoint: 'half' }),
      write('run', 'r1', { n: 3 }),
      complete('r2'),
    ],
    when: merge(),
    follows: merged({ n: 'kept' }),
  },
  {
    name: 'a checkpoint merged into the session’s is no base for the parent’s',
    given: [
      ...family({ n: 1 }, { n: 1 }),
      write('run', 'r2', { n: 2 }),
      checkpoint('half'),
      merge({ checkpoint: 'half', into: 'session', default: 'theirs' }),
      complete('r2'),
    ],
    when: merge(),
    follows: merged({ n: 'taken' }, { n: 2 }),
  },
  {
    name: 'key by key: taken, equal, kept, removed',
    given: [
      ...family({ mine: 1, same: 1, back: 1, gone: 1 }, { mine: 1, same: 1, back: 1, gone: 1 }),
      write('run', 'r1', { same: 2, back: 5 }),
      write('run', 'r2', { mine: 2, same: 2, back: 1 }),
      { type: 'SetState', scope: 'run', id: 'r2', remove: ['gone'] },
      complete('r2'),
    ],
    when: merge(),
    follows: merged({ mine: 'taken', same: 'equal', back: 'kept', gone: 'taken' }, { mine: 2 }, ['gone']),
  },
]

const refused: readonly Case[] = [
  {
    name: 'a child that is still at work',
    given: family(),
    when: merge(),
    rejects: 'CHILD_NOT_SETTLED',
    details: { status: 'running' },
  },
  {
    name: 'a failed child',
    given: [...family(), fail('r2')],
    when: merge(),
    rejects: 'CHILD_NOT_SUCCEEDED',
    details: { status: 'failed', reason: 'error' },
  },
  {
    name: 'a cancelled child',
    given: [...family(), { type: 'CancelRun', runId: 'r2', reason: 'no need' }],
    when: merge(),
    rejects: 'CHILD_NOT_SUCCEEDED',
    details: { status: 'cancelled' },
  },
  {
    name: 'a checkpoint that never was: those that are, are told',
    given: [...family(), checkpoint('half')],
    when: merge({ checkpoint: 'haf' }),
    rejects: 'UNKNOWN_CHECKPOINT',
    details: { checkpoints: ['half'] },
  },
  {
    name: 'a checkpoint from before what is merged already',
    given: [...family(), checkpoint('one'), checkpoint('two'), merge({ checkpoint: 'two' })],
    when: merge({ checkpoint: 'one' }),
    rejects: 'INVALID_TRANSITION',
    details: { checkpoint: 'one', merged: 'two' },
  },
  {
    name: 'a checkpoint where the end is merged already',
    given: [...family(), checkpoint('one'), complete('r2'), merge()],
    when: merge({ checkpoint: 'one' }),
    rejects: 'INVALID_TRANSITION',
  },
  {
    name: 'a root run into its parent',
    given: [open('planner'), start('r2', 'planner'), complete('r2')],
    when: merge(),
    rejects: 'NOT_A_CHILD',
  },
  {
    name: 'another run’s child, by a run of the same session',
    given: [...family(), complete('r2'), start('r3', 'planner')],
    as: by('planner', 'r3'),
    when: merge(),
    rejects: 'NOT_A_CHILD',
    details: { parentRunId: 'r1' },
  },
  {
    name: 'by a session that is not the parent’s',
    given: [...family(), complete('r2'), open('coder', { parentSessionId: 'planner' })],
    as: by('coder'),
    when: merge(),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'too large a value',
    given: [...family(), complete('r2', 'x'.repeat(10))],
    limits: { valueBytes: 10 },
    when: merge({ resultAs: 'a' }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { key: 'a', size: 13 },
  },
  {
    name: 'more than the target holds',
    given: [...family({ a: 'xxx' }), write('run', 'r2', { b: 'xxx' }), complete('r2')],
    limits: { scopeBytes: 10 },
    when: merge(),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 10, size: 12 },
  },
  {
    name: 'into a parent that has ended',
    given: [...family(), complete('r2'), complete('r1')],
    when: merge(),
    rejects: 'RUN_TERMINAL',
    details: { runId: 'r1' },
  },
  {
    name: 'into the state of a closed session',
    given: [...family(), complete('r2'), complete('r1'), close('planner')],
    when: merge({ into: 'session' }),
    rejects: 'SESSION_CLOSED',
  },
  { name: 'a run that never was', given: sessions('planner'), when: merge(), rejects: 'UNKNOWN_RUN' },
  {
    name: 'by a strategy that never was',
    given: family(),
    when: { ...merge(), default: 'best' },
    rejects: 'INVALID_COMMAND',
  },
]

export const mergeCases: readonly Case[] = [...accepted, ...refused]
