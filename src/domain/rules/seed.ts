/** What a child run starts from. */
import type { SeedChildState } from '../../commands/seed-child-state.ts'
import { acting, notAllowed, type Acting } from '../acting.ts'
import type { Dict } from '../dict.ts'
import { anyRun, liveRun } from '../find.ts'
import { digest } from '../json.ts'
import { refuse } from '../refuse.ts'
import { isLive, runStream, type Run } from '../run.ts'
import { emptyScope, readable } from '../state.ts'
import type { Decide, World } from '../world.ts'
import { assertRoom } from './set-state.ts'

export const decideSeedChildState: Decide<SeedChildState> = (command, world, context) => {
  const by = acting(world, context)
  const { childRunId, keys, values, exclude = [] } = command
  if (keys !== undefined && values !== undefined) {
    return refuse('INVALID_COMMAND', 'a seed is read from the parent (keys) or given (values), not both', {
      details: { path: 'values' },
    })
  }
  const child = anyRun(world, childRunId)
  const parent = parentOf(child, by, world)
  if (child.seed !== undefined) {
    return refuse('ALREADY_SEEDED', `run ${childRunId} has its seed, and a seed never changes`, {
      details: { runId: childRunId, at: child.seed.at, hash: child.seed.hash },
    })
  }
  if (child.status !== 'created') {
    return refuse('SEED_AFTER_START', `run ${childRunId} is ${child.status}: a run is seeded before it begins`, {
      details: { runId: childRunId, status: child.status },
    })
  }
  const seed = values === undefined ? fromParent(parent, keys, exclude, world) : given(values, exclude)
  assertRoom(seed.values, emptyScope(), context)
  const data = {
    runId: childRunId,
    parentRunId: parent.id,
    ...seed,
    hash: digest(seed.values),
    position: world.peek.position,
  }
  return [{ stream: runStream(childRunId), type: 'ChildStateSeeded', data }]
}

function parentOf(child: Run, by: Acting, world: World): Run {
  if (child.parentRunId === undefined || (by.run !== undefined && by.run.id !== child.parentRunId)) {
    return refuse(
      'NOT_A_CHILD',
      `run ${child.id} is no child of ${by.run === undefined ? 'another run' : `run ${by.run.id}`}`,
      {
        details: { runId: child.id, parentRunId: child.parentRunId },
      },
    )
  }
  // A parent that has ended took its live children with it, but for those in the background.
  const parent = isLive(child) ? liveRun(world, child.parentRunId) : anyRun(world, child.parentRunId)
  if (!by.operator && by.session?.id !== parent.sessionId) notAllowed(by, `seed run ${child.id}`, 'Its parent run')
  return parent
}

interface Seeding {
  readonly values: Dict<unknown>
  readonly versions: Dict<number>
  /** Keys that were asked for and are not there. */
  readonly missing: string[]
}

const covers = (wanted: string, key: string): boolean => key === wanted || key.startsWith(`${wanted}.`)

/** All that the parent reads, or the keys named; `a` covers `a.b`. */
function fromParent(
  parent: Run,
  keys: readonly string[] | undefined,
  exclude: readonly string[],
  world: World,
): Seeding {
  const session = parent.context === 'shared' ? world.sessionState(parent.rootSessionId) : undefined
  const read = readable({ own: world.work(parent.id)?.own, run: parent, session })
  const seed: Seeding = { values: {}, versions: {}, missing: [] }
  for (const [key, { value, version }] of read) {
    if (keys !== undefined && !keys.some((wanted) => covers(wanted, key))) continue
    if (exclude.some((unwanted) => covers(unwanted, key))) continue
    seed.values[key] = value
    seed.versions[key] = version
  }
  seed.missing.push(...(keys ?? []).filter((wanted) => ![...read.keys()].some((key) => covers(wanted, key))))
  return seed
}

function given(values: Readonly<Record<string, unknown>>, exclude: readonly string[]): Seeding {
  const kept = Object.entries(values).filter(([key]) => !exclude.some((unwanted) => covers(unwanted, key)))
  return { values: Object.fromEntries(kept), versions: {}, missing: [] }
}
