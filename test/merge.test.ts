import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { same } from '../src/domain/json.ts'
import { mergeWrites, type Merged, type Strategy, type Value } from '../src/domain/merge.ts'
import { isBatonError } from '../src/errors.ts'
import { testHub } from '../src/testing/test-hub.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const RUNS = { numRuns: LONG ? 20_000 : 1_000 }
/** Each of these opens a hub. */
const HUB_RUNS = { numRuns: LONG ? 2_000 : 100 }

type State = Readonly<Record<string, unknown>>

const KEYS = ['a', 'b', 'c.d', 'constructor', '7']
const STRATEGIES: readonly Strategy[] = ['fail', 'ours', 'theirs', 'append', 'deep', 'sum', 'max', 'min', { set: 1 }]

const json = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(null, true, 0, 1, 2, 'a', 'b', [], ['a'], ['a', 'b'], {}) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom<unknown>('a', 'b', 1, { d: 1 }), { maxLength: 4 }) },
  {
    weight: 2,
    arbitrary: fc.dictionary(fc.constantFrom('x', 'y', '1', 'constructor'), fc.nat(3), { noNullPrototype: true }),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown) },
)
const key = fc.constantFrom(...KEYS)
const state: fc.Arbitrary<State> = fc.dictionary(key, json, { noNullPrototype: true })
const strategies = fc.dictionary(key, fc.constantFrom(...STRATEGIES), { noNullPrototype: true })
const strategy = fc.constantFrom(...STRATEGIES)
/** What a child does to its state; a key that it removes is absent. */
const writes = fc.dictionary(
  key,
  fc.option(
    json.map((value) => ({ value })),
    { nil: undefined },
  ),
  { noNullPrototype: true },
)

const at = (from: State, name: string): Value => (Object.hasOwn(from, name) ? { value: from[name] } : undefined)

interface Sides {
  readonly base: State
  readonly ours: State
  readonly theirs: Readonly<Record<string, Value>>
  readonly strategies?: Readonly<Record<string, Strategy>>
  readonly fallback?: Strategy
}

const merge = ({ base, ours, theirs, ...how }: Sides): Merged =>
  mergeWrites({
    theirs: new Map(Object.entries(theirs)),
    base: (name) => at(base, name),
    ours: (name) => at(ours, name),
    ...how,
  })

/** The target after the merge. */
function after(ours: State, { set, remove }: Merged): State {
  return { ...Object.fromEntries(Object.entries(ours).filter(([name]) => !remove.includes(name))), ...set }
}

const side = (value: unknown): State => (value === undefined ? {} : { k: value })

/** One key, told by its values; undefined is absent. */
function mergeOne(
  base: unknown,
  ours: unknown,
  theirs: unknown,
  how: Strategy = 'fail',
): { to: unknown } | { why: string } {
  const merged = merge({ base: side(base), ours: side(ours), theirs: { k: at(side(theirs), 'k') }, fallback: how })
  const [conflict] = merged.conflicts
  return conflict === undefined ? { to: after(side(ours), merged)['k'] } : { why: conflict.why }
}

const equal = (a: Value, b: Value): boolean => isDeepStrictEqual(a, b)

/** Values of one key on three sides, absent ones included. */
const sides = (value: fc.Arbitrary<unknown>) => {
  const maybe = fc.option(value, { nil: undefined, freq: 6 })
  return fc.tuple(maybe, maybe, maybe)
}

const numbers = fc.integer({ min: -1_000, max: 1_000 })
const lists = fc.array(fc.constantFrom<unknown>('a', 'b', 'c', 1, null, { d: [1] }), { maxLength: 6 })

/** Two that counted to the same figure have counted twice as far. */
const isCounter = (base: Value, both: Value): boolean =>
  typeof both?.value === 'number' && (base === undefined || typeof base.value === 'number')

