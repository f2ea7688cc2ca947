/** A hub as it stood at a position or a time: every question works, and nothing can be written there. */
import { busOver } from './bus-over.ts'
import type { Limits } from './domain/limits.ts'
import { refuse } from './domain/refuse.ts'
import { isoTime } from './iso-time.ts'
import type { Hub } from './hub-api.ts'
import { createHub } from './hub-handle.ts'
import type { Clock, NewId } from './ids.ts'
import type { Actor } from './log/commit.ts'
import { createEventStore } from './log/emmett.ts'
import type { Cursor, Log } from './log/log.ts'
import { prefixOf, asItWas } from './log/prefix.ts'
import { openFolding, type Folding } from './projections/folding.ts'
import type { Snapshots } from './projections/snapshots/store.ts'
import { verifyViews } from './projections/verify.ts'
import { statusOf } from './projections/status.ts'
import { readingOf } from './queries/asking.ts'
import type { LookBack } from './queries/diff.ts'
import { createGrowth, type Growth } from './queries/growth.ts'
import { commitBy, type Moment } from './queries/moments.ts'
import type { Reading } from './queries/reading.ts'

/** The hub that is looked back on. */
export interface Present {
  readonly log: Log
  readonly folding: Folding
  readonly reading: Reading
  readonly snapshots: Snapshots | undefined
  readonly clock: Clock
  readonly newId: NewId
  readonly limits: Limits
  /** Those that are open: they close with the hub. */
  readonly pasts: Set<() => Promise<void>>
  /** A hub in memory that begins with what is in this log. */
  readonly fork: (log: Log, actor: Actor) => Promise<Hub>
}

/** What is folded up to there, and what is asked of it. */
interface Past extends LookBack {
  readonly log: Log
  readonly folding: Folding
  readonly growth: Growth
}

export async function lookBack(present: Present, moment: Moment): Promise<Past> {
  const { snapshots, clock, pasts } = present
  const log = prefixOf(present.log, await endAt(present, moment))
  const folding = await openFolding(log, { clock, snapshots, isPast: true })
  const growth = createGrowth(log)
  // Nothing comes any more.
  growth.close()
  const close = async (): Promise<void> => {
    pasts.delete(close)
    await folding.close()
  }
  pasts.add(close)
  try {
    await folding.fold.catchUp()
  } catch (error) {
    await close()
    throw error
  }
  return { log, folding, growth, reading: readingOf(log, folding, growth), close }
}

export async function openPast(present: Present, moment: Moment, actor: Actor): Promise<Hub> {
  const { snapshots, clock, newId, limits } = present
  await assertFounded(present, moment)
  const { log, folding, growth, reading, close } = await lookBack(present, moment)
  const { fold, look } = folding
  const { index } = folding.replica
  const propose = (): Promise<never> => Promise.reject(asItWas(log.name))
  const bus = busOver(folding, { log, propose, limits, patience: 1, clock, newId })
  return createHub(
    {
      id: fold.genesis?.hub ?? '',
      log,
      fold,
      bus,
      reading,
      growth,
      clock,
      leases: new Set(),
      eventStore: (by) => createEventStore({ log, fold, propose, look, index, actor: by }),
      settled: () => Promise.resolve(),
      projections: {
        status: async () => statusOf({ log, folding, snapshots, clock }, new Map()),
        verify: (options) => verifyViews({ log, folding, snapshots, clock }, options),
        rebuild: propose,
      },
      at: (earlier, by) => openPast(present, earlier, by),
      lookBack: (earlier) => lookBack(present, earlier),
      fork: (by) => present.fork(log, by),
      close,
    },
    actor,
  )
}

/** Of a time before there was a hub nothing can be asked: an empty answer would look like one. */
async function assertFounded({ folding, reading }: Present, moment: Moment): Promise<void> {
  const founded = folding.fold.genesis?.at
  if (founded === undefined || !(moment instanceof Date) || !(moment.getTime() < Date.parse(founded))) return
  // A hub that was restored is younger than what it holds.
  if ((await commitBy(reading, moment)) !== undefined) return
  const [first] = await reading.ask({}, () => {
    const commits = reading.commits()
    return commits.count > 0 ? [isoTime(commits.place(1).at)] : []
  })
  const began = first !== undefined && first < founded ? first : founded
  const at = isoTime(moment.getTime())
  refuse('INVALID_COMMAND', `there was no hub at ${at}`, {
    details: { at, founded: began },
    hint: `It begins at ${began}: name a time from then on, or a position.`,
  })
}

/** The end of the commit that holds the position; or of the last one whose time is not after that. */
async function endAt({ log, folding, reading }: Present, moment: Moment): Promise<Cursor> {
  const last = await commitBy(reading, moment)
  const ref = last?.ref ?? folding.fold.save()?.genesisRef ?? 0
  return (await log.readAt(ref)).next
}
