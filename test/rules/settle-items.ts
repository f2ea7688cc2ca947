/** Items that settle with what they wait for: the end of a run, an effect, the close of a session. */
import { expect } from 'vitest'
import type { Command, Fact } from '../../src/index.ts'
import type { Given } from '../../src/testing/index.ts'
import { event, MINUTE, MINUTE_AGO, type Case, type Expected } from './cases.ts'
import { cancel, disband, dispatch, form, G1, items, reached, ROUND, settle, settled, team } from './group-setting.ts'
import {
  acknowledged,
  by,
  close,
  closing,
  complete,
  delivered,
  fail,
  mail,
  messageSent,
  open,
  start,
  told,
  transferred,
} from './setting.ts'

const STREAM = `group-${G1}`

/** r1 of the planner, with r2 and r3 of the coder and the tester below it. */
const family = [
  ...team,
  start('r1', 'planner'),
  start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' }),
  start('r3', 'tester', { parentRunId: 'r2' }),
]
const SEATS: Record<string, string> = { r1: 'planner', r2: 'coder', r3: 'tester', r4: 'coder' }
const seat = (runId: string): string => SEATS[runId] as string

const completed = (runId: string, result?: unknown): Expected =>
  event(`run-${runId}`, 'RunCompleted', {
    runId,
    sessionId: seat(runId),
    ...(result !== undefined && { result }),
  })

const failed = (runId: string): Expected =>
  event(`run-${runId}`, 'RunFailed', { runId, sessionId: seat(runId), reason: 'error', error: 'it broke' })

const cancelled = (runId: string, reason: string, endedWith: string): Expected =>
  event(`run-${runId}`, 'RunCancelled', { runId, sessionId: seat(runId), reason, endedWith })

/** What a parent run hears of a child's end. */
function heard(
  messageId: string,
  runId: string,
  parent: string,
  outcome: 'completed' | 'failed' | 'cancelled',
  body = '',
  more: object = {},
): Expected[] {
  return [
    messageSent(messageId, `run:${runId}`, [`run:${parent}`], {
      address: `run:${parent}`,
      kind: 'result',
      subject: `run ${runId} ${outcome}`,
      body,
      data: { runId, outcome, ...more },
    }),
    delivered(messageId, [`run:${parent}`, seat(parent)]),
  ]
}

const childSettled = (runId: string, childRunId: string, outcome: 'completed' | 'failed' | 'cancelled'): Expected =>
  event(`run-${runId}`, 'ChildRunSettled', { runId, childRunId, outcome })

const effectSettled = (outcome: 'ok' | 'error' | 'cancelled', more: object = {}): Expected =>
  event('run-r1', 'EffectSettled', { runId: 'r1', effectId: 'e1', outcome, ...more })

const toRuns = (...ids: readonly string[]) => ids.map((run) => ({ itemId: `of-${run}`, run }))
const TO_EFFECT = { itemId: 'of-e1', effect: 'r1/e1' } as const

const MANY = ['g1', 'g2', 'g3', 'g4']
const MUCH = '字'.repeat(3_300)
/** A run below r1 for each of four groups, in whose rounds it is the last to settle. */
const manyRounds: readonly Given[] = [
  open('planner'),
  start('r1', 'planner'),
  ...MANY.flatMap((g): Command[] => [
    start(`${g}r`, 'planner', { parentRunId: 'r1' }),
    form(g, 'planner'),
    dispatch([{ itemId: 'a', run: `${g}r` }, ...items('b')], { mode: 'settled' }, `planner/${g}`),
    settle('b', 'ok', { group: `planner/${g}`, result: MUCH }),
  ]),
]

