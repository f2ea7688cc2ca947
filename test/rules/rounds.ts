/** Rounds: fanned out, fanned in as their mode says, looked at on the way, given up. */
import { expect } from 'vitest'
import { event, IN_A_MINUTE, MINUTE, MINUTE_AGO, type Case } from './cases.ts'
import {
  bound,
  cancel,
  cancelledRound,
  dispatch,
  dispatched,
  form,
  G1,
  items,
  letter,
  reached,
  ROUND,
  settle,
  settled,
  team,
} from './group-setting.ts'
import { by, close, closing, complete, LONG, open, start } from './setting.ts'

const STREAM = `group-${G1}`
const ALL_OF_ONE = { mode: 'all', needed: 1 } as const
const work = [...team, start('r1', 'planner'), start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1' })]

/** Two items of group g2 that wait for r1: one for its end, one for an effect of its. */
const boundToR1 = [
  form('g2', 'planner'),
  dispatch(
    [
      { itemId: 'a', run: 'r1' },
      { itemId: 'b', effect: 'r1/e1' },
    ],
    { mode: 'any' },
    'planner/g2',
  ),
] as const

const dispatching: readonly Case[] = [
  {
    name: 'to a session, a run, an effect, and to nobody: a message for each, and the runs know of it',
    given: [...work, open('s1', { label: 'the helper' }), start('r3', 'tester')],
    as: by('planner', 'r1'),
    when: dispatch([
      { itemId: 'a', session: 'the helper', payload: 'read this' },
      { itemId: 'b', run: 'r3', payload: { files: 3 } },
      { itemId: 'c', effect: 'r1/e1' },
      { itemId: 'd', payload: 'for myself' },
    ]),
    follows: [
      dispatched(
        [
          { itemId: 'a', sessionId: 's1', messageId: 'new-1' },
          { itemId: 'b', runId: 'r3', messageId: 'new-2' },
          { itemId: 'c', runId: 'r1', effectId: 'e1', messageId: 'new-3' },
          { itemId: 'd', payload: 'for myself' },
        ],
        { mode: 'all', needed: 4 },
      ),
      ...letter('new-1', 'a', 'session:s1', { sessionId: 's1' }, { from: 'run:r1', body: 'read this' }),
      bound('r3', 'b'),
      ...letter('new-2', 'b', ['run:r3', 'tester'], { runId: 'r3' }, { from: 'run:r1', payload: { files: 3 } }),
      bound('r1', 'c', 'e1'),
      ...letter(
        'new-3',
        'c',
        ['run:r2', 'coder'],
        { runId: 'r1', effectId: 'e1' },
        { from: 'run:r1', address: 'effect:r1/e1' },
      ),
    ],
    on: ['session-planner', 'run-r1', 'session-s1', 'run-r3', 'session-tester', 'run-r2', 'session-coder', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({
        status: 'active',
        rounds: 1,
        round: { round: 1, status: 'open', items: [{ itemId: 'a', sessionId: 's1' }, {}, {}, { itemId: 'd' }] },
      })
    },
  },
  {
    name: 'to an effect that nobody serves: its message goes to the run that asked for it',
    given: [...team, start('r1', 'coder'), { type: 'RegisterEffect', runId: 'r1', effectId: 'e1' }],
    when: dispatch([{ itemId: 'a', effect: 'r1/e1' }]),
    follows: [
      dispatched([{ itemId: 'a', runId: 'r1', effectId: 'e1', messageId: 'new-1' }], ALL_OF_ONE),
      bound('r1', 'a', 'e1'),
      ...letter('new-1', 'a', ['run:r1', 'coder'], { runId: 'r1', effectId: 'e1' }, { address: 'effect:r1/e1' }),
    ],
    on: ['run-r1', 'session-coder', STREAM],
  },
  {
    name: 'with a quorum and a deadline; a full mailbox is no reason not to have an item',
    given: [...team, { type: 'SendMessage', to: 'coder', body: 'hello' }],
    limits: { inbox: 1 },
    as: by('planner'),
    when: dispatch(
      [{ itemId: 'a', session: 'coder' }, ...items('b', 'c')],
      {
        mode: 'quorum',
        quorum: 2,
        deadline: IN_A_MINUTE,
      },
      'g1',
    ),
    follows: [
      dispatched([{ itemId: 'a', sessionId: 'coder', messageId: 'new-1' }, { itemId: 'b' }, { itemId: 'c' }], {
        mode: 'quorum',
        needed: 2,
        deadline: IN_A_MINUTE,
      }),
      ...letter('new-1', 'a', 'session:coder', { sessionId: 'coder' }, { from: 'session:planner' }),
    ],
    async sees({ hub }) {
      expect(await hub.timers()).toEqual([{ kind: 'rounds', at: IN_A_MINUTE, id: G1, round: 1 }])
    },
  },
  ...(
    [
      [{ mode: 'all' }, 3],
      [{ mode: 'any' }, 1],
      [{ mode: 'quorum', quorum: 3 }, 3],
      [{ mode: 'settled' }, 3],
    ] as const
  ).map(([fanIn, needed]): Case => ({
    name: `three items by ${fanIn.mode}: ${needed}`,
    given: team,
    when: dispatch(items('a', 'b', 'c'), fanIn),
    follows: [dispatched(items('a', 'b', 'c'), { mode: fanIn.mode, needed })],
  })),
  {
    name: 'the next one, once the last is over',
    given: [...team, dispatch(items('a')), settle('a'), dispatch(items('a')), cancel],
    when: dispatch(items('a')),
    follows: [event(STREAM, 'RoundDispatched', { groupId: G1, round: 3, items: items('a'), fanIn: ALL_OF_ONE })],
    async sees({ hub }) {
      expect(await hub.group(G1, { round: 1 })).toMatchObject({ rounds: 3, round: { round: 1, status: 'reached' } })
      expect(await hub.group(G1, { round: 2 })).toMatchObject({ round: { round: 2, status: 'cancelled' } })
      expect(await hub.group(G1)).toMatchObject({ status: 'active', round: { round: 3, status: 'open' } })
    },
  },
  {
    name: 'while one is open',
    given: [...team, dispatch(items('a'))],
    when: dispatch(items('b')),
    rejects: 'ROUND_OPEN',
    details: { group: G1, round: 1 },
  },
  { name: 'without an item', given: team, when: dispatch([]), rejects: 'INVALID_COMMAND' },
  {
    name: 'two items of one name',
    given: team,
    when: dispatch(items('a', 'b', 'a')),
    rejects: 'INVALID_COMMAND',
    details: { path: 'items' },
  },
  {
    name: 'an item for two',
    given: work,
    when: dispatch([{ itemId: 'a', session: 'coder', run: 'r1' }]),
    rejects: 'INVALID_COMMAND',
    details: { path: 'items' },
  },
  {
    name: 'by quorum, without one',
    given: team,
    when: dispatch(items('a'), { mode: 'quorum' }),
    rejects: 'INVALID_COMMAND',
    details: { path: 'fanIn.quorum' },
  },
  {
    name: 'a quorum in another mode',
    given: team,
    when: dispatch(items('a'), { mode: 'all', quorum: 1 }),
    rejects: 'INVALID_COMMAND',
    details: { path: 'fanIn.quorum' },
  },
  {
    name: 'a quorum of more than there are',
    given: team,
    when: dispatch(items('a'), { mode: 'quorum', quorum: 2 }),
    rejects: 'INVALID_COMMAND',
    details: { path: 'fanIn.quorum' },
  },
  {
    name: 'a deadline that has passed',
    given: team,
    when: dispatch(items('a'), { mode: 'all', deadline: MINUTE_AGO }),
    rejects: 'INVALID_COMMAND',
    details: { path: 'fanIn.deadline' },
  },
  {
    name: 'to what is no session',
    given: team,
    when: dispatch([{ itemId: 'a', session: 'task:t1' }]),
    rejects: 'BAD_ADDRESS',
  },
  {
    name: 'to what is no effect',
    given: team,
    when: dispatch([{ itemId: 'a', effect: 'r1' }]),
    rejects: 'BAD_ADDRESS',
  },
  {
    name: 'to an effect that never was',
    given: work,
    when: dispatch([{ itemId: 'a', effect: 'r1/e2' }]),
    rejects: 'UNKNOWN_EFFECT',
  },
  {
    name: 'to an effect that is settled',
    given: [...work, complete('r2')],
    when: dispatch([{ itemId: 'a', effect: 'r1/e1' }]),
    rejects: 'INVALID_TRANSITION',
    details: { effectId: 'e1', outcome: 'ok' },
  },
  {
    name: 'to an effect that a run in the background serves, for one that has ended',
    given: [
      ...team,
      start('r1', 'planner'),
      start('r2', 'coder', { parentRunId: 'r1', effectId: 'e1', background: true }),
      complete('r1'),
    ],
    when: dispatch([{ itemId: 'a', effect: 'r1/e1' }]),
    rejects: 'RUN_TERMINAL',
    details: { runId: 'r1' },
  },
  {
    name: 'to a run of another tree',
    given: [...team, start('r9', 'stranger')],
    as: by('planner'),
    when: dispatch([{ itemId: 'a', run: 'r9' }]),
    rejects: 'UNRELATED',
  },
  {
    name: 'to a run that has ended',
    given: [...work, complete('r2')],
    when: dispatch([{ itemId: 'a', run: 'r2' }]),
    rejects: 'RUN_TERMINAL',
  },
  {
    name: 'to a run that never was',
    given: team,
    when: dispatch([{ itemId: 'a', run: 'r9' }]),
    rejects: 'UNKNOWN_RUN',
  },
  { name: 'to a run with a bad id', given: team, when: dispatch([{ itemId: 'a', run: '../x' }]), rejects: 'BAD_ID' },
  {
    name: 'to a session that is being closed',
    given: [...team, closing('coder')],
    when: dispatch([{ itemId: 'a', session: 'coder' }]),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'to a run whose session is being closed',
    given: [...work, closing('coder')],
    when: dispatch([{ itemId: 'a', run: 'r2' }]),
    rejects: 'SESSION_CLOSED',
  },
  {
    name: 'too large a payload',
    given: team,
    limits: { payloadBytes: 100 },
    when: dispatch([{ itemId: 'a', payload: 'x'.repeat(99) }]),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 100, size: 101 },
  },
  {
    name: 'as many items as a round takes, and a run: those that are settled do not count',
    given: [...work, ...boundToR1, { type: 'SettleItem', group: 'planner/g2', itemId: 'a', outcome: 'ok' }],
    limits: { items: 2 },
    when: dispatch([{ itemId: 'a', run: 'r1' }, ...items('b')]),
    follows: [
      dispatched([{ itemId: 'a', runId: 'r1', messageId: 'new-1' }, { itemId: 'b' }], { mode: 'all', needed: 2 }),
      bound('r1', 'a'),
      ...letter('new-1', 'a', ['run:r1', 'planner'], { runId: 'r1' }),
    ],
  },
  {
    name: 'more items than a run takes: those of its effects count, in whichever group',
    given: [...work, ...boundToR1],
    limits: { items: 2 },
    when: dispatch([{ itemId: 'a', run: 'r1' }]),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 2, size: 3 },
  },
  {
    name: 'more items for a run than it takes, in one round',
    given: [...work, boundToR1[0], dispatch([{ itemId: 'a', run: 'r1' }], undefined, 'planner/g2')],
    limits: { items: 2 },
    when: dispatch([
      { itemId: 'a', run: 'r1' },
      { itemId: 'b', effect: 'r1/e1' },
    ]),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 2, size: 3 },
  },
  {
    name: 'more items than a round takes',
    given: team,
    limits: { items: 2 },
    when: dispatch(items('a', 'b', 'c')),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 2, size: 3 },
  },
  {
    name: 'two hundred items and one, as hubs are',
    given: team,
    when: dispatch(items(...Array.from({ length: 201 }, (_, i) => `i${i}`))),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 200, size: 201 },
  },
  {
    name: 'more items than a commit holds',
    given: team,
    limits: { commitEvents: 4 },
    when: dispatch([
      { itemId: 'a', session: 'coder' },
      { itemId: 'b', session: 'tester' },
    ]),
    rejects: 'LIMIT_EXCEEDED',
    details: { limit: 4, size: 5 },
  },
]

