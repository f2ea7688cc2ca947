import { isLive } from './books.ts'
import { OPERATOR, type Chooser, type Maker } from './chooser.ts'

const KEYS = ['count', 'list', 'doc', 'doc.part', 'free', 'constructor', '7']

/** A kind of value to each key, so that strategies fit. */
function valueFor(key: string, { random }: Chooser): unknown {
  switch (key) {
    case 'count':
      return random.below(20) - 5
    case 'list':
      return Array.from({ length: random.below(4) }, () => random.pick<unknown>(['a', 'b', 'c', 1, { d: 1 }]))
    case 'doc':
      return Object.fromEntries(
        ['x', 'y', '1'].filter(() => random.below(2) === 0).map((name) => [name, random.below(3)]),
      )
    default:
      return random.pick<unknown>([null, true, 0, -0, 0.1, '', 'text', 'é\u2028', [], {}, [[null]], { a: { b: [1] } }])
  }
}

const STRATEGIES = { count: ['sum', 'max', 'min'], list: ['append'], doc: ['deep', 'theirs'] } as const

function someValues(choose: Chooser, most: number): Record<string, unknown> {
  const keys = Array.from({ length: 1 + choose.random.below(most) }, () => choose.random.pick(KEYS))
  return Object.fromEntries(keys.map((key) => [key, valueFor(key, choose)]))
}

export const setState: Maker = (choose) => {
  const { random, ledger, chance, maybe } = choose
  const run = chance(0.65) ? choose.liveRun() : undefined
  const session = run === undefined ? choose.openSession() : undefined
  const root = run?.root ?? session?.root
  if (root === undefined) return undefined
  const inTree = [...ledger.sessions.values()].filter((one) => one.root === root && one.status === 'open')
  const writer = chance(0.2) ? undefined : choose.one(inTree, [...ledger.sessions.values()])
  const book = run?.own ?? ledger.states.get(root)
  const key = random.pick(KEYS)
  const there = book?.get(key)
  const version = there === undefined || there.removed ? 0 : there.version
  return {
    actor: writer === undefined ? OPERATOR : choose.as(writer.id),
    command: {
      type: 'SetState',
      ...(run === undefined
        ? { scope: 'session' as const, id: session?.id ?? root }
        : { scope: 'run' as const, id: run.id }),
      ...maybe(0.9, () => ({ set: someValues(choose, 3) })),
      ...maybe(0.25, () => ({ remove: [random.pick(KEYS)] })),
      ...maybe(0.15, () => ({ expect: { [key]: chance(0.8) ? version : version + 1 } })),
    },
  }
}

export const seedChildState: Maker = (choose) => {
  const { random, ledger, chance, maybe } = choose
  const all = [...ledger.runs.values()].filter(({ parent }) => parent !== undefined)
  const child = choose.one(
    all.filter((run) => run.status === 'created' && run.seed === undefined),
    all,
  )
  const parent = ledger.runs.get(child?.parent ?? '')
  if (child === undefined || parent === undefined) return undefined
  const isThere = ledger.sessions.get(parent.session)?.status === 'open'
  const actor = isThere && chance(0.8) ? { kind: 'session', id: parent.session } : OPERATOR
  return {
    actor: actor !== OPERATOR && isLive(parent) && chance(0.5) ? { ...actor, run: parent.id } : actor,
    command: {
      type: 'SeedChildState',
      childRunId: child.id,
      ...(chance(0.3) ? { values: someValues(choose, 4) } : maybe(0.4, () => ({ keys: [random.pick(KEYS), 'doc'] }))),
      ...maybe(0.2, () => ({ exclude: [random.pick(KEYS)] })),
    },
  }
}

export const mergeChildResult: Maker = (choose) => {
  const { random, ledger, chance, maybe } = choose
  const all = [...ledger.runs.values()]
  const toMerge = all.filter((run) => !isLive(run) || run.checkpoints.size > 0)
  const child = choose.one(toMerge, all)
  if (child === undefined) return undefined
  const parent = ledger.runs.get(child.parent ?? '')
  const intoParent = parent !== undefined && isLive(parent) && chance(0.6)
  const label = isLive(child) || chance(0.2) ? choose.one([...child.checkpoints.keys()]) : undefined
  const seat = (parent ?? child).session
  const actor = ledger.sessions.get(seat)?.status === 'open' && chance(0.7) ? { kind: 'session', id: seat } : OPERATOR
  return {
    actor,
    command: {
      type: 'MergeChildResult',
      childRunId: child.id,
      into: intoParent ? 'parent' : 'session',
      ...(label !== undefined && { checkpoint: label }),
      ...maybe(0.9, () => ({
        strategies: {
          count: random.pick(STRATEGIES.count),
          list: random.pick(STRATEGIES.list),
          doc: random.pick(STRATEGIES.doc),
          ...(chance(0.2) && { free: { set: valueFor('free', choose) } }),
        },
      })),
      ...maybe(0.8, () => ({ default: random.pick(['ours', 'theirs'] as const) })),
      ...maybe(0.9, () => ({ allowPartial: true })),
      ...maybe(0.3, () => ({ resultAs: random.pick(['result', 'free']) })),
    },
  }
}