describe('the three-way rule', () => {
  test('01 each key comes out by the rule: equal, left alone by the child, left alone by the target, or by its strategy', () => {
    fc.assert(
      fc.property(state, state, writes, strategies, strategy, (base, ours, theirs, named, fallback) => {
        const merged = merge({ base, ours, theirs, strategies: named, fallback })
        const conflicts = new Set(merged.conflicts.map((conflict) => conflict.key))
        const result = after(ours, merged)
        for (const [name, their] of Object.entries(theirs)) {
          const [origin, our] = [at(base, name), at(ours, name)]
          const outcome = Object.hasOwn(merged.keys, name) ? merged.keys[name] : undefined
          expect(outcome === undefined).toBe(conflicts.has(name))
          const how = Object.hasOwn(named, name) ? named[name] : fallback
          if (equal(our, their) && (how !== 'sum' || equal(their, origin) || !isCounter(origin, our))) {
            expect(outcome).toBe('equal')
          } else if (equal(their, origin)) expect(outcome).toBe('kept')
          else if (equal(our, origin)) expect(outcome).toBe('taken')
          if (outcome === 'equal' || outcome === 'kept') expect(at(result, name)).toEqual(our)
          if (outcome === 'taken') expect(at(result, name)).toEqual(their)
          const touched = Object.hasOwn(merged.set, name) || merged.remove.includes(name)
          expect(touched).toBe(outcome === 'taken' || outcome === 'combined')
        }
      }),
      RUNS,
    )
  })

  test('02 what the child did not write is never touched, and its unchanged keys never overwrite', () => {
    fc.assert(
      fc.property(state, state, writes, strategies, strategy, (base, ours, written, named, fallback) => {
        const untouched = Object.fromEntries(Object.keys(base).map((name) => [name, at(base, name)]))
        const theirs = { ...written, ...untouched }
        const merged = merge({ base, ours, theirs, strategies: named, fallback })
        const result = after(ours, merged)
        for (const name of KEYS) {
          if (!Object.hasOwn(written, name) || Object.hasOwn(base, name))
            expect(at(result, name)).toEqual(at(ours, name))
        }
      }),
      RUNS,
    )
  })

  test('03 what the child removed is removed in a target that had left it alone, and a conflict in one that had not', () => {
    fc.assert(
      fc.property(json, json, (base, ours) => {
        expect(mergeOne(base, base, undefined)).toEqual({ to: undefined })
        fc.pre(!isDeepStrictEqual(base, ours))
        expect(mergeOne(base, ours, undefined)).toEqual({ why: 'both changed it' })
        expect(mergeOne(base, ours, undefined, 'ours')).toEqual({ to: ours })
        expect(mergeOne(base, ours, undefined, 'theirs')).toEqual({ to: undefined })
      }),
      RUNS,
    )
  })

  test('04 equal sides bring nothing, whatever the base, the strategy (but for sums) and the order of members', () => {
    fc.assert(
      fc.property(state, state, strategy, (base, ours, fallback) => {
        fc.pre(fallback !== 'sum')
        const turned = Object.fromEntries(
          Object.entries(ours).map(([name, value]) => [name, { value: backwards(value) }]),
        )
        const { set, remove, conflicts } = merge({ base, ours, theirs: turned, fallback })
        expect([set, remove, conflicts]).toEqual([{}, [], []])
      }),
      RUNS,
    )
  })

  test('05 merging again is merging once: with what was merged as the base, nothing is left to do', () => {
    fc.assert(
      fc.property(state, state, writes, strategies, strategy, (base, ours, theirs, named, fallback) => {
        const first = merge({ base, ours, theirs, strategies: named, fallback })
        fc.pre(first.conflicts.length === 0)
        const result = after(ours, first)
        const merged = Object.fromEntries(
          Object.entries(theirs).flatMap(([name, value]) => (value ? [[name, value.value]] : [])),
        )
        const again = merge({ base: merged, ours: result, theirs, strategies: named, fallback })
        expect([again.set, again.remove, again.conflicts]).toEqual([{}, [], []])
      }),
      RUNS,
    )
  })

  test('06 keys are independent: one at a time in any order, or all at once, the target is the same', () => {
    fc.assert(
      fc.property(state, state, writes, strategies, fc.nat(), (base, ours, theirs, named, turn) => {
        const how = { strategies: named, fallback: 'theirs' as const }
        const whole = merge({ base, ours, theirs, ...how })
        fc.pre(whole.conflicts.length === 0)
        const names = Object.keys(theirs)
        let result = ours
        for (let i = 0; i < names.length; i++) {
          const name = names[(i + turn) % names.length] as string
          result = after(result, merge({ base, ours: result, theirs: { [name]: theirs[name] }, ...how }))
        }
        expect(result).toEqual(after(ours, whole))
      }),
      RUNS,
    )
  })

  test('07 a merge changes none of the values that it is handed', () => {
    fc.assert(
      fc.property(state, state, writes, strategies, strategy, (base, ours, theirs, named, fallback) => {
        const before = JSON.stringify([base, ours, theirs])
        const { set } = merge({ base, ours, theirs, strategies: named, fallback })
        expect(JSON.stringify([base, ours, theirs])).toBe(before)
        expect(JSON.parse(JSON.stringify(set))).toEqual(set)
      }),
      RUNS,
    )
  })
})