/** One of these runs is cancelled, which decides its round; it takes two ids. */
function endOfMany(name: string, newId: number, isTold: boolean): Expected[] {
  const groupId = `planner/${name}`
  const runId = `${name}r`
  const b = { itemId: 'b', outcome: 'ok', ...(isTold ? { result: MUCH } : { omitted: true as const }) } as const
  const came = { groupId, round: 1, verdict: 'complete', missing: [] } as const
  const results = [{ itemId: 'a', outcome: 'failed' } as const, b]
  return [
    event(`run-${runId}`, 'RunCancelled', { runId, sessionId: 'planner', reason: 'no need', endedWith: 'r1' }),
    event(`group-${groupId}`, 'ItemSettled', {
      groupId,
      round: 1,
      itemId: 'a',
      late: false,
      outcome: 'failed',
      reason: 'no need',
      runId,
    }),
    event(`group-${groupId}`, 'FanInReached', { ...came, missing: [], results }),
    messageSent(`new-${newId}`, `run:${runId}`, ['session:planner'], {
      address: 'session:planner',
      kind: 'result',
      subject: `round 1 of group ${groupId} is complete`,
      body: '',
      data: { ...came, results },
    }),
    delivered(`new-${newId}`, 'session:planner'),
    childSettled('r1', runId, 'cancelled'),
    messageSent(`new-${newId + 1}`, `run:${runId}`, ['run:r1'], {
      address: 'run:r1',
      kind: 'result',
      subject: `run ${runId} cancelled`,
      body: 'no need',
      data: { runId, outcome: 'cancelled' },
    }),
    delivered(`new-${newId + 1}`, ['run:r1', 'planner']),
  ]
}

