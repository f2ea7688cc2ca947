import path from 'node:path'
import { startSweeper } from './alive/sweeper.ts'
import { busOver } from './bus-over.ts'
import { LONGEST_TIMER_MS } from './domain/duration.ts'
import { DEFAULT_LIMITS, type Limits } from './domain/limits.ts'
import { BatonError } from './errors.ts'
import type { Hub } from './hub-api.ts'
import { asActor, createHub, SYSTEM } from './hub-handle.ts'
import { systemClock, ulidFactory, type Clock, type NewId } from './ids.ts'
import type { Actor } from './log/commit.ts'
import type { Durability } from './log/durability.ts'
import { createEventStore } from './log/emmett.ts'
import { openFileLog } from './log/file/file-log.ts'
import { found } from './log/founding.ts'
import type { Log } from './log/log.ts'
import { onlyRead, openedToRead } from './log/only-read.ts'
import { createProposer, type Proposer } from './log/proposer.ts'
import type { Present } from './past.ts'
import { fingerprint } from './projections/fingerprint.ts'
import { openFolding } from './projections/folding.ts'
import { createRebuilds } from './projections/rebuilds.ts'
import type { FoldedLog } from './projections/verify.ts'
import { openSnapshots } from './projections/snapshots/store.ts'
import { createArrivals } from './queries/arrivals.ts'
import { readingOf } from './queries/asking.ts'
import { createGrowth } from './queries/growth.ts'
import { unsortedTimers } from './queries/timers.ts'

export type { Hub } from './hub-api.ts'

/** How a hub is opened; `openHub({})` opens `.baton` in the working directory, in the operator's name. */
export interface HubOptions {
  /** The hub's directory, usually `.baton`. */
  readonly dir?: string
  /** A log of your own instead of a directory: memory, or another adapter. The hub closes it. */
  readonly log?: Log
  /** Makes the hub if it is not there. Without it a missing hub is HUB_NOT_FOUND. */
  readonly create?: boolean
  /** Who commits are by: the operator, if nobody is named. */
  readonly actor?: Actor
  /** `disk` (the default) answers after the sync; `os` after the write, which survives `kill -9` but no power cut. */
  readonly durability?: Durability
  /** How long a command goes on when others keep changing what it relies on, in milliseconds; 10 s if nothing is said. */
  readonly patience?: number
  /** How much a hub takes: sizes, counts, depths. */
  readonly limits?: Partial<Limits>
  /** The one source of time. */
  readonly clock?: Clock
  /** The one source of ids. */
  readonly newId?: NewId
  /** Opens network, 9p and FUSE file systems too, which do not keep concurrent appends in order. */
  readonly unsafeFileSystem?: boolean
  /** Looks and leaves everything as it is: no command, no snapshot, no sweep. To read, any file system will do. */
  readonly readOnly?: boolean
  /** How often to look for what is due, in milliseconds; 5 s if nothing is said. `false` leaves that to others. */
  readonly sweepEvery?: number | false
  /** `later` loads what decides commands with the first one: for a process that mostly reads, and ends soon. */
  readonly commands?: 'later'
}

const PATIENCE_MS = 10_000
const SWEEP_MS = 5_000

/**
 * Opens a hub: a replica that folds the log and can write to it. Any number of processes may have it open.
 * The one place where the parts are wired.
 */
export async function openHub(options: HubOptions): Promise<Hub> {
  const actor = asActor(options.actor ?? { kind: 'operator' })
  const log = logOf(options)
  try {
    return await wire(log, actor, options)
  } catch (error) {
    await log.close()
    throw error
  }
}

function logOf(options: HubOptions): Log {
  if (options.readOnly !== true) return options.log ?? openFileLog(hubDirectory(options), options)
  return onlyRead(options.log ?? openFileLog(hubDirectory(options), { unsafeFileSystem: true }))
}

const hubDirectory = ({ dir = '.baton' }: HubOptions): string => path.resolve(dir)