/** All three sides differ. */
const changed = (arbitrary: fc.Arbitrary<unknown>) =>
  sides(arbitrary).filter(
    ([base, ours, theirs]) =>
      !same(base ?? null, ours ?? null) && !same(base ?? null, theirs ?? null) && !same(ours ?? null, theirs ?? null),
  )

const has = (list: readonly unknown[], item: unknown): boolean => list.some((other) => same(other, item))

describe('strategies', () => {
  test('08 fail lists the key with base, ours and theirs', () => {
    fc.assert(
      fc.property(changed(json), ([base, ours, theirs]) => {
        const { conflicts, set, remove } = merge({
          base: side(base),
          ours: side(ours),
          theirs: { k: at(side(theirs), 'k') },
        })
        const [value, mine, yours] = [at(side(base), 'k'), at(side(ours), 'k'), at(side(theirs), 'k')]
        expect(conflicts).toEqual([{ key: 'k', base: value, ours: mine, theirs: yours, why: 'both changed it' }])
        expect([set, remove]).toEqual([{}, []])
      }),
      RUNS,
    )
  })

  test('09 ours, theirs and {set} are what they say', () => {
    fc.assert(
      fc.property(changed(json), json, ([base, ours, theirs], value) => {
        expect(mergeOne(base, ours, theirs, 'ours')).toEqual({ to: ours })
        expect(mergeOne(base, ours, theirs, 'theirs')).toEqual({ to: theirs })
        expect(mergeOne(base, ours, theirs, { set: value })).toEqual({ to: value })
      }),
      RUNS,
    )
  })

  test('10 sum adds what both sides added since the base', () => {
    fc.assert(
      fc.property(changed(numbers), ([base = 0, ours = 0, theirs = 0]) => {
        const [from, mine, yours] = [base, ours, theirs] as [number, number, number]
        fc.pre(mine !== yours && mine !== from && yours !== from)
        expect(mergeOne(from, mine, yours, 'sum')).toEqual({ to: mine + yours - from })
      }),
      RUNS,
    )
  })

  test('11 a counter that is merged any number of times on the way counts once', () => {
    fc.assert(
      fc.property(numbers, fc.array(fc.tuple(numbers, numbers), { maxLength: 8 }), (start, steps) => {
        let [target, child, base] = [start, start, start]
        for (const [mine, yours] of steps) {
          target += mine
          child += yours
          target = (mergeOne(base, target, child, 'sum') as { to: number }).to
          base = child
        }
        expect(target).toBe(steps.reduce((sum, [mine, yours]) => sum + mine + yours, start))
      }),
      RUNS,
    )
  })

  test('12 max and min take the one side or the other, and a side that is absent never wins', () => {
    fc.assert(
      fc.property(changed(numbers), ([base, ours, theirs]) => {
        const both = [ours, theirs].filter((value) => value !== undefined) as number[]
        expect(mergeOne(base, ours, theirs, 'max')).toEqual({ to: Math.max(...both) })
        expect(mergeOne(base, ours, theirs, 'min')).toEqual({ to: Math.min(...both) })
      }),
      RUNS,
    )
  })

  test('13 arithmetic with what is no number is a conflict, and so is what JSON has no number for', () => {
    const noNumber = fc.constantFrom<unknown>(null, '1', [1], { n: 1 }, true)
    fc.assert(
      fc.property(noNumber, fc.constantFrom('sum', 'max', 'min'), (value, how) => {
        for (const three of [
          [1, 2, value],
          [1, value, 2],
          [value, 1, 2],
        ] as const) {
          expect(mergeOne(three[0], three[1], three[2], how)).toEqual({ why: `${how} needs numbers` })
        }
      }),
      RUNS,
    )
    expect(mergeOne(0, 1.7e308, 1.6e308, 'sum')).toHaveProperty('why')
  })

  test('14 append keeps what both sides added, ours first and as it is, and nothing twice', () => {
    fc.assert(
      fc.property(lists, lists, lists, (base, ours, theirs) => {
        fc.pre(!same(base, ours) && !same(base, theirs) && !same(ours, theirs))
        const { to } = mergeOne(base, ours, theirs, 'append') as { to: unknown[] }
        expect(to.slice(0, ours.length)).toEqual(ours)
        const added = to.slice(ours.length)
        for (const [i, item] of added.entries()) {
          expect(has(theirs, item) && !has(ours, item) && !has(base, item) && !has(added.slice(0, i), item)).toBe(true)
        }
        for (const item of theirs) expect(has(to, item) || has(base, item)).toBe(true)
        // What was there and the target took out stays out.
        for (const item of base) if (!has(ours, item)) expect(has(to, item)).toBe(false)
      }),
      RUNS,
    )
  })

  test('15 append with what is no list, and deep with what is no object, is a conflict', () => {
    fc.assert(
      fc.property(fc.constantFrom<unknown>(null, 1, 'a', true), (value) => {
        expect(mergeOne(['a'], ['b'], value, 'append')).toEqual({ why: 'append needs arrays' })
        expect(mergeOne(['a'], value, ['b'], 'append')).toEqual({ why: 'append needs arrays' })
        expect(mergeOne({ a: 1 }, { a: 2 }, value, 'deep')).toEqual({ why: 'deep needs objects' })
        expect(mergeOne({ a: 1 }, value, { a: 2 }, 'deep')).toEqual({ why: 'deep needs objects' })
      }),
      RUNS,
    )
  })

  test('16 deep takes each member from the side that changed it, and names the path that both changed', () => {
    const object = fc.dictionary(fc.constantFrom('x', 'y', 'z', '1', 'constructor'), fc.nat(3), {
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(object, object, object, (base, ours, theirs) => {
        fc.pre(!same(base, ours) && !same(base, theirs) && !same(ours, theirs))
        const expected: Record<string, unknown> = {}
        const clashing: string[] = []
        for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
          const [from, mine, yours] = [at(base, name), at(ours, name), at(theirs, name)]
          const to = equal(mine, yours) || equal(yours, from) ? mine : equal(mine, from) ? yours : 'clash'
          if (to === 'clash') clashing.push(name)
          else if (to !== undefined) expected[name] = to.value
        }
        for (const wrap of [(value: State) => value, (value: State) => ({ in: value })]) {
          const outcome = mergeOne(wrap(base), wrap(ours), wrap(theirs), 'deep')
          if (clashing.length === 0) expect(outcome).toEqual({ to: wrap(expected) })
          else if ('why' in outcome) expect(clashing.some((name) => outcome.why.endsWith(name))).toBe(true)
          else expect.fail(`merged ${JSON.stringify(outcome)}`)
        }
      }),
      RUNS,
    )
  })
})