const byRuns: readonly Case[] = [
  {
    name: 'the item of a run is settled in the commit that completes it, and so is the round',
    given: [...family, dispatch(toRuns('r3'))],
    as: by('tester', 'r3'),
    when: complete('r3', 7),
    follows: [
      completed('r3', 7),
      settled('of-r3', 'ok', { result: 7, runId: 'r3' }),
      ...reached('new-1', 'run:r3', {
        verdict: 'complete',
        results: [{ itemId: 'of-r3', outcome: 'ok', result: 7 }],
        missing: [],
      }),
      childSettled('r2', 'r3', 'completed'),
      ...heard('new-2', 'r3', 'r2', 'completed', '', { result: 7 }),
    ],
    on: ['session-tester', 'run-r3', 'run-r2', 'session-coder', 'session-planner', STREAM],
    async sees({ hub }) {
      expect((await hub.group(G1))?.round?.items).toMatchObject([
        { itemId: 'of-r3', runId: 'r3', runStatus: 'completed', outcome: 'ok', result: 7 },
      ])
    },
  },
  {
    name: 'the item of a run that fails has failed, with what it has to show: a lost run hangs no round',
    given: [...family, dispatch([...toRuns('r3'), ...items('b')], { mode: 'settled' })],
    when: { type: 'FailRun', runId: 'r3', reason: 'lost', error: 'nobody knows', partial: [1] },
    follows: [
      event('run-r3', 'RunFailed', {
        runId: 'r3',
        sessionId: 'tester',
        reason: 'lost',
        error: 'nobody knows',
        partial: [1],
      }),
      settled('of-r3', 'failed', { result: [1], reason: 'lost: nobody knows', runId: 'r3' }),
      childSettled('r2', 'r3', 'failed'),
      ...heard('new-1', 'r3', 'r2', 'failed', 'lost: nobody knows', { result: [1] }),
    ],
  },
  {
    name: 'the item of a run that is cancelled has failed, and a round that needs it with it',
    given: [...family, dispatch([...toRuns('r3'), ...items('b')])],
    when: { type: 'CancelRun', runId: 'r3', reason: 'no need' },
    follows: [
      event('run-r3', 'RunCancelled', { runId: 'r3', sessionId: 'tester', reason: 'no need' }),
      settled('of-r3', 'failed', { reason: 'no need', runId: 'r3' }),
      ...reached('new-1', 'run:r3', {
        verdict: 'failed',
        results: [{ itemId: 'of-r3', outcome: 'failed' }],
        missing: ['b'],
      }),
      childSettled('r2', 'r3', 'cancelled'),
      ...heard('new-2', 'r3', 'r2', 'cancelled', 'no need'),
    ],
    on: ['run-r3', 'run-r2', 'session-coder', 'session-planner', STREAM],
  },
  {
    name: 'a cascade settles an item with each run, counted one on the other, and the last of them decides, once',
    given: [...family, dispatch(toRuns('r1', 'r2', 'r3'), { mode: 'settled' })],
    when: fail('r1'),
    follows: [
      cancelled('r3', 'run r1 failed', 'r1'),
      settled('of-r3', 'failed', { reason: 'run r1 failed', runId: 'r3' }),
      childSettled('r2', 'r3', 'cancelled'),
      ...heard('new-1', 'r3', 'r2', 'cancelled', 'run r1 failed'),
      cancelled('r2', 'run r1 failed', 'r1'),
      settled('of-r2', 'failed', { reason: 'run r1 failed', runId: 'r2' }),
      childSettled('r1', 'r2', 'cancelled'),
      ...heard('new-2', 'r2', 'r1', 'cancelled', 'run r1 failed', { effectId: 'e1' }),
      failed('r1'),
      settled('of-r1', 'failed', { reason: 'error: it broke', runId: 'r1' }),
      ...reached('new-3', 'run:r1', {
        verdict: 'complete',
        results: ['r1', 'r2', 'r3'].map((id) => ({ itemId: `of-${id}`, outcome: 'failed' })),
        missing: [],
      }),
    ],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ status: 'idle', round: { verdict: 'complete' } })
    },
  },
  {
    name: 'a cascade that decides a round on its way: what it settles after that is late',
    given: [...family, dispatch(toRuns('r1', 'r2', 'r3'), { mode: 'quorum', quorum: 2 })],
    when: { type: 'CancelRun', runId: 'r1', reason: 'no need' },
    follows: [
      cancelled('r3', 'no need', 'r1'),
      settled('of-r3', 'failed', { reason: 'no need', runId: 'r3' }),
      childSettled('r2', 'r3', 'cancelled'),
      ...heard('new-1', 'r3', 'r2', 'cancelled', 'no need'),
      cancelled('r2', 'no need', 'r1'),
      settled('of-r2', 'failed', { reason: 'no need', runId: 'r2' }),
      ...reached('new-2', 'run:r2', {
        verdict: 'failed',
        results: ['r2', 'r3'].map((id) => ({ itemId: `of-${id}`, outcome: 'failed' })),
        missing: ['of-r1'],
      }),
      childSettled('r1', 'r2', 'cancelled'),
      ...heard('new-3', 'r2', 'r1', 'cancelled', 'no need', { effectId: 'e1' }),
      event('run-r1', 'RunCancelled', { runId: 'r1', sessionId: 'planner', reason: 'no need' }),
      settled('of-r1', 'failed', { reason: 'no need', runId: 'r1', late: true }),
    ],
  },
  {
    name: 'a cascade of several commits goes on where it was: one fan-in',
    given: [...family, dispatch(toRuns('r2', 'r3'), { mode: 'settled' })],
    limits: { commitEvents: 8 },
    when: fail('r1'),
    follows: [failed('r1')],
    steps: [
      [
        cancelled('r3', 'run r1 failed', 'r1'),
        settled('of-r3', 'failed', { reason: 'run r1 failed', runId: 'r3' }),
        childSettled('r2', 'r3', 'cancelled'),
        ...heard('new-1', 'r3', 'r2', 'cancelled', 'run r1 failed'),
      ],
      [
        cancelled('r2', 'run r1 failed', 'r1'),
        settled('of-r2', 'failed', { reason: 'run r1 failed', runId: 'r2' }),
        ...reached('new-5', 'run:r2', {
          verdict: 'complete',
          results: ['r2', 'r3'].map((id) => ({ itemId: `of-${id}`, outcome: 'failed' })),
          missing: [],
        }),
        childSettled('r1', 'r2', 'cancelled'),
        ...heard('new-6', 'r2', 'r1', 'cancelled', 'run r1 failed', { effectId: 'e1' }),
      ],
    ],
  },
  {
    name: 'a run settles every item that it has, in whichever group',
    given: [
      ...family,
      form('g2', 'tester'),
      dispatch([...toRuns('r3'), { itemId: 'b', run: 'r3' }, ...items('c')]),
      dispatch([...toRuns('r3'), ...items('c')], { mode: 'any' }, 'planner/g2'),
    ],
    when: complete('r3'),
    follows: [
      completed('r3'),
      settled('of-r3', 'ok', { runId: 'r3' }),
      settled('b', 'ok', { runId: 'r3' }),
      event('group-planner/g2', 'ItemSettled', {
        groupId: 'planner/g2',
        round: 1,
        itemId: 'of-r3',
        late: false,
        outcome: 'ok',
        runId: 'r3',
      }),
      event('group-planner/g2', 'FanInReached', {
        groupId: 'planner/g2',
        round: 1,
        verdict: 'complete',
        missing: ['c'],
        results: [{ itemId: 'of-r3', outcome: 'ok' }],
      }),
      messageSent('new-1', 'run:r3', ['session:tester'], {
        address: 'session:tester',
        kind: 'result',
        subject: 'round 1 of group planner/g2 is complete',
        body: '',
        data: {
          groupId: 'planner/g2',
          round: 1,
          verdict: 'complete',
          missing: ['c'],
          results: [{ itemId: 'of-r3', outcome: 'ok' }],
        },
      }),
      delivered('new-1', 'session:tester'),
      childSettled('r2', 'r3', 'completed'),
      ...heard('new-2', 'r3', 'r2', 'completed'),
    ],
    on: ['run-r3', 'run-r2', 'session-coder', 'session-tester', STREAM, 'group-planner/g2'],
  },
  {
    name: 'the end of a run whose round has fanned in is late, even where its group was disbanded',
    given: [...family, dispatch([...toRuns('r3'), ...items('b')], { mode: 'any' }), settle('b'), disband],
    when: complete('r3', 'late'),
    follows: [
      completed('r3', 'late'),
      settled('of-r3', 'ok', { result: 'late', runId: 'r3', late: true }),
      childSettled('r2', 'r3', 'completed'),
      ...heard('new-1', 'r3', 'r2', 'completed', '', { result: 'late' }),
    ],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ round: { items: [{ late: true, result: 'late' }, {}] } })
    },
  },
  {
    name: 'the end of a run whose round was cancelled, or whose item is settled, settles nothing',
    given: [
      ...family,
      dispatch(toRuns('r3')),
      cancel,
      dispatch([...toRuns('r3'), ...items('b')]),
      settle('of-r3', 'ok'),
    ],
    when: complete('r3'),
    follows: [completed('r3'), childSettled('r2', 'r3', 'completed'), ...heard('new-1', 'r3', 'r2', 'completed')],
    on: ['run-r3', 'run-r2', 'session-coder'],
  },
  {
    name: 'the end of a run after the deadline, before anybody has swept: the round is over once, and all that it settles is late',
    given: [
      ...family,
      dispatch([...toRuns('r3'), { itemId: 'b', run: 'r3' }, ...items('c')], { mode: 'any', deadline: MINUTE_AGO }),
    ],
    passed: 2 * MINUTE,
    when: complete('r3'),
    follows: [
      completed('r3'),
      ...reached('new-1', 'run:r3', { verdict: 'partial', results: [], missing: ['of-r3', 'b', 'c'] }),
      settled('of-r3', 'ok', { runId: 'r3', late: true }),
      settled('b', 'ok', { runId: 'r3', late: true }),
      childSettled('r2', 'r3', 'completed'),
      ...heard('new-2', 'r3', 'r2', 'completed'),
    ],
  },
  {
    name: 'a result for which there is no room in the commit is the run’s, which has it',
    given: [...family, dispatch(toRuns('r3'))],
    limits: { commitBytes: 4_000 },
    when: complete('r3', 'x'.repeat(999)),
    follows: [
      completed('r3', 'x'.repeat(999)),
      settled('of-r3', 'ok', { runId: 'r3', omitted: true }),
      ...reached('new-1', 'run:r3', {
        verdict: 'complete',
        results: [{ itemId: 'of-r3', outcome: 'ok', omitted: true }],
        missing: [],
      }),
      childSettled('r2', 'r3', 'completed'),
      ...heard('new-2', 'r3', 'r2', 'completed', '', { result: 'x'.repeat(999) }),
    ],
    async sees({ hub }) {
      expect((await hub.group(G1))?.round?.items).toMatchObject([{ runId: 'r3', outcome: 'ok', omitted: true }])
      expect((await hub.runs.get('r3'))?.result).toBe('x'.repeat(999))
    },
  },
  {
    name: 'of several items that a run settles the first has the result, where there is room for one',
    given: [...family, dispatch([...toRuns('r3'), { itemId: 'b', run: 'r3' }, ...items('c')], { mode: 'settled' })],
    limits: { commitBytes: 4_000 },
    when: complete('r3', 'x'.repeat(600)),
    follows: [
      completed('r3', 'x'.repeat(600)),
      settled('of-r3', 'ok', { runId: 'r3', result: 'x'.repeat(600) }),
      settled('b', 'ok', { runId: 'r3', omitted: true }),
      childSettled('r2', 'r3', 'completed'),
      ...heard('new-1', 'r3', 'r2', 'completed', '', { result: 'x'.repeat(600) }),
    ],
    async sees({ hub }) {
      // What the round comes to says so, too.
      const { events } = await hub.send(settle('c'))
      expect(events[1]).toMatchObject({
        type: 'FanInReached',
        data: {
          results: [
            { itemId: 'of-r3', omitted: true },
            { itemId: 'b', omitted: true },
            { itemId: 'c', outcome: 'ok' },
          ],
        },
      })
    },
  },
  {
    name: 'a cascade whose rounds hold much, which is not ASCII: what there is no room for is left out',
    given: manyRounds,
    limits: { commitBytes: 80_000 },
    when: { type: 'CancelRun', runId: 'r1', reason: 'no need' },
    follows: [
      ...MANY.flatMap((g, i) => endOfMany(g, 2 * i + 1, i === 0)),
      event('run-r1', 'RunCancelled', { runId: 'r1', sessionId: 'planner', reason: 'no need' }),
    ],
    steps: [],
  },
  {
    name: 'a cascade in several commits, whose rounds hold much: each commit has room of its own',
    given: manyRounds,
    limits: { commitBytes: 80_000, commitEvents: 17 },
    when: { type: 'CancelRun', runId: 'r1', reason: 'no need' },
    // Each try draws ids for all that is left.
    follows: [
      ...MANY.slice(2).flatMap((g, i) => endOfMany(g, 2 * i + 10, i === 0)),
      event('run-r1', 'RunCancelled', { runId: 'r1', sessionId: 'planner', reason: 'no need' }),
    ],
    steps: [MANY.slice(0, 2).flatMap((g, i) => endOfMany(g, 2 * i + 1, i === 0))],
  },
]

