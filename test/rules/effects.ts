/** Effects: pieces of a run's work, registered and settled by whoever orchestrates it. */
import { expect } from 'vitest'
import { event, type Case } from './cases.ts'
import { cancel, dispatch, G1, items, reached, settle, settled, team } from './group-setting.ts'
import { by, complete, create, LONG, start } from './setting.ts'

const given = [...team, start('r1', 'planner')]
const register = { type: 'RegisterEffect', runId: 'r1', effectId: 'e1' } as const
const settleEffect = (outcome: 'ok' | 'error' | 'cancelled' = 'ok', more: object = {}) =>
  ({ type: 'SettleEffect', runId: 'r1', effectId: 'e1', outcome, ...more }) as const
const effectSettled = (outcome: 'ok' | 'error' | 'cancelled', more: object = {}) =>
  event('run-r1', 'EffectSettled', { runId: 'r1', effectId: 'e1', outcome, ...more })
const bound = [...given, register, dispatch([{ itemId: 'a', effect: 'r1/e1' }, ...items('b')], { mode: 'settled' })]

const registering: readonly Case[] = [
  {
    name: 'by the run, with everything: a later run may serve it',
    given,
    as: by('planner', 'r1'),
    when: { ...register, kind: 'build', label: 'the parser' },
    follows: [event('run-r1', 'EffectRegistered', { runId: 'r1', effectId: 'e1', kind: 'build', label: 'the parser' })],
    on: ['session-planner', 'run-r1'],
    async sees({ hub }) {
      await hub.send(start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' }))
      expect((await hub.runs.get('r1'))?.effects).toEqual({ e1: { kind: 'build', label: 'the parser', runs: ['r2'] } })
    },
  },
  {
    name: 'of one that has not begun',
    given: [...team, create('r1', 'planner')],
    when: register,
    follows: [event('run-r1', 'EffectRegistered', { runId: 'r1', effectId: 'e1' })],
    on: ['run-r1'],
  },
  {
    name: 'by the session of the parent run',
    given: [...team, start('r0', 'planner'), start('r1', 'coder', { parentRunId: 'r0' })],
    as: by('planner'),
    when: register,
    follows: [event('run-r1', 'EffectRegistered', { runId: 'r1', effectId: 'e1' })],
  },
  {
    name: 'one that is registered',
    given: [...given, register],
    when: register,
    rejects: 'INVALID_TRANSITION',
    details: { effectId: 'e1' },
  },
  {
    name: 'one that is settled',
    given: [...given, register, settleEffect('error')],
    when: register,
    rejects: 'INVALID_TRANSITION',
    details: { outcome: 'error' },
  },
  {
    name: 'one that came with a run',
    given: [...given, start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' })],
    when: register,
    rejects: 'INVALID_TRANSITION',
  },
  { name: 'too long a label', given, when: { ...register, label: LONG }, rejects: 'LIMIT_EXCEEDED' },
  { name: 'too long a kind', given, when: { ...register, kind: LONG }, rejects: 'LIMIT_EXCEEDED' },
]

const settlingEffects: readonly Case[] = [
  {
    name: 'what no commit holds',
    given: [...team, create('r1', 'planner'), register, dispatch([{ itemId: 'a', effect: 'r1/e1' }])],
    limits: { commitEvents: 4 },
    when: settleEffect(),
    rejects: 'LIMIT_EXCEEDED',
  },
  {
    name: 'with its result, by the run; no run can serve it any more',
    given: [...given, register],
    as: by('planner', 'r1'),
    when: settleEffect('ok', { result: { built: true } }),
    follows: [effectSettled('ok', { result: { built: true } })],
    on: ['session-planner', 'run-r1'],
    async sees({ hub }) {
      expect((await hub.runs.get('r1'))?.effects).toEqual({ e1: { runs: [], outcome: 'ok', result: { built: true } } })
    },
  },
  {
    name: 'the item that waits for it is settled in the same commit',
    given: bound,
    as: by('planner'),
    when: settleEffect('ok', { result: 7 }),
    follows: [effectSettled('ok', { result: 7 }), settled('a', 'ok', { result: 7, runId: 'r1' })],
    on: ['session-planner', 'run-r1', `group-${G1}`],
  },
  ...(['error', 'cancelled'] as const).map((outcome): Case => ({
    name: `as ${outcome}: the item has failed, which may decide the round`,
    given: [...bound, settle('b')],
    as: by('planner'),
    when: settleEffect(outcome),
    follows: [
      effectSettled(outcome),
      settled('a', 'failed', { runId: 'r1' }),
      ...reached('new-1', 'session:planner', {
        verdict: 'complete',
        results: [
          { itemId: 'a', outcome: 'failed' },
          { itemId: 'b', outcome: 'ok' },
        ],
        missing: [],
      }),
    ],
    on: ['session-planner', 'run-r1', `group-${G1}`],
  })),
  {
    name: 'items of other effects, and of rounds that were cancelled, are no matter',
    given: [
      ...bound,
      cancel,
      { type: 'RegisterEffect', runId: 'r1', effectId: 'e2' },
      dispatch([
        { itemId: 'a', effect: 'r1/e2' },
        { itemId: 'b', run: 'r1' },
      ]),
    ],
    when: settleEffect('ok'),
    follows: [effectSettled('ok')],
    on: ['run-r1'],
  },
  {
    name: 'once, also where a run that serves it completes later',
    given: [...given, start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' }), complete('r2')],
    when: settleEffect('error'),
    rejects: 'INVALID_TRANSITION',
    details: { effectId: 'e1', outcome: 'ok' },
  },
  { name: 'one that never was', given, when: settleEffect(), rejects: 'UNKNOWN_EFFECT', details: { effects: [] } },
  {
    name: 'too large a result',
    given: [...given, register],
    limits: { payloadBytes: 100 },
    when: settleEffect('ok', { result: 'x'.repeat(99) }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 100, size: 101 },
  },
  {
    name: 'by the run that serves it, which is another session’s',
    given: [...given, start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' })],
    as: by('coder', 'r2'),
    when: settleEffect(),
    rejects: 'NOT_ALLOWED',
  },
]

const ofAny = [register, settleEffect()].flatMap((when): Case[] => [
  { name: 'by another session', given: [...given, register], as: by('stranger'), when, rejects: 'NOT_ALLOWED' },
  { name: 'of a run that has ended', given: [...given, register, complete('r1')], when, rejects: 'RUN_TERMINAL' },
  { name: 'of a run that never was', when, rejects: 'UNKNOWN_RUN' },
])

export const effectCases: readonly Case[] = [...registering, ...settlingEffects, ...ofAny]
