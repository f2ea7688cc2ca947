/** A production incident becomes a failing test: what had happened is taken from the log that it happened in. */
import { openFileLog, openHub, openMemoryLog, restoreInto, type Hub, type Log } from '../index.ts'
import { scenario, type Stage, type When } from './scenario.ts'

/** Up to where the history is taken. */
export interface FromLogOptions {
  /** The newest position, with the whole commit that holds it; or the time up to which. */
  readonly to?: number | Date
  /** Up to the newest event that concerns this task. */
  readonly task?: string
}

/**
 * `fromLog('incident/.baton', { to: 4711 }).as(...).when(command).then(events)`: the hub as it stood there, in memory, its
 * events, ids, positions and times as they were, and the clock where it stood. New ids are `new-1`, `new-2`. The
 * directory is only read.
 */
export function fromLog(dir: string, options: FromLogOptions = {}): When {
  return scenario(stageOf(dir, options))
}

const stageOf =
  (dir: string, options: FromLogOptions): Stage =>
  async ({ now, limits }) => {
    const log = await copyOf(dir, options)
    let ids = 0
    const parts = { durability: 'os', sweepEvery: false, limits, newId: () => `new-${++ids}` } as const
    const clock = { now: now ?? 0 }
    const hub = await openHub({ ...parts, log, clock: () => clock.now })
    if (now === undefined) clock.now = Date.parse(hub.head.at)
    return { hub, log }
  }

/** Another hub's log, in memory: the same commits at the same positions, void lines left behind. */
async function copyOf(dir: string, { to, task }: FromLogOptions): Promise<Log> {
  const source = openFileLog(dir)
  try {
    const copy = openMemoryLog()
    const until = task === undefined ? to : await lastOf(dir, task, to)
    await restoreInto(copy, source, { hub: 'incident', now: 0, ...(until !== undefined && { to: until }) })
    return copy
  } finally {
    await source.close()
  }
}

async function lastOf(dir: string, task: string, to: number | Date | undefined): Promise<number> {
  const present = await openHub({ dir, sweepEvery: false })
  try {
    const hub: Hub = to === undefined ? present : await present.at(to)
    const { events } = await hub.history({ task }, { direction: 'backward', limit: 1 })
    const [last] = events
    if (last === undefined) throw new Error(`nothing ever happened to task ${task} in ${dir}`)
    return last.position
  } finally {
    await present.close()
  }
}