// ---- in

type Outcomes = readonly (readonly [itemId: string, outcome: 'ok' | 'failed'])[]

/** What comes when, of the items a, b and c; the last of them is what is asked. */
const ways: readonly {
  readonly fanIn: { readonly mode: 'all' | 'any' | 'quorum' | 'settled'; readonly quorum?: number }
  readonly came: Outcomes
  readonly verdict?: 'complete' | 'failed'
}[] = [
  {
    fanIn: { mode: 'all' },
    came: [
      ['a', 'ok'],
      ['b', 'ok'],
    ],
  },
  {
    fanIn: { mode: 'all' },
    came: [
      ['c', 'ok'],
      ['b', 'ok'],
      ['a', 'ok'],
    ],
    verdict: 'complete',
  },
  {
    fanIn: { mode: 'all' },
    came: [
      ['a', 'ok'],
      ['b', 'failed'],
    ],
    verdict: 'failed',
  },
  {
    fanIn: { mode: 'any' },
    came: [
      ['a', 'failed'],
      ['b', 'failed'],
    ],
  },
  { fanIn: { mode: 'any' }, came: [['b', 'ok']], verdict: 'complete' },
  {
    fanIn: { mode: 'any' },
    came: [
      ['c', 'failed'],
      ['a', 'failed'],
      ['b', 'ok'],
    ],
    verdict: 'complete',
  },
  {
    fanIn: { mode: 'any' },
    came: [
      ['c', 'failed'],
      ['a', 'failed'],
      ['b', 'failed'],
    ],
    verdict: 'failed',
  },
  {
    fanIn: { mode: 'quorum', quorum: 2 },
    came: [
      ['a', 'ok'],
      ['b', 'failed'],
    ],
  },
  {
    fanIn: { mode: 'quorum', quorum: 2 },
    came: [
      ['a', 'failed'],
      ['b', 'ok'],
      ['c', 'ok'],
    ],
    verdict: 'complete',
  },
  {
    fanIn: { mode: 'quorum', quorum: 2 },
    came: [
      ['a', 'failed'],
      ['c', 'failed'],
    ],
    verdict: 'failed',
  },
  {
    fanIn: { mode: 'quorum', quorum: 1 },
    came: [
      ['a', 'failed'],
      ['c', 'failed'],
    ],
  },
  {
    fanIn: { mode: 'settled' },
    came: [
      ['a', 'failed'],
      ['b', 'failed'],
    ],
  },
  {
    fanIn: { mode: 'settled' },
    came: [
      ['a', 'failed'],
      ['c', 'ok'],
      ['b', 'failed'],
    ],
    verdict: 'complete',
  },
  {
    fanIn: { mode: 'settled' },
    came: [
      ['c', 'failed'],
      ['b', 'failed'],
      ['a', 'failed'],
    ],
    verdict: 'complete',
  },
]