const byEffects: readonly Case[] = [
  {
    name: 'the item of an effect is settled by the run that serves it, when that completes',
    given: [...family, dispatch([TO_EFFECT, ...items('b')]), complete('r3')],
    when: complete('r2', 'done'),
    follows: [
      completed('r2', 'done'),
      childSettled('r1', 'r2', 'completed'),
      effectSettled('ok', { result: 'done', childRunId: 'r2' }),
      settled('of-e1', 'ok', { result: 'done', runId: 'r1', servedBy: 'r2' }),
      ...heard('new-1', 'r2', 'r1', 'completed', '', { effectId: 'e1', result: 'done' }),
    ],
    on: ['run-r2', 'run-r1', 'session-planner', STREAM],
  },
  {
    name: 'that completion may decide the round',
    given: [...family, complete('r3'), dispatch([TO_EFFECT, ...toRuns('r2')])],
    when: complete('r2', 'done'),
    follows: [
      completed('r2', 'done'),
      settled('of-r2', 'ok', { result: 'done', runId: 'r2' }),
      childSettled('r1', 'r2', 'completed'),
      effectSettled('ok', { result: 'done', childRunId: 'r2' }),
      settled('of-e1', 'ok', { result: 'done', runId: 'r1', servedBy: 'r2' }),
      ...reached('new-1', 'run:r2', {
        verdict: 'complete',
        results: [
          { itemId: 'of-e1', outcome: 'ok', result: 'done' },
          { itemId: 'of-r2', outcome: 'ok', result: 'done' },
        ],
        missing: [],
      }),
      ...heard('new-2', 'r2', 'r1', 'completed', '', { effectId: 'e1', result: 'done' }),
    ],
  },
  {
    name: 'the item of an effect is not settled by a run that fails to serve it',
    given: [...family, dispatch([TO_EFFECT])],
    when: fail('r2'),
    follows: [
      cancelled('r3', 'run r2 failed', 'r2'),
      childSettled('r2', 'r3', 'cancelled'),
      ...heard('new-1', 'r3', 'r2', 'cancelled', 'run r2 failed'),
      failed('r2'),
      childSettled('r1', 'r2', 'failed'),
      ...heard('new-2', 'r2', 'r1', 'failed', 'error: it broke', { effectId: 'e1' }),
    ],
    async sees({ hub }) {
      // Another run tries again.
      await hub.send(start('r4', 'coder', { parentRunId: 'r1', effectId: 'e1' }))
      const { events } = await hub.send(complete('r4', 'at last'))
      expect(events.map(({ type }) => type)).toEqual([
        'RunCompleted',
        'ChildRunSettled',
        'EffectSettled',
        'ItemSettled',
        'FanInReached',
        'MessageSent',
        'MessageDelivered',
        'MessageSent',
        'MessageDelivered',
      ])
      expect(await hub.group(G1)).toMatchObject({ round: { verdict: 'complete', items: [{ result: 'at last' }] } })
    },
  },
  {
    name: 'of two runs that serve an effect the first settles its item, the second nothing',
    given: [
      ...family,
      start('r4', 'coder', { parentRunId: 'r1', effectId: 'e1' }),
      dispatch([TO_EFFECT, ...items('b')]),
      complete('r4'),
      complete('r3'),
    ],
    when: complete('r2', 'again'),
    follows: [
      completed('r2', 'again'),
      childSettled('r1', 'r2', 'completed'),
      ...heard('new-1', 'r2', 'r1', 'completed', '', { effectId: 'e1', result: 'again' }),
    ],
  },
  {
    name: 'the item of an effect that is open when its run completes has failed',
    given: [
      ...team,
      start('r1', 'planner'),
      start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1', background: true }),
      { type: 'RegisterEffect', runId: 'r1', effectId: 'e2' },
      { type: 'SettleEffect', runId: 'r1', effectId: 'e2', outcome: 'ok' },
      dispatch([TO_EFFECT, ...toRuns('r1')], { mode: 'settled' }),
    ],
    when: complete('r1', 'done'),
    follows: [
      completed('r1', 'done'),
      settled('of-e1', 'failed', { reason: 'run r1 has completed with effect e1 open', runId: 'r1' }),
      settled('of-r1', 'ok', { result: 'done', runId: 'r1' }),
      ...reached('new-1', 'run:r1', {
        verdict: 'complete',
        results: [
          { itemId: 'of-e1', outcome: 'failed' },
          { itemId: 'of-r1', outcome: 'ok', result: 'done' },
        ],
        missing: [],
      }),
    ],
    async sees({ hub }) {
      // What serves it goes on, and settles the effect, but the item no more.
      const { events } = await hub.send(complete('r2'))
      expect(events.map(({ type }) => type)).toContain('EffectSettled')
      expect(events.map(({ type }) => type)).not.toContain('ItemSettled')
    },
  },
  {
    name: 'the item of an effect that is open when its run fails has failed, with no result; of one that is settled it stays',
    given: [
      ...family,
      { type: 'RegisterEffect', runId: 'r1', effectId: 'e2' },
      dispatch([TO_EFFECT, { itemId: 'of-e2', effect: 'r1/e2' }, ...items('c')], { mode: 'any' }),
      { type: 'SettleEffect', runId: 'r1', effectId: 'e2', outcome: 'cancelled' },
      fail('r2'),
    ],
    when: { type: 'FailRun', runId: 'r1', reason: 'error', error: 'it broke', partial: 1 },
    follows: [
      event('run-r1', 'RunFailed', {
        runId: 'r1',
        sessionId: 'planner',
        reason: 'error',
        error: 'it broke',
        partial: 1,
      }),
      settled('of-e1', 'failed', { reason: 'run r1 has failed with effect e1 open', runId: 'r1' }),
    ],
  },
]

