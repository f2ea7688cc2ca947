/**
 * Measures one row: its sides run in turn, round after round, on the same disk and in the same minutes, so that what
 * the machine does meanwhile meets them all. Only ratios of such rounds mean anything.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startWorker, type Worker, type WorkerSample } from './worker.ts'

/** One of the things that a row sets beside each other. */
export interface Side {
  /** The worker's file, from this folder. Those in peers/ run only where the peers are installed. */
  readonly worker: string
  readonly options?: object
  readonly processes?: number
}

export type Metric = 'rate' | 'slowest' | 'p50' | 'p99' | 'worst' | 'conflicts' | 'rss' | 'size'

/** One line of the table. */
export interface Comparison {
  readonly what: string
  readonly ours: string
  readonly peer?: string
  readonly metric: Metric
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Row {
  readonly name: string
  readonly sides: Readonly<Record<string, Side>>
  readonly lines: readonly Comparison[]
  /** Runs once before: it fills the directory that all sides are told as `shared`. */
  readonly prepare?: Side
  /** A side's work is a fixed amount: a run is not timed, and needs no warming up. */
  readonly fixed?: true
}

export interface Effort {
  readonly rounds: number
  readonly ms: number
  /** How many commits the fold row folds. */
  readonly commits: number
  /** A hub that is there, for the verbs; a small one is made otherwise. */
  readonly hub?: string
}

/** The figures of each side, one per round; undefined where a side did not run. */
export type Figures = Readonly<Record<string, readonly Readonly<Record<Metric, number>>[] | undefined>>

interface Running {
  readonly workers: Worker[]
  ops: number
}

export async function measureRow(row: Row, effort: Effort, withPeers: boolean, execArgv: string[]): Promise<Figures> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-bench-'))
  const running = new Map<string, Running>()
  try {
    const shared = path.join(dir, 'shared')
    const common = { shared, commits: effort.commits, hub: effort.hub }
    if (row.prepare !== undefined) {
      const { worker, options } = row.prepare
      await (await startWorker(worker, { ...common, dir: shared, ...options }, [])).stop()
    }
    for (const [name, side] of Object.entries(row.sides)) {
      if (side.worker.startsWith('peers/') && !withPeers) continue
      fs.mkdirSync(path.join(dir, name), { mode: 0o700 })
      const workers: Worker[] = []
      running.set(name, { workers, ops: 0 })
      // One after the other: the first makes the store.
      for (let i = 0; i < (side.processes ?? 1); i++) {
        const options = { ...common, dir: path.join(dir, name), stream: `w-${i}`, ...side.options }
        workers.push(await startWorker(side.worker, options, execArgv))
      }
    }
    const figures = await runRounds(row, running, effort)
    for (const [name, side] of running) await check(name, side)
    return figures
  } finally {
    await Promise.all([...running.values()].flatMap(({ workers }) => workers.map((worker) => worker.stop())))
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

async function runRounds(row: Row, running: ReadonlyMap<string, Running>, effort: Effort): Promise<Figures> {
  const figures: Record<string, Record<Metric, number>[]> = {}
  for (const name of running.keys()) figures[name] = []
  const sides = [...running]
  if (row.fixed === undefined) for (const [, side] of sides) await runOnce(side, effort.ms)
  for (let round = 0; round < effort.rounds; round++) {
    // There and back again: a drift of the machine favours nobody.
    const order = round % 2 === 0 ? sides : sides.toReversed()
    for (const [name, side] of order) figures[name]?.push(await runOnce(side, effort.ms))
  }
  return figures
}

/** All workers of a side at once. */
async function runOnce(side: Running, ms: number): Promise<Record<Metric, number>> {
  const replies = await Promise.all(side.workers.map((worker) => worker.ask('run', { ms })))
  const samples = replies as WorkerSample[]
  const ops = sum(samples.map((sample) => sample.ops))
  side.ops += ops
  const rates = samples.map((sample) => (sample.ops / sample.ms) * 1000)
  const latencies = samples.map((sample) => sample.latencies ?? [])
  return {
    rate: sum(rates),
    slowest: Math.min(...rates),
    p50: fairQuantile(latencies, 0.5),
    p99: fairQuantile(latencies, 0.99),
    worst: latencies.flat().reduce((worst, latency) => Math.max(worst, latency), 0),
    conflicts: sum(samples.map(({ conflicts }) => conflicts ?? 0)) / ops,
    rss: Math.max(...samples.map(({ rss }) => rss ?? 0)),
    size: Math.max(...samples.map(({ size }) => size ?? 0)),
  }
}

/**
 * The quantile over all processes, each of which counts the same: where one writes a thousand times as often as the
 * others, who wait for seconds, a quantile over the appends would show its latency alone.
 */
function fairQuantile(processes: readonly (readonly number[])[], q: number): number {
  const all = processes.flatMap((latencies) => latencies.map((latency) => ({ latency, weight: 1 / latencies.length })))
  all.sort((a, b) => a.latency - b.latency)
  let left = q * processes.length
  return all.find(({ weight }) => (left -= weight) <= 0)?.latency ?? all.at(-1)?.latency ?? 0
}

/** No figure of a store that lost anything: it must hold exactly what was acknowledged. */
async function check(name: string, { workers, ops }: Running): Promise<void> {
  const [first, ...others] = workers as [Worker, ...Worker[]]
  await Promise.all(others.map((worker) => worker.ask('close')))
  await first.ask('close')
  const events = await first.ask('check')
  if (events !== undefined && events !== ops) {
    throw new Error(`${name} acknowledged ${ops} events and holds ${JSON.stringify(events)}`)
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0

export const median = (numbers: readonly number[]): number =>
  quantile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  )