const fanningIn = ways.map(({ fanIn, came, verdict }): Case => {
  const [itemId, outcome] = came.at(-1) as Outcomes[number]
  const outcomes = new Map(came)
  const order = ['a', 'b', 'c']
  return {
    name: `by ${fanIn.mode} ${fanIn.quorum ?? ''}: ${came.map((each) => each.join(' ')).join(', ')}: ${verdict ?? 'open'}`,
    given: [
      ...team,
      dispatch(items(...order), fanIn),
      ...came.slice(0, -1).map(([id, its]) => settle(id, its, { result: `of ${id}` })),
    ],
    as: by('planner'),
    when: settle(itemId, outcome, { result: `of ${itemId}` }),
    follows: [
      settled(itemId, outcome, { result: `of ${itemId}` }),
      ...(verdict === undefined
        ? []
        : reached('new-1', 'session:planner', {
            verdict,
            results: order.flatMap((id) => {
              const its = outcomes.get(id)
              return its === undefined ? [] : [{ itemId: id, outcome: its, result: `of ${id}` }]
            }),
            missing: order.filter((id) => !outcomes.has(id)),
          })),
    ],
    on: ['session-planner', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject(
        verdict === undefined
          ? { status: 'active', round: { status: 'open' } }
          : { status: 'idle', round: { status: 'reached', verdict } },
      )
    },
  }
})