/**
 * A round that went out, told by nobody: a and b are the coder's, c the tester's, d the coordinator's or a run's. What
 * was sent for a is message m1, for b m2.
 */
const toSessions = (
  fanIn: { mode: 'all' | 'any' | 'settled'; needed: number },
  { groupId = G1, d = {} }: { groupId?: string; d?: { runId?: string } } = {},
): Fact => ({
  stream: `group-${groupId}`,
  type: 'RoundDispatched',
  data: {
    groupId,
    round: 1,
    items: [
      { itemId: 'a', sessionId: 'coder', messageId: 'm1' },
      { itemId: 'b', sessionId: 'coder', messageId: 'm2' },
      { itemId: 'c', sessionId: 'tester' },
      { itemId: 'd', ...d },
    ],
    fanIn,
  },
})
const ALL = { mode: 'all', needed: 4 } as const
const WHY = 'session coder was closed'
const closed = (more: object = {}): Expected =>
  event('session-coder', 'SessionClosed', { sessionId: 'coder', outcome: 'done', ...more })
const reassigned = (itemId: string, to = 'tester', from = 'coder'): Expected =>
  event(STREAM, 'ItemReassigned', { ...ROUND, itemId, from, to })
const bothSent = [...mail('m1', 'session:planner', 'session:coder'), ...mail('m2', 'session:planner', 'session:coder')]

