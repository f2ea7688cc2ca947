/** Merging what a child run wrote into its parent's state, or the session's. */
import type { MergeChildResult } from '../../commands/merge-child-result.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, notAllowed, type Acting } from '../acting.ts'
import { of } from '../dict.ts'
import { anyRun, liveRun, openSession } from '../find.ts'
import { mergeWrites, type KeyConflict, type Value } from '../merge.ts'
import { refuse } from '../refuse.ts'
import { isLive, type Run } from '../run.ts'
import {
  readable,
  stateStream,
  type Merge,
  type Provenance,
  type Readable,
  type Scope,
  type StateEntry,
} from '../state.ts'
import { workStream, type Work } from '../work.ts'
import type { Decide, World } from '../world.ts'
import { assertRoom, fellThrough } from './set-state.ts'

export const decideMergeChildResult: Decide<MergeChildResult> = (command, world, context) => {
  const by = acting(world, context)
  const { childRunId, checkpoint, into = 'parent', strategies, default: fallback } = command
  const child = anyRun(world, childRunId)
  const target = targetOf(child, into, by, world)
  // A run that has ended writes nothing more, and a checkpoint never changes: neither needs relying on.
  const work = world.peek.work(childRunId)
  const own = writesToMerge(command, child, work)

  const merges = (target.state?.merges ?? []).filter((merge) => merge.childRunId === childRunId)
  const before = merges.find((merge) => merge.checkpoint === checkpoint)
  if (before !== undefined) return { done: before.done }
  const last = merges.at(-1)
  if (last !== undefined) assertLater(child, checkpoint, last, work)

  const theirs = new Map<string, Value>(Object.entries(own).map(([key, entry]) => [key, valueOf(entry)]))
  const resultAs = resultOf(child, checkpoint, work) === undefined ? undefined : command.resultAs
  if (resultAs !== undefined) theirs.set(resultAs, resultOf(child, checkpoint, work))
  const merged = mergeWrites({
    theirs,
    // What was kept under a key before is the base there; a result that was not is new.
    base: (key) =>
      key !== resultAs
        ? baseOf(key, child, last, work)
        : last?.resultAs === key
          ? resultOf(child, last.checkpoint, work)
          : undefined,
    ours: (key) => target.read.get(key),
    ...(strategies !== undefined && { strategies }),
    ...(fallback !== undefined && { fallback }),
  })
  if (merged.conflicts.length > 0) return conflict(child, merged.conflicts, target, own)
  assertRoom(merged.set, target.state, context)
  const { scope, id, stream } = target
  const facts: Fact[] = [
    {
      stream,
      type: 'ChildResultMerged',
      data: { scope, id, childRunId, checkpoint, resultAs, keys: { ...merged.keys } },
    },
  ]
  const { set, remove } = merged
  if (Object.keys(set).length > 0 || remove.length > 0) {
    const base = target.run && fellThrough(target.run, [...Object.keys(set), ...remove], target.state, world)
    const data = {
      scope,
      id,
      set: { ...set },
      remove: [...remove],
      mergedFrom: childRunId,
      ...(base !== undefined && { base }),
    }
    facts.push({ stream, type: 'StateChanged', data })
  }
  return facts
}

interface Target {
  readonly scope: 'run' | 'session'
  readonly id: string
  readonly stream: string
  readonly state: Scope | undefined
  /** What a reader of the target meets: a run's seed and, where it shares, the session's state included. */
  readonly read: ReadonlyMap<string, Readable>
  /** The parent run, where it is the target. */
  readonly run?: Run
}

/** The parent run, live, or the session's state while its root session is open. */
function targetOf(child: Run, into: 'parent' | 'session', by: Acting, world: World): Target {
  const { parentRunId, rootSessionId } = child
  const mine = by.run?.id
  const isChild = mine === undefined || mine === parentRunId || (into === 'session' && mine === child.id)
  if (!isChild || (into === 'parent' && parentRunId === undefined)) {
    return refuse(
      'NOT_A_CHILD',
      `run ${child.id} is no child of ${mine === undefined ? 'another run' : `run ${mine}`}`,
      {
        details: { runId: child.id, parentRunId },
        ...(parentRunId === undefined && { hint: 'A root run is merged into its session: --into session' }),
      },
    )
  }
  // Who a run belongs to never changes.
  const parent = parentRunId === undefined ? undefined : world.peek.run(parentRunId)
  if (!by.operator && by.session?.id !== (parent ?? child).sessionId) {
    notAllowed(by, `merge run ${child.id}`, "Its parent run and that one's session")
  }
  if (into === 'session') {
    openSession(world, rootSessionId)
    const state = world.sessionState(rootSessionId)
    return {
      scope: 'session',
      id: rootSessionId,
      stream: stateStream(rootSessionId),
      state,
      read: readable({ own: state }),
    }
  }
  const run = liveRun(world, parentRunId as string)
  const state = world.work(run.id)?.own
  const session = run.context === 'shared' ? world.sessionState(rootSessionId) : undefined
  const read = readable({ own: state, run, session })
  return { scope: 'run', id: run.id, stream: workStream(run.id), state, read, run }
}

