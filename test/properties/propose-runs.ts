import { isLive, type RunBook } from './books.ts'
import { OPERATOR, type Chooser, type Maker, type Proposal } from './chooser.ts'

const PATHS = ['/work/a', '/work/b', '/work/c', '/work/d']

export const startRun: Maker = (choose) => {
  const { random, ledger, chance, maybe } = choose
  const live = [...ledger.runs.values()].filter(isLive)
  if (live.length > 12 && chance(0.7)) return undefined
  const parent = chance(0.75) ? choose.one(live, [...ledger.runs.values()]) : undefined
  const sessions = [...ledger.sessions.values()]
  const inTree = sessions.filter(
    ({ root, status }) => status === 'open' && (parent === undefined || root === parent.root),
  )
  const session = choose.one(inTree, sessions)
  if (session === undefined || (parent !== undefined && parent.depth >= 4 && chance(0.9))) return undefined
  const effect = parent !== undefined && chance(0.7) ? effectOf(parent, choose) : undefined
  const name = choose.name('r')
  const runId = name !== undefined && ledger.runs.has(name) && chance(0.8) ? undefined : name
  const able = [session.id, parent?.session].filter(
    (id) => ledger.sessions.get(id ?? '')?.status === 'open',
  ) as string[]
  const by = chance(0.2) ? undefined : choose.one(able)
  return {
    actor: by === undefined ? OPERATOR : choose.as(by),
    command: {
      type: 'StartRun',
      sessionId: session.id,
      ...(runId !== undefined && { runId }),
      ...(parent !== undefined && { parentRunId: parent.id }),
      ...(effect !== undefined && { effectId: effect }),
      ...maybe(0.5, () => ({ isolation: isolation(choose) })),
      ...maybe(0.3, () => ({ background: true })),
      ...maybe(0.5, () => ({ begin: true })),
      ...maybe(0.2, () => ({ leaseMs: 1 + random.below(60_000) })),
      ...maybe(0.2, () => ({ label: 'l', model: 'm', harness: 'h' })),
    },
  }
}

function effectOf(parent: RunBook, { random, chance, one }: Chooser): string | undefined {
  const open = openIn(parent)
  return chance(0.4)
    ? one(open, [...parent.effects.keys()])
    : random.pick(['e1', 'e2', 'constructor', '1', `e${random.below(50)}`])
}

function isolation(choose: Chooser): NonNullable<Extract<Proposal['command'], { type: 'StartRun' }>['isolation']> {
  const { random, ledger, maybe } = choose
  const free = PATHS.filter((path) => !ledger.places.has(path))
  const path = choose.one(free, PATHS)
  const other = choose.one(free, PATHS)
  return {
    ...maybe(0.6, () => ({ context: random.pick(['isolated', 'shared'] as const) })),
    ...(path !== undefined && maybe(0.6, () => ({ worktree: { path, ...maybe(0.5, () => ({ branch: 'main' })) } }))),
    ...(other !== undefined && maybe(0.4, () => ({ runDir: other }))),
  }
}

const on =
  (statuses: readonly RunBook['status'][], what: (run: RunBook, choose: Chooser) => Proposal['command']): Maker =>
  (choose) => {
    const run = choose.liveRun(...statuses)
    return run && { actor: choose.commander(run), command: what(run, choose) }
  }

export const beginRun = on(['created'], ({ id: runId }, { maybe }) => ({
  type: 'BeginRun',
  runId,
  ...maybe(0.4, () => ({ modelUsed: 'm2' })),
}))

export const suspendRun = on(['running'], ({ id: runId }) => ({ type: 'SuspendRun', runId, reason: 'waits' }))

export const resumeRun = on(['waiting'], ({ id: runId }) => ({ type: 'ResumeRun', runId }))

export const reportProgress = on([], ({ id: runId, percent = 0 }, { random, chance, maybe }) => ({
  type: 'ReportProgress',
  runId,
  ...maybe(0.8, () => ({
    percent: chance(0.85) ? Math.min(100, percent + random.below(25)) : Math.max(0, percent - 1 - random.below(20)),
  })),
  ...maybe(0.4, () => ({ step: 'one', label: 'two' })),
  ...maybe(0.3, () => ({ usage: { tokens: random.below(99) } })),
}))

export const checkpointRun = on([], (run, choose) => ({
  type: 'CheckpointRun',
  runId: run.id,
  label:
    choose.one(
      ['c1', 'c2', 'c3', 'constructor', '1'].filter((label) => !run.checkpoints.has(label)),
      ['c1'],
    ) ?? 'c9',
  ...choose.maybe(0.4, () => ({ result: { at: choose.random.below(9) } })),
}))

/** Those without a child that would have to end first. */
export const completeRun: Maker = (choose) => {
  const { random, ledger, maybe } = choose
  const all = [...ledger.runs.values()]
  const holdsUp = (run: RunBook) => all.some((child) => child.parent === run.id && isLive(child) && !child.background)
  const run = choose.one(
    all.filter((one) => ['running', 'waiting'].includes(one.status) && !holdsUp(one)),
    all,
  )
  if (run === undefined) return undefined
  const result = () => ({ result: random.pick<unknown>([null, 1, 'done', { files: ['a'] }]) })
  return { actor: choose.commander(run), command: { type: 'CompleteRun', runId: run.id, ...maybe(0.7, result) } }
}

export const failRun = on([], ({ id: runId }, { random, maybe }) => ({
  type: 'FailRun',
  runId,
  reason: random.pick(['error', 'timeout', 'lost', 'budget', 'rejected']),
  error: 'it broke',
  ...maybe(0.4, () => ({ partial: { some: 1 } })),
}))

export const cancelRun = on([], ({ id: runId }) => ({ type: 'CancelRun', runId, reason: 'not needed' }))

export const registerEffect = on([], (run, { random, one, maybe }) => {
  const free = ['e1', 'e2', 'constructor', '1', `e${random.below(50)}`].filter((id) => !run.effects.has(id))
  const effectId = one(free, [...run.effects.keys()]) ?? 'e1'
  return { type: 'RegisterEffect', runId: run.id, effectId, ...maybe(0.3, () => ({ kind: 'k', label: 'l' })) }
})

const openIn = ({ effects }: RunBook): string[] =>
  [...effects].filter(([, { outcome }]) => outcome === undefined).map(([id]) => id)

export const settleEffect: Maker = (choose) => {
  const { ledger, random, one, maybe } = choose
  const all = [...ledger.runs.values()].filter(({ effects }) => effects.size > 0)
  const run = one(
    all.filter((each) => isLive(each) && openIn(each).length > 0),
    all,
  )
  const effectId = run && one(openIn(run), [...run.effects.keys()])
  if (run === undefined || effectId === undefined) return undefined
  const outcome = random.pick(['ok', 'ok', 'error', 'cancelled'] as const)
  const result = maybe(0.4, () => ({ result: random.pick<unknown>([null, 'done', { n: 1 }]) }))
  return {
    actor: choose.commander(run),
    command: { type: 'SettleEffect', runId: run.id, effectId, outcome, ...result },
  }
}