/** The same value with its members in the other order. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, backwards(inner)]),
  )
}

// ---- through the bus

type Hub = Awaited<ReturnType<typeof testHub>>['hub']

/** A parent run and its child, which has the parent's state as its seed. */
async function family(base: State): Promise<Hub> {
  const { hub } = await testHub({})
  await hub.send({ type: 'OpenSession', sessionId: 's' })
  await hub.send({ type: 'StartRun', sessionId: 's', runId: 'above', begin: true })
  await write(hub, 'above', base)
  await hub.send({ type: 'StartRun', sessionId: 's', runId: 'child', parentRunId: 'above' })
  await hub.send({ type: 'SeedChildState', childRunId: 'child' })
  await hub.send({ type: 'BeginRun', runId: 'child' })
  return hub
}

/** Everything that the run reads becomes this. */
async function write(hub: Hub, id: string, to: State): Promise<void> {
  const { values } = await hub.state(id).get()
  const changed = Object.entries(to).filter(([name, value]) => !isDeepStrictEqual(values[name], value))
  const remove = Object.keys(values).filter((name) => !Object.hasOwn(to, name))
  await hub.send({ type: 'SetState', scope: 'run', id, set: Object.fromEntries(changed), remove })
}

const read = async (hub: Hub, id: string): Promise<State> => (await hub.state(id).get()).values