async function wire(log: Log, actor: Actor, options: HubOptions): Promise<Hub> {
  const clock = options.clock ?? systemClock
  const newId = options.newId ?? ulidFactory(clock)
  const limits = limitsOf(options.limits)
  if (options.create === true) await create(log, newId, clock)

  const snapshots =
    options.log === undefined
      ? openSnapshots(path.join(hubDirectory(options), 'views', fingerprint()), newId)
      : undefined
  const arrivals = createArrivals()
  const folding = await openFolding(log, {
    clock,
    snapshots,
    publishes: options.readOnly !== true,
    adopts: true,
    durable: () => proposing.durable?.cursor,
    observe(judged) {
      arrivals.observe(judged)
      proposing.observe(judged)
    },
  })
  const { fold } = folding
  const { index } = folding.replica
  const patience = options.patience ?? PATIENCE_MS
  const proposing = createProposer(log, fold, {
    durability: options.durability ?? 'disk',
    patience,
    maxCommitBytes: limits.commitBytes,
    maxCommitEvents: limits.commitEvents,
    clock,
    newId,
  })
  /** What a decision looks at may turn out to be damaged. */
  const propose: Proposer['propose'] = (request) =>
    proposing.propose({ ...request, decide: () => folding.look(request.decide) })
  const bus = busOver(folding, { log, propose, limits, patience, clock, newId })

  if (options.commands !== 'later') await bus.load()
  await fold.catchUp()
  const id = fold.genesis?.hub
  if (id === undefined) throw fold.damage ?? unfounded(log.name)

  const growth = createGrowth(log)
  const reading = readingOf(log, folding, growth, arrivals)
  const folded: FoldedLog = { log, folding, snapshots, clock }
  const rebuilds = createRebuilds(folded)
  rebuilds.buildPending()
  const pasts = new Set<() => Promise<void>>()
  const fork = (source: Log, by: Actor): Promise<Hub> => forkOf(source, by, options)
  const present: Present = { log, folding, reading, snapshots, clock, newId, limits, pasts, fork }
  let closing: Promise<void> | undefined

  const leases = new Set<() => void>()
  const sweepEvery = options.readOnly === true ? false : intervalOf(options.sweepEvery)
  const sweeper =
    sweepEvery === false
      ? undefined
      : startSweeper({
          everyMs: sweepEvery,
          clock,
          timers: () => unsortedTimers(reading),
          sweep: (awakeSince, until) => bus.send(SYSTEM, { type: 'ExpireDue', awakeSince, until }),
        })

  async function close(): Promise<void> {
    growth.close()
    for (const stop of leases) stop()
    try {
      await sweeper?.stop()
      await proposing.close()
      await rebuilds.close()
      for (const closePast of pasts) await closePast()
      await folding.close()
    } finally {
      await log.close()
    }
  }

  return createHub(
    {
      id,
      log,
      fold,
      bus,
      reading,
      growth,
      clock,
      leases,
      eventStore: (by) => createEventStore({ log, fold, propose, look: folding.look, index, actor: by }),
      // An answer without a commit: it is given once what it rests on is durable.
      settled: () => propose({ decide: () => ({ answer: undefined, n: fold.n }), receipt: () => undefined }),
      projections: {
        status: async () => (await import('./projections/status.ts')).statusOf(folded, rebuilds.states),
        rebuild: options.readOnly === true ? () => Promise.reject(openedToRead(log.name)) : rebuilds.rebuild,
        verify: async (wanted) => (await import('./projections/verify.ts')).verifyViews(folded, wanted),
      },
      at: async (moment, by) => (await import('./past.ts')).openPast(present, moment, by),
      lookBack: async (moment) => (await import('./past.ts')).lookBack(present, moment),
      fork: (by) => fork(log, by),
      close: () => (closing ??= close()),
    },
    actor,
  )
}

/** In memory, and a hub of its own: no line of it is one of the other's. */
async function forkOf(source: Log, actor: Actor, { clock = systemClock, newId, limits }: HubOptions): Promise<Hub> {
  // Only who forks pays for it.
  const [{ openMemoryLog }, { restoreInto }] = await Promise.all([
    import('./log/memory.ts'),
    import('./log/restore.ts'),
  ])
  const log = openMemoryLog()
  const id = (newId ?? ulidFactory(clock))()
  await restoreInto(log, source, { hub: id, now: clock() })
  return openHub({ log, actor, durability: 'os', clock, ...(newId && { newId }), ...(limits && { limits }) })
}

/** An interval that is none would have the timer run without a pause. */
function intervalOf(every: number | false = SWEEP_MS): number | false {
  if (every === false || (Number.isSafeInteger(every) && every > 0 && every <= LONGEST_TIMER_MS)) return every
  throw new BatonError('INVALID_COMMAND', `sweepEvery cannot be ${String(every)}`, {
    details: { path: 'sweepEvery' },
    hint: 'Milliseconds, up to 24 days; or false, to leave it to others.',
  })
}

/** What is not given stays as it is; what is no limit is refused, not taken for none. */
function limitsOf(given: Partial<Limits> = {}): Limits {
  const named = Object.entries(given).filter(([, limit]) => limit !== undefined)
  for (const [name, limit] of named) {
    if (Object.hasOwn(DEFAULT_LIMITS, name) && typeof limit === 'number' && limit > 0) continue
    throw new BatonError('INVALID_COMMAND', `limits.${name} cannot be ${String(limit)}`, {
      details: { path: `limits.${name}` },
      hint: `A number above 0, for one of ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
    })
  }
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(named) }
}

/** Ids and times come from the caller: what no reader would take for a genesis record is refused. */
async function create(log: Log, newId: NewId, clock: Clock): Promise<void> {
  try {
    await found(log, newId(), clock())
  } catch (error) {
    if (error instanceof BatonError) throw error
    throw new BatonError('INVALID_COMMAND', `the hub cannot be created: ${String(error)}`, { cause: error })
  }
}

const unfounded = (name: string): BatonError =>
  new BatonError('HUB_NOT_FOUND', `${name} has no genesis record: founding this hub never finished`, {
    details: { file: name },
    hint: 'Finish it: openHub({ dir, create: true }).',
  })