/** Whoever goes on with an item hears where it is told what is to be done. */
const handedOn = (newId: string, itemId: string, messageId: string, to = 'tester', from = 'coder'): Expected[] =>
  told(newId, 'operator', to, {
    kind: 'notice',
    subject: `item ${itemId} of round 1 of group ${G1} is yours`,
    body: `session ${from} was closed; what is to be done: message ${messageId}`,
    data: { ...ROUND, itemId, messageId },
  })

const bySessions: readonly Case[] = [
  {
    name: 'with a successor its open items go on with that one, and what is settled stays',
    given: [...team, ...bothSent, toSessions(ALL), settle('b')],
    when: close('coder', { successorId: 'tester' }),
    follows: [
      transferred('m1', 'session:coder', 'tester', WHY),
      transferred('m2', 'session:coder', 'tester', WHY),
      reassigned('a'),
      closed({ successorId: 'tester' }),
    ],
    on: ['session-coder', 'session-tester', 'mailbox-session-coder', STREAM],
    async sees({ hub }) {
      expect((await hub.group(G1))?.round?.items).toMatchObject([
        { itemId: 'a', sessionId: 'tester' },
        { itemId: 'b', sessionId: 'coder', outcome: 'ok' },
        { itemId: 'c', sessionId: 'tester' },
        { itemId: 'd' },
      ])
      // They are its own now: it settles them, or they fail with it.
      await hub.as(by('tester')).send(settle('a'))
      const { events } = await hub.send(close('tester'))
      expect(events.filter(({ type }) => type === 'ItemSettled' || type === 'FanInReached')).toMatchObject([
        { type: 'ItemSettled', data: { itemId: 'c', outcome: 'failed' } },
        { type: 'FanInReached', data: { verdict: 'failed', missing: ['d'] } },
      ])
    },
  },
  {
    name: 'what was handed on goes on with the next successor, too',
    given: [
      ...team,
      ...bothSent,
      toSessions(ALL),
      close('coder', { successorId: 'stranger' }),
      { by: by('stranger'), command: { type: 'AcknowledgeMessage', messageIds: ['m2'] } },
    ],
    when: close('stranger', { successorId: 'tester' }),
    follows: [
      transferred('m1', 'session:stranger', 'tester', 'session stranger was closed'),
      reassigned('a', 'tester', 'stranger'),
      reassigned('b', 'tester', 'stranger'),
      ...handedOn('new-2', 'b', 'm2', 'tester', 'stranger'),
      event('session-stranger', 'SessionClosed', { sessionId: 'stranger', outcome: 'done', successorId: 'tester' }),
    ],
  },
  {
    name: 'whoever goes on with an item whose message was acknowledged hears where it is, and of the others it has the message',
    given: [...team, ...bothSent, acknowledged('m1', 'session:coder') as Fact, toSessions(ALL)],
    when: close('coder', { successorId: 'tester' }),
    follows: [
      transferred('m2', 'session:coder', 'tester', WHY),
      reassigned('a'),
      ...handedOn('new-2', 'a', 'm1'),
      reassigned('b'),
      closed({ successorId: 'tester' }),
    ],
    on: ['session-coder', 'session-tester', 'mailbox-session-coder', STREAM],
  },
  {
    name: 'an item whose message is another’s by now: its successor hears of it where that one has gone',
    given: [
      ...team,
      ...bothSent,
      acknowledged('m1', 'session:coder') as Fact,
      acknowledged('m2', 'session:coder') as Fact,
      toSessions(ALL),
      settle('b'),
      closing('coder', 'stranger'),
      close('stranger', { successorId: 'tester' }),
    ],
    when: close('coder'),
    follows: [reassigned('a'), ...handedOn('new-1', 'a', 'm1'), closed({ successorId: 'stranger' })],
  },
  {
    name: 'without a successor its open items have failed, counted one on the other',
    given: [...team, toSessions({ mode: 'settled', needed: 4 }), settle('d', 'ok', { result: 4 }), settle('c')],
    when: close('coder'),
    follows: [
      settled('a', 'failed', { reason: WHY }),
      settled('b', 'failed', { reason: WHY }),
      ...reached('new-2', 'operator', {
        verdict: 'complete',
        results: [
          { itemId: 'a', outcome: 'failed' },
          { itemId: 'b', outcome: 'failed' },
          { itemId: 'c', outcome: 'ok' },
          { itemId: 'd', outcome: 'ok', result: 4 },
        ],
        missing: [],
      }),
      closed(),
    ],
    on: ['session-coder', 'session-planner', STREAM],
  },
  {
    name: 'without a successor the first of them decides a round that needs all, the second is late',
    given: [...team, toSessions(ALL)],
    when: close('coder'),
    follows: [
      settled('a', 'failed', { reason: WHY }),
      ...reached('new-2', 'operator', {
        verdict: 'failed',
        results: [{ itemId: 'a', outcome: 'failed' }],
        missing: ['b', 'c', 'd'],
      }),
      settled('b', 'failed', { reason: WHY, late: true }),
      closed(),
    ],
  },
  {
    name: 'a successor that has closed meanwhile without one: they have failed',
    given: [...team, toSessions({ mode: 'any', needed: 1 }), closing('coder', 'tester'), close('tester')],
    when: close('coder'),
    follows: [
      settled('a', 'failed', { reason: WHY }),
      settled('b', 'failed', { reason: WHY }),
      closed({ successorId: 'tester' }),
    ],
  },
  {
    name: 'in a round that is over they come late; rounds that were cancelled and items of others are no matter',
    given: [
      ...team,
      form('g2', 'tester'),
      toSessions({ mode: 'any', needed: 1 }),
      settle('c'),
      toSessions(ALL, { groupId: 'planner/g2' }),
      { type: 'CancelRound', group: 'planner/g2', reason: 'no need' },
    ],
    when: close('coder'),
    follows: [
      settled('a', 'failed', { reason: WHY, late: true }),
      settled('b', 'failed', { reason: WHY, late: true }),
      closed(),
    ],
    on: ['session-coder', STREAM, 'group-planner/g2'],
  },
  {
    name: 'the coordinator itself has an item: its seat is vacant, and what it comes to is its successor’s',
    given: [
      ...team,
      { type: 'TransferCoordinator', group: G1, to: 'coder' },
      start('r2', 'coder'),
      {
        stream: STREAM,
        type: 'RoundDispatched',
        data: { ...ROUND, items: [{ itemId: 'of-r2', runId: 'r2' }], fanIn: { mode: 'all', needed: 1 } },
      },
      { stream: 'run-r2', type: 'ItemBound', data: { runId: 'r2', ...ROUND, itemId: 'of-r2' } },
    ],
    when: close('coder', { successorId: 'tester', force: true }),
    follows: [
      event('run-r2', 'RunFailed', { runId: 'r2', sessionId: 'coder', reason: 'lost', error: WHY }),
      settled('of-r2', 'failed', { reason: `lost: ${WHY}`, runId: 'r2' }),
      ...reached(
        'new-2',
        'run:r2',
        { verdict: 'failed', results: [{ itemId: 'of-r2', outcome: 'failed' }], missing: [] },
        { to: 'tester' },
      ).map((each) =>
        each.type === 'MessageSent' ? { ...each, data: { ...(each.data as object), address: 'session:coder' } } : each,
      ),
      event(STREAM, 'CoordinatorVacated', { groupId: G1, from: 'coder', reason: WHY }),
      closed({ successorId: 'tester' }),
    ],
  },
  {
    name: 'runs and items of one session decide a round together, once',
    given: [
      ...team,
      start('r2', 'coder'),
      toSessions({ mode: 'settled', needed: 4 }, { d: { runId: 'r2' } }),
      { stream: 'run-r2', type: 'ItemBound', data: { runId: 'r2', ...ROUND, itemId: 'd' } },
      settle('c'),
    ],
    when: close('coder', { force: true }),
    follows: [
      event('run-r2', 'RunFailed', { runId: 'r2', sessionId: 'coder', reason: 'lost', error: WHY }),
      settled('d', 'failed', { reason: `lost: ${WHY}`, runId: 'r2' }),
      settled('a', 'failed', { reason: WHY }),
      settled('b', 'failed', { reason: WHY }),
      ...reached('new-2', 'operator', {
        verdict: 'complete',
        results: [
          { itemId: 'a', outcome: 'failed' },
          { itemId: 'b', outcome: 'failed' },
          { itemId: 'c', outcome: 'ok' },
          { itemId: 'd', outcome: 'failed' },
        ],
        missing: [],
      }),
      closed(),
    ],
  },
]

export const settleItemCases: readonly Case[] = [...byRuns, ...byEffects, ...bySessions]