async function positions(hub: Hub): Promise<number> {
  await hub.catchUp()
  return hub.head.position
}

describe('through the bus', () => {
  test('17 a child is merged by the same rule, and once: again is the first receipt and writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(state, state, state, strategies, async (base, ours, theirs, named) => {
        const hub = await family(base)
        await write(hub, 'child', theirs)
        await hub.send({ type: 'CompleteRun', runId: 'child' })
        await write(hub, 'above', ours)
        const written = Object.keys({ ...base, ...theirs }).filter((name) => !equal(at(base, name), at(theirs, name)))
        const expected = merge({
          base,
          ours,
          theirs: Object.fromEntries(written.map((name) => [name, at(theirs, name)])),
          strategies: named,
        })
        const before = await positions(hub)
        const command = { type: 'MergeChildResult', childRunId: 'child', strategies: named } as const
        if (expected.conflicts.length > 0) {
          const error = await hub.send(command).then(
            () => undefined,
            (reason: unknown) => reason,
          )
          expect(isBatonError(error, 'MERGE_CONFLICT')).toBe(true)
          const listed = (error as { details: { conflicts: Record<string, unknown>[] } }).details.conflicts
          expect(listed.map((one) => one['key'] as string).sort()).toEqual(
            expected.conflicts.map((one) => one.key).sort(),
          )
          for (const one of listed) {
            const name = one['key'] as string
            const values = [base, ours, theirs].map((side) => at(side, name)?.value)
            expect([one['base'], one['ours'], one['theirs']]).toEqual(values)
            expect(one['theirsBy']).toMatchObject({ kind: 'operator' })
          }
          expect(await positions(hub)).toBe(before)
          expect(await read(hub, 'above')).toEqual(ours)
        } else {
          const first = await hub.send(command)
          expect(await read(hub, 'above')).toEqual(after(ours, expected))
          const end = await positions(hub)
          expect(await hub.send(command)).toEqual({ ...first, duplicate: true })
          expect(await positions(hub)).toBe(end)
        }
        await hub.close()
      }),
      HUB_RUNS,
    )
  })

  test('18 a counter counts once, merged at checkpoints and at the end, into the parent and into the session', async () => {
    const steps = fc.array(fc.tuple(numbers, numbers, fc.boolean()), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(
        numbers,
        steps,
        fc.constantFrom('parent' as const, 'session' as const),
        async (start, plan, into) => {
          const hub = await family({ n: start })
          if (into === 'session') await hub.send({ type: 'SetState', scope: 'session', id: 's', set: { n: start } })
          const scope =
            into === 'session' ? ({ scope: 'session', id: 's' } as const) : ({ scope: 'run', id: 'above' } as const)
          const mergeAt = (checkpoint: object) =>
            hub.send({ type: 'MergeChildResult', childRunId: 'child', into, strategies: { n: 'sum' }, ...checkpoint })
          let child = start
          for (const [i, [mine, yours, merges]] of plan.entries()) {
            child += yours
            await hub.send({ type: 'SetState', scope: 'run', id: 'child', set: { n: child } })
            const { n } = (await read(hub, scope.id)) as { n: number }
            await hub.send({ type: 'SetState', ...scope, set: { n: n + mine } })
            await hub.send({ type: 'CheckpointRun', runId: 'child', label: `c${i}` })
            if (merges) await mergeAt({ checkpoint: `c${i}` })
          }
          await hub.send({ type: 'CompleteRun', runId: 'child' })
          await mergeAt({})
          const total = plan.reduce((sum, [mine, yours]) => sum + mine + yours, start)
          expect(await read(hub, scope.id)).toEqual({ n: total })
          await hub.close()
        },
      ),
      HUB_RUNS,
    )
  })

  test('19 a list that is appended to on the way holds each addition once', async () => {
    const steps = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.boolean()), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const hub = await family({ list: ['start'] })
        const add = async (id: string, item: string) => {
          const { list } = (await read(hub, id)) as { list: string[] }
          await hub.send({ type: 'SetState', scope: 'run', id, set: { list: [...new Set([...list, item])] } })
        }
        const mergeAt = (checkpoint: object) =>
          hub.send({ type: 'MergeChildResult', childRunId: 'child', default: 'append', ...checkpoint })
        for (const [i, [mine, yours, merges]] of plan.entries()) {
          await add('above', `p${mine}`)
          await add('child', `c${yours}`)
          await hub.send({ type: 'CheckpointRun', runId: 'child', label: `at${i}` })
          if (merges) await mergeAt({ checkpoint: `at${i}` })
        }
        await hub.send({ type: 'CompleteRun', runId: 'child' })
        await mergeAt({})
        const expected = new Set(['start', ...plan.flatMap(([mine, yours]) => [`p${mine}`, `c${yours}`])])
        const { list } = (await read(hub, 'above')) as { list: string[] }
        expect(list.toSorted()).toEqual([...expected].sort())
        await hub.close()
      }),
      HUB_RUNS,
    )
  })

  test('20 children that wrote different keys give the same state in whatever order they are merged', async () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const
    await fc.assert(
      fc.asyncProperty(state, fc.tuple(json, json, json), fc.constantFrom(...orders), async (base, values, order) => {
        const results: State[] = []
        for (const turn of [orders[0], order]) {
          const hub = await family(base)
          for (const [i, value] of values.entries()) {
            const runId = `child-${i}`
            await hub.send({ type: 'StartRun', sessionId: 's', runId, parentRunId: 'above', begin: true })
            await hub.send({ type: 'SetState', scope: 'run', id: runId, set: { [`own.k${i}`]: value } })
            await hub.send({ type: 'CompleteRun', runId })
          }
          for (const i of turn) await hub.send({ type: 'MergeChildResult', childRunId: `child-${i}` })
          results.push(await read(hub, 'above'))
          await hub.close()
        }
        expect(results[1]).toEqual(results[0])
        expect(results[0]).toEqual({ ...base, 'own.k0': values[0], 'own.k1': values[1], 'own.k2': values[2] })
      }),
      HUB_RUNS,
    )
  })

  test("21 the base of a sharing run is what it read before its first write: the session's later changes are a conflict", async () => {
    await fc.assert(
      fc.asyncProperty(numbers, numbers, numbers, async (start, mine, yours) => {
        fc.pre(new Set([start, mine, yours]).size === 3)
        const { hub } = await testHub({})
        await hub.send({ type: 'OpenSession', sessionId: 's' })
        await hub.send({ type: 'SetState', scope: 'session', id: 's', set: { n: start, left: start } })
        await hub.send({ type: 'StartRun', sessionId: 's', runId: 'top', begin: true })
        await hub.send({ type: 'SetState', scope: 'run', id: 'top', set: { n: yours } })
        await hub.send({ type: 'CompleteRun', runId: 'top' })
        await hub.send({ type: 'SetState', scope: 'session', id: 's', set: { n: mine } })
        const command = { type: 'MergeChildResult', childRunId: 'top', into: 'session' } as const
        await expect(hub.send(command)).rejects.toMatchObject({
          code: 'MERGE_CONFLICT',
          details: { conflicts: [{ key: 'n', base: start, ours: mine, theirs: yours }] },
        })
        await hub.send({ ...command, default: 'sum' })
        expect(await read(hub, 's')).toEqual({ n: mine + yours - start, left: start })
        await hub.close()
      }),
      HUB_RUNS,
    )
  })

  test('22 the result under a key of its own arrives, whatever was merged on the way', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, numbers, fc.boolean(), async (early, late, named) => {
        const hub = await family({})
        await hub.send({ type: 'CheckpointRun', runId: 'child', label: 'c', result: early })
        const resultAs = { resultAs: 'result' }
        const onTheWay = { type: 'MergeChildResult', childRunId: 'child', checkpoint: 'c' } as const
        await hub.send({ ...onTheWay, ...(named && resultAs) })
        await hub.send({ type: 'CompleteRun', runId: 'child', result: late })
        await hub.send({ type: 'MergeChildResult', childRunId: 'child', ...resultAs })
        expect(await read(hub, 'above')).toEqual({ result: late })
        await hub.close()
      }),
      HUB_RUNS,
    )
  })
})