const quorum = [...team, dispatch(items('a', 'b', 'c'), { mode: 'quorum', quorum: 2, deadline: IN_A_MINUTE })]

const settling: readonly Case[] = [
  {
    name: 'an item that has failed shows at once, while the round goes on',
    given: quorum,
    when: settle('b', 'failed', { reason: 'no time' }),
    follows: [settled('b', 'failed', { reason: 'no time' })],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({
        status: 'active',
        round: {
          status: 'open',
          items: [{ itemId: 'a' }, { itemId: 'b', outcome: 'failed', reason: 'no time' }, { itemId: 'c' }],
        },
      })
    },
  },
  {
    name: 'a large result that nobody else holds is kept',
    given: [...team, dispatch(items('a', 'b'))],
    limits: { commitBytes: 4_000 },
    when: settle('a', 'ok', { result: 'x'.repeat(1_500) }),
    follows: [settled('a', 'ok', { result: 'x'.repeat(1_500) })],
  },
  {
    name: 'the second of a quorum of two decides it: what came so far, and what is missing, in that commit',
    given: [...quorum, settle('b', 'ok', { result: { found: 1 } })],
    as: by('planner'),
    when: settle('c', 'ok', { group: 'g1', round: 1, reason: 'it was easy' }),
    follows: [
      settled('c', 'ok', { reason: 'it was easy' }),
      ...reached('new-1', 'session:planner', {
        verdict: 'complete',
        results: [
          { itemId: 'b', outcome: 'ok', result: { found: 1 } },
          { itemId: 'c', outcome: 'ok' },
        ],
        missing: ['a'],
      }),
    ],
    async sees({ hub }) {
      // Its deadline is over with it.
      expect(await hub.timers()).toEqual([])
      // The third is recorded late, and changes nothing.
      const { events } = await hub.send(settle('a', 'failed', { result: 3 }))
      expect(events).toMatchObject([{ type: 'ItemSettled', data: { itemId: 'a', outcome: 'failed', late: true } }])
      expect(await hub.group(G1)).toMatchObject({
        status: 'idle',
        round: {
          status: 'reached',
          verdict: 'complete',
          items: [
            { itemId: 'a', outcome: 'failed', result: 3, late: true },
            { itemId: 'b', outcome: 'ok', result: { found: 1 } },
            { itemId: 'c', outcome: 'ok', reason: 'it was easy' },
          ],
        },
      })
    },
  },
  {
    name: 'one that comes late is recorded so, and decides nothing again',
    given: [...quorum, settle('a'), settle('b')],
    when: settle('c', 'ok', { result: 3 }),
    follows: [settled('c', 'ok', { result: 3, late: true })],
    on: [STREAM],
  },
  {
    name: 'a late one of an earlier round, while the next is open',
    given: [...quorum, settle('a'), settle('b'), dispatch(items('a', 'c'))],
    when: settle('c', 'ok', { round: 1 }),
    follows: [settled('c', 'ok', { late: true })],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ status: 'active', round: { round: 2, status: 'open' } })
    },
  },
  {
    name: 'of the newest round, if none is named',
    given: [...quorum, settle('a'), settle('b'), dispatch(items('c', 'd'))],
    when: settle('c'),
    follows: [settled('c', 'ok', { round: 2 })],
  },
  {
    name: 'by the session that it is for',
    given: [...team, dispatch([{ itemId: 'a', session: 'stranger' }, ...items('b')])],
    as: by('stranger'),
    when: settle('a'),
    follows: [settled('a')],
    on: ['session-stranger', STREAM],
  },
  {
    name: 'by the session of the run that it is for, before that ends',
    given: [...work, dispatch([{ itemId: 'a', run: 'r2' }, ...items('b')], { mode: 'settled' })],
    as: by('coder'),
    when: settle('a', 'failed', { group: 'g1', reason: 'it broke' }),
    follows: [settled('a', 'failed', { reason: 'it broke', runId: 'r2' })],
    on: ['session-coder', STREAM],
    async sees({ hub }) {
      // It is settled once: the end of the run changes nothing.
      expect((await hub.send(complete('r2'))).events.map(({ type }) => type)).not.toContain('ItemSettled')
    },
  },
  {
    name: 'by whoever serves the effect that it is for',
    given: [...work, dispatch([{ itemId: 'a', effect: 'r1/e1' }, ...items('b')])],
    as: by('coder'),
    when: settle('a'),
    follows: [settled('a', 'ok', { runId: 'r1' })],
  },
  {
    name: 'by whose run asked for the effect that it is for',
    given: [
      ...team,
      start('r1', 'tester'),
      { type: 'RegisterEffect', runId: 'r1', effectId: 'e1' },
      dispatch([{ itemId: 'a', effect: 'r1/e1' }, ...items('b')]),
    ],
    as: by('tester'),
    when: settle('a'),
    follows: [settled('a', 'ok', { runId: 'r1' })],
  },
  {
    name: 'results for which there is no room are left out of what is told, and stay with their items',
    given: [
      ...team,
      dispatch(items('a', 'b', 'c'), { mode: 'settled' }),
      settle('a', 'ok', { result: 'x'.repeat(60) }),
      settle('b', 'failed', { result: 'y'.repeat(60) }),
    ],
    // The names take 219 bytes of the message: a hundred are left.
    limits: { payloadBytes: 319 },
    when: settle('c', 'ok', { result: 'z'.repeat(36) }),
    follows: [
      settled('c', 'ok', { result: 'z'.repeat(36) }),
      ...reached(
        'new-1',
        'operator',
        {
          verdict: 'complete',
          results: [
            { itemId: 'a', outcome: 'ok', result: 'x'.repeat(60) },
            { itemId: 'b', outcome: 'failed', result: 'y'.repeat(60) },
            { itemId: 'c', outcome: 'ok', result: 'z'.repeat(36) },
          ],
          missing: [],
        },
        {
          told: [
            { itemId: 'a', outcome: 'ok', result: 'x'.repeat(60) },
            { itemId: 'b', outcome: 'failed', omitted: true },
            { itemId: 'c', outcome: 'ok', result: 'z'.repeat(36) },
          ],
        },
      ),
    ],
    async sees({ hub }) {
      expect((await hub.group(G1))?.round?.items).toMatchObject([
        { result: 'x'.repeat(60) },
        { result: 'y'.repeat(60) },
        { result: 'z'.repeat(36) },
      ])
    },
  },
  {
    name: 'results for which a commit has no room are left out of the event, too',
    given: [...team, dispatch(items('a', 'b')), settle('a', 'ok', { result: 'x'.repeat(300) })],
    limits: { commitBytes: 4_000 },
    when: settle('b', 'ok', { result: 'é'.repeat(99) }),
    follows: [
      settled('b', 'ok', { result: 'é'.repeat(99) }),
      ...reached('new-1', 'operator', {
        verdict: 'complete',
        results: [
          { itemId: 'a', outcome: 'ok', result: 'x'.repeat(300) },
          { itemId: 'b', outcome: 'ok', omitted: true },
        ],
        missing: [],
      }),
    ],
  },
  {
    name: 'results for which the commit had room once are left out of what is told',
    given: [...team, dispatch(items('a', 'b')), settle('a', 'ok', { result: 'x'.repeat(298) })],
    limits: { commitBytes: 4_000 },
    when: settle('b', 'ok', { result: 'y'.repeat(198) }),
    follows: [
      settled('b', 'ok', { result: 'y'.repeat(198) }),
      ...reached(
        'new-1',
        'operator',
        {
          verdict: 'complete',
          results: [
            { itemId: 'a', outcome: 'ok', result: 'x'.repeat(298) },
            { itemId: 'b', outcome: 'ok', result: 'y'.repeat(198) },
          ],
          missing: [],
        },
        {
          told: [
            { itemId: 'a', outcome: 'ok', result: 'x'.repeat(298) },
            { itemId: 'b', outcome: 'ok', omitted: true },
          ],
        },
      ),
    ],
  },
  {
    name: 'after the deadline, before anybody has swept: the round came to what there was, and this is late',
    given: [
      ...team,
      dispatch(items('a', 'b', 'c'), { mode: 'quorum', quorum: 2, deadline: MINUTE_AGO }),
      settle('a', 'ok', { result: 1 }),
    ],
    passed: 2 * MINUTE,
    as: by('planner'),
    when: settle('b', 'ok', { result: 2 }),
    follows: [
      ...reached('new-1', 'session:planner', {
        verdict: 'partial',
        results: [{ itemId: 'a', outcome: 'ok', result: 1 }],
        missing: ['b', 'c'],
      }),
      settled('b', 'ok', { result: 2, late: true }),
    ],
    on: ['session-planner', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ status: 'idle', round: { status: 'reached', verdict: 'partial' } })
      expect(await hub.timers()).toEqual([])
      expect((await hub.send({ type: 'ExpireDue' })).commit).toBeUndefined()
    },
  },
  {
    name: 'at the deadline it is late',
    given: [...team, dispatch(items('a'), { mode: 'all', deadline: '2026-01-01T00:00:00.000Z' })],
    passed: MINUTE,
    when: settle('a'),
    follows: [
      ...reached('new-1', 'operator', { verdict: 'partial', results: [], missing: ['a'] }),
      settled('a', 'ok', { late: true }),
    ],
  },
  {
    name: 'a millisecond before the deadline it is not',
    given: [...team, dispatch(items('a'), { mode: 'all', deadline: '2026-01-01T00:00:00.001Z' })],
    passed: MINUTE,
    when: settle('a'),
    follows: [
      settled('a'),
      ...reached('new-1', 'operator', {
        verdict: 'complete',
        results: [{ itemId: 'a', outcome: 'ok' }],
        missing: [],
      }),
    ],
  },
  {
    name: 'while the seat is vacant the successor of the last coordinator hears what it came to',
    given: [...team, dispatch([{ itemId: 'a', session: 'coder' }]), close('planner', { successorId: 'tester' })],
    as: by('coder'),
    when: settle('a'),
    follows: [
      settled('a'),
      ...reached(
        'new-1',
        'session:coder',
        { verdict: 'complete', results: [{ itemId: 'a', outcome: 'ok' }], missing: [] },
        { to: 'tester' },
      ).map((each) =>
        each.type === 'MessageSent'
          ? { ...each, data: { ...(each.data as object), address: 'session:planner' } }
          : each,
      ),
    ],
    on: ['session-coder', 'session-planner', 'session-tester', STREAM],
  },
  {
    name: 'while the seat is vacant, with no successor, it is kept as a dead letter',
    given: [...team, dispatch([{ itemId: 'a', session: 'coder' }]), close('planner')],
    as: by('coder'),
    when: settle('a'),
    follows: [
      settled('a'),
      ...reached('new-1', 'session:coder', {
        verdict: 'complete',
        results: [{ itemId: 'a', outcome: 'ok' }],
        missing: [],
      }).slice(0, 2),
      event('mailbox-session-planner', 'MessageDeadLettered', {
        messageId: 'new-1',
        mailbox: 'session:planner',
        sessionId: 'planner',
        reason: 'session planner is closed',
      }),
    ],
  },
  {
    name: 'whoever has taken the seat meanwhile hears it',
    given: [
      ...team,
      dispatch([{ itemId: 'a', session: 'coder' }]),
      close('planner', { successorId: 'tester' }),
      { by: by('coder'), command: { type: 'TransferCoordinator', group: G1, to: 'coder' } },
    ],
    as: by('coder'),
    when: settle('a'),
    follows: [
      settled('a'),
      ...reached(
        'new-1',
        'session:coder',
        { verdict: 'complete', results: [{ itemId: 'a', outcome: 'ok' }], missing: [] },
        { to: 'coder' },
      ),
    ],
  },
  {
    name: 'an item that is settled',
    given: [...quorum, settle('a', 'failed')],
    when: settle('a'),
    rejects: 'INVALID_TRANSITION',
    details: { group: G1, round: 1, itemId: 'a', outcome: 'failed' },
  },
  {
    name: 'of a round that was cancelled',
    given: [...quorum, cancel],
    when: settle('a'),
    rejects: 'INVALID_TRANSITION',
    details: { round: 1, reason: 'no need' },
  },
  {
    name: 'an item that is not in the round: those that are, are told',
    given: quorum,
    when: settle('d'),
    rejects: 'UNKNOWN_ITEM',
    details: { round: 1, itemId: 'd', items: ['a', 'b', 'c'] },
  },
  {
    name: 'of a round that never was',
    given: quorum,
    when: settle('a', 'ok', { round: 2 }),
    rejects: 'UNKNOWN_ITEM',
    details: { round: 2, rounds: 1 },
  },
  { name: 'of a group that had none', given: team, when: settle('a'), rejects: 'UNKNOWN_ITEM', details: { rounds: 0 } },
  { name: 'by a member that it is not for', given: quorum, as: by('coder'), when: settle('a'), rejects: 'NOT_ALLOWED' },
  {
    name: 'by a session that another one’s item is for',
    given: [
      ...work,
      dispatch([
        { itemId: 'a', run: 'r1' },
        { itemId: 'b', session: 'tester' },
      ]),
    ],
    as: by('coder'),
    when: settle('a'),
    rejects: 'NOT_ALLOWED',
  },
  {
    name: 'too large a result',
    given: quorum,
    limits: { payloadBytes: 100 },
    when: settle('a', 'ok', { reason: 'it was', result: 'x'.repeat(93) }),
    rejects: 'PAYLOAD_TOO_LARGE',
    details: { limit: 100, size: 101 },
  },
  { name: 'too long a reason', given: quorum, when: settle('a', 'ok', { reason: LONG }), rejects: 'LIMIT_EXCEEDED' },
]