/** The child's own writes, at its end or at the checkpoint named. */
function writesToMerge(
  command: MergeChildResult,
  child: Run,
  work: Work | undefined,
): Readonly<Record<string, StateEntry>> {
  const { checkpoint, allowPartial } = command
  if (checkpoint !== undefined) {
    const kept = of(work?.checkpoints, checkpoint)
    if (kept !== undefined) return kept.own
    return refuse('UNKNOWN_CHECKPOINT', `run ${child.id} has no checkpoint ${checkpoint}`, {
      details: { runId: child.id, checkpoint, checkpoints: Object.keys(work?.checkpoints ?? {}) },
    })
  }
  if (isLive(child)) {
    return refuse('CHILD_NOT_SETTLED', `run ${child.id} is ${child.status}`, {
      details: { runId: child.id, status: child.status },
      hint: 'Wait for its end, or merge one of its checkpoints.',
    })
  }
  if (child.status !== 'completed' && allowPartial !== true) {
    return refuse('CHILD_NOT_SUCCEEDED', `run ${child.id} has ${child.status}`, {
      details: { runId: child.id, status: child.status, reason: child.reason },
      hint: 'To take what it wrote all the same: --allow-partial',
    })
  }
  return work?.own.keys ?? {}
}

/** Merging an earlier state on top of a later one would take the later one back. */
function assertLater(child: Run, checkpoint: string | undefined, last: Merge, work: Work | undefined): void {
  if (checkpoint === undefined) return
  const mergedAt = last.checkpoint === undefined ? Infinity : (of(work?.checkpoints, last.checkpoint)?.position ?? 0)
  if ((of(work?.checkpoints, checkpoint)?.position ?? 0) > mergedAt) return
  refuse('INVALID_TRANSITION', `a later state of run ${child.id} is merged already`, {
    details: { runId: child.id, checkpoint, merged: last.checkpoint ?? 'its end' },
  })
}

/** Its values at the last checkpoint merged into this target, else what it started from. */
function baseOf(key: string, child: Run, last: Merge | undefined, work: Work | undefined): Value {
  const merged = last?.checkpoint === undefined ? undefined : of(work?.checkpoints, last.checkpoint)?.own
  const entry = of(merged, key)
  if (entry !== undefined) return valueOf(entry)
  for (const start of [child.seed?.values, work?.own.base]) {
    if (start !== undefined && Object.hasOwn(start, key)) return { value: start[key] }
  }
  return undefined
}

const valueOf = (entry: StateEntry | undefined): Value =>
  entry === undefined || entry.removed === true ? undefined : { value: entry.value }

function resultOf(child: Run, checkpoint: string | undefined, work: Work | undefined): Value {
  const value = checkpoint === undefined ? child.result : of(work?.checkpoints, checkpoint)?.result
  return value === undefined ? undefined : { value }
}

function conflict(
  child: Run,
  conflicts: readonly KeyConflict[],
  target: Target,
  own: Readonly<Record<string, StateEntry>>,
): never {
  const listed = conflicts.map(({ key, base, ours, theirs, why }) => ({
    key,
    why,
    base: base?.value,
    ours: ours?.value,
    theirs: theirs?.value,
    oursBy: writer(target.read.get(key)?.provenance),
    theirsBy: writer(of(own, key)),
  }))
  const held = (side: 'ours' | 'theirs'): string => listed.map((each) => shown(each[side])).join(', ')
  return refuse(
    'MERGE_CONFLICT',
    `run ${child.id} and the target changed ${listed.map(({ key }) => key).join(', ')} differently`,
    {
      details: { runId: child.id, conflicts: listed },
      hint:
        `Choose for each, as ${listed.map(({ key }) => `--strategy ${key}=theirs`).join(' ')}: ` +
        `ours keeps ${held('ours')}, theirs takes ${held('theirs')}; append, deep, sum, max and min join them`,
    },
  )
}

const SHOWN = 40

/** A value in a sentence. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`
}

/** A seed has no writer but whoever seeded. */
const writer = (from: Provenance | undefined) =>
  from && {
    ...from.by,
    at: from.at,
    position: from.position,
    ...(from.mergedFrom !== undefined && { mergedFrom: from.mergedFrom }),
  }
