import path from 'node:path'
import { BatonError } from './errors.ts'
import { systemClock, ulidFactory, type Clock, type NewId } from './ids.ts'
import type { Actor } from './log/commit.ts'
import { createEventStore, type BatonEventStore } from './log/emmett.ts'
import { openFileLog } from './log/file/file-log.ts'
import { createFold } from './log/fold.ts'
import { found } from './log/founding.ts'
import { createJudging, type Head, type Judged } from './log/judging.ts'
import type { Log } from './log/log.ts'
import type { Durability } from './log/durability.ts'
import { readPages } from './log/pages.ts'
import { createProposer } from './log/proposer.ts'
import { createStreamIndex } from './log/stream-index.ts'
import { verifyLog, type Report, type VerifyOptions } from './log/verify.ts'

export interface HubOptions {
  /** The hub's directory, usually `.baton`. */
  readonly dir?: string
  /** A log of your own instead of a directory: memory, or another adapter. The hub closes it. */
  readonly log?: Log
  /** Makes the hub if it is not there. Without it a missing hub is HUB_NOT_FOUND. */
  readonly create?: boolean
  /** Who commits are by. */
  readonly actor?: Actor
  /** `disk` (the default) answers after the sync; `os` after the write, which survives `kill -9` but no power cut. */
  readonly durability?: Durability
  /** How long a command goes on when others keep changing what it relies on, in milliseconds. */
  readonly patience?: number
  readonly clock?: Clock
  readonly newId?: NewId
  readonly maxCommitBytes?: number
  readonly maxCommitEvents?: number
  readonly unsafeFileSystem?: boolean
}

/** An accepted event, as `hub.log()` gives it. */
export interface LoggedEvent {
  readonly position: number
  readonly stream: string
  readonly type: string
  readonly typeVersion: number
  readonly data: unknown
  readonly commit: string
  readonly at: string
  readonly by: Actor
}

export interface Hub {
  readonly id: string
  /** Emmett's EventStore for your own streams, in the same log. */
  readonly eventStore: BatonEventStore
  /** Where this replica stands; `position` is that of the newest event. */
  readonly head: Head
  /** Set when the log contradicts itself: the hub is read-only up to there. */
  readonly damage: BatonError | undefined
  /** Folds what others have written meanwhile. */
  catchUp(signal?: AbortSignal): Promise<void>
  /** The accepted events in order, to the end as it is now. */
  log(options?: { readonly after?: number; readonly signal?: AbortSignal }): AsyncIterable<LoggedEvent>
  verify(options?: VerifyOptions): Promise<Report>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const DEFAULTS = { patience: 10_000, maxCommitBytes: 4 * 1024 * 1024, maxCommitEvents: 2_000 } as const

/** Opens a hub: the one place where the parts are wired. */
export async function openHub(options: HubOptions): Promise<Hub> {
  const log = options.log ?? openFileLog(path.resolve(options.dir ?? '.baton'), options)
  try {
    return await wire(log, options)
  } catch (error) {
    await log.close()
    throw error
  }
}

async function wire(log: Log, options: HubOptions): Promise<Hub> {
  const clock = options.clock ?? systemClock
  const newId = options.newId ?? ulidFactory(clock)
  if (options.create === true) await create(log, newId, clock)

  const index = createStreamIndex()
  const fold = createFold(log, {
    observe(judged) {
      index.apply(judged)
      proposer.observe(judged)
    },
    reset: index.clear,
  })
  const durability = options.durability ?? 'disk'
  const proposer = createProposer(log, fold, { ...DEFAULTS, ...options, durability, clock, newId })

  await fold.catchUp()
  const id = fold.genesis?.hub
  if (id === undefined) throw fold.damage ?? unfounded(log.name)
  const actor: Actor = { ...(options.actor ?? { kind: 'operator' }), pid: process.pid }
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    try {
      await proposer.close()
    } finally {
      await log.close()
    }
  }

  const hub: Hub = {
    id,
    eventStore: createEventStore({ log, fold, proposer, index, actor }),
    get head() {
      return fold.head
    },
    get damage() {
      return fold.damage
    },
    catchUp: (signal) => fold.catchUp(signal),
    async *log({ after = 0, signal } = {}) {
      await fold.catchUp(signal)
      yield* acceptedEvents(log, fold.head.cursor, after, signal)
    },
    verify: (verifyOptions) => verifyLog(log, verifyOptions),
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => hub.close(),
  }
  return hub
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

/** Folds from the start, page by page: memory holds one page, and a slow consumer holds nobody up. */
async function* acceptedEvents(
  log: Log,
  end: number,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<LoggedEvent> {
  let accepted: Judged[] = []
  const judging = createJudging(log.name, (judged) => {
    if (judged.void === undefined && judged.commit !== undefined) accepted.push(judged)
  })
  for await (const page of readPages(log, 0, signal)) {
    for (const entry of page) if (entry.ref < end) judging.step(entry)
    for (const judged of accepted) yield* eventsAfter(judged, after)
    accepted = []
    if (judging.head.cursor >= end) return
  }
}

function* eventsAfter({ commit, position }: Judged, after: number): Generator<LoggedEvent> {
  if (commit === undefined) return
  const { id, at, by } = commit
  for (const [i, { s, t, v, d }] of commit.events.entries()) {
    if (position + i <= after) continue
    yield { position: position + i, stream: s, type: t, typeVersion: v, data: d, commit: id, at, by }
  }
}

const unfounded = (name: string): BatonError =>
  new BatonError('HUB_NOT_FOUND', `${name} has no genesis record: founding this hub never finished`, {
    details: { file: name },
    hint: 'Finish it: openHub({ dir, create: true }).',
  })
