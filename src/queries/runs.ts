/** Runs, alone and as trees. */
import type { Run } from '../domain/run.ts'
import { listedOpen, pageOf, positionOf, type ListOptions } from './listing.ts'
import type { Freshness, Reading } from './reading.ts'

/** A run: how it stands, its result, its effects, its lease. */
export interface RunView extends Omit<Run, 'children'> {
  /** Where it was started. */
  readonly position: number
  readonly children: readonly string[]
  readonly progress?: {
    readonly percent?: number
    readonly step?: string
    readonly label?: string
    readonly usage?: unknown
    readonly at?: string
  }
  readonly leaseUntil?: string
  readonly checkpoints: readonly string[]
}

/** A run with everything below it. */
export interface RunTree extends Omit<RunView, 'children'> {
  readonly children: readonly RunTree[]
}

export async function run(reading: Reading, id: string, options: Freshness = {}): Promise<RunView | undefined> {
  return reading.ask(options, () => runView(reading, id))
}

/** Those that have not ended. */
export async function liveRuns(reading: Reading, options: ListOptions = {}): Promise<RunView[]> {
  const page = await pageOf(reading, options)
  return reading.ask(options, () =>
    [...listedOpen(reading, 'run', page)].flatMap(({ id, position }) => runView(reading, id, position) ?? []),
  )
}

/** A run with everything below it. */
export async function runTree(reading: Reading, id: string, options: Freshness = {}): Promise<RunTree | undefined> {
  return reading.ask(options, () => treeOf(reading, id))
}

/** `above` are those that led here: a circle, which only a faulty writer makes, ends. */
function treeOf(reading: Reading, id: string, above: readonly string[] = []): RunTree | undefined {
  const view = above.includes(id) ? undefined : runView(reading, id)
  if (view === undefined) return undefined
  return { ...view, children: view.children.flatMap((child) => treeOf(reading, child, [...above, id]) ?? []) }
}

function runView(reading: Reading, id: string, position = positionOf(reading, 'run', id)): RunView | undefined {
  const { states } = reading
  const found = states.run(id)
  if (found === undefined) return undefined
  const work = states.work(id)
  const { percent, step, label, usage, reportedAt: at } = work ?? {}
  const progress = Object.fromEntries(
    Object.entries({ percent, step, label, usage, at }).filter(([, value]) => value !== undefined),
  )
  const { children, ...rest } = found
  return {
    ...structuredClone(rest),
    position,
    children: Object.keys(children),
    ...(at !== undefined && { progress: structuredClone(progress) }),
    ...(work?.leaseUntil !== undefined && { leaseUntil: work.leaseUntil }),
    checkpoints: Object.keys(work?.checkpoints ?? {}),
  }
}