// ---- between

const checkpoint = { type: 'CheckpointGroup', group: G1, label: 'half' } as const

const between: readonly Case[] = [
  {
    name: 'one of three settled: what came, what is to come, and what the coordinator makes of it',
    given: [...quorum, settle('b', 'ok', { result: [1] })],
    as: by('planner'),
    when: { ...checkpoint, group: 'g1', partial: { so: 'far' } },
    follows: [
      event(STREAM, 'GroupCheckpointed', {
        ...ROUND,
        label: 'half',
        settled: [{ itemId: 'b', outcome: 'ok', result: [1] }],
        pending: ['a', 'c'],
        partial: { so: 'far' },
      }),
    ],
    on: ['session-planner', STREAM],
    async sees({ hub }) {
      expect((await hub.group(G1))?.round).toMatchObject({
        status: 'open',
        checkpoints: [{ label: 'half', settled: [{ itemId: 'b', outcome: 'ok' }], pending: ['a', 'c'] }],
      })
    },
  },
  {
    name: 'of nothing yet; a label of an earlier round may come again',
    given: [...quorum, checkpoint, cancel, dispatch(items('a'))],
    when: checkpoint,
    follows: [
      event(STREAM, 'GroupCheckpointed', { groupId: G1, round: 2, label: 'half', settled: [], pending: ['a'] }),
    ],
    on: [STREAM],
  },
  {
    name: 'a result for which there is no room stays with its item',
    given: [...quorum, settle('a', 'failed', { result: 'x'.repeat(300) })],
    limits: { commitBytes: 2_000 },
    when: checkpoint,
    follows: [
      event(STREAM, 'GroupCheckpointed', {
        ...ROUND,
        label: 'half',
        settled: [{ itemId: 'a', outcome: 'failed', omitted: true }],
        pending: ['b', 'c'],
      }),
    ],
  },
  {
    name: 'a second one of one label',
    given: [...quorum, checkpoint],
    when: checkpoint,
    rejects: 'INVALID_TRANSITION',
    details: { round: 1, label: 'half' },
  },
  {
    name: 'too much of it',
    given: quorum,
    limits: { payloadBytes: 100 },
    when: { ...checkpoint, partial: 'x'.repeat(99) },
    rejects: 'PAYLOAD_TOO_LARGE',
  },
  { name: 'too long a label', given: quorum, when: { ...checkpoint, label: LONG }, rejects: 'LIMIT_EXCEEDED' },
  {
    name: 'the open round is given up',
    given: [...quorum, settle('a')],
    as: by('planner'),
    when: { type: 'CancelRound', group: 'g1', reason: 'no need' },
    follows: [cancelledRound()],
    on: ['session-planner', STREAM],
    async sees({ hub }) {
      expect(await hub.group(G1)).toMatchObject({ status: 'idle', round: { status: 'cancelled', reason: 'no need' } })
      expect(await hub.timers()).toEqual([])
    },
  },
  {
    name: 'with the runs to which an item was bound that is not settled: each once',
    given: [
      ...work,
      start('r3', 'tester'),
      dispatch([
        { itemId: 'a', run: 'r2' },
        { itemId: 'b', effect: 'r1/e1' },
        { itemId: 'c', run: 'r1' },
        { itemId: 'd', session: 'coder' },
        { itemId: 'e', run: 'r3' },
        { itemId: 'f' },
      ]),
      settle('e'),
    ],
    when: cancel,
    follows: [cancelledRound('r2', 'r1')],
    on: [STREAM],
    async sees({ hub }) {
      // They have nothing to settle any more.
      expect((await hub.send(complete('r2'))).events.map(({ type }) => type)).not.toContain('ItemSettled')
    },
  },
  {
    name: 'too long a reason',
    given: quorum,
    when: { type: 'CancelRound', group: G1, reason: LONG },
    rejects: 'LIMIT_EXCEEDED',
  },
  ...([checkpoint, cancel] as const).flatMap((when): Case[] => [
    {
      name: 'a group that never had a round',
      given: team,
      when,
      rejects: 'INVALID_TRANSITION',
      details: { status: 'formed', rounds: 0 },
    },
    {
      name: 'a round that is over',
      given: [...quorum, settle('a'), settle('b')],
      when,
      rejects: 'INVALID_TRANSITION',
      details: { status: 'idle', rounds: 1 },
    },
    { name: 'a round that was cancelled', given: [...quorum, cancel], when, rejects: 'INVALID_TRANSITION' },
  ]),
]

export const roundCases: readonly Case[] = [...dispatching, ...fanningIn, ...settling, ...between]
