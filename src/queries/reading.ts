/** What every question is asked of: the folded documents, and the log for what they leave there. */
import type { States } from '../domain/world.ts'
import { BatonError } from '../errors.ts'
import { hex8 } from '../log/chain.ts'
import type { Actor, Commit, StoredEvent } from '../log/commit.ts'
import type { Log } from '../log/log.ts'
import { readCommit } from '../log/read-commit.ts'
import type { StreamIndex } from '../log/stream-index.ts'
import type { Replica } from '../projections/replica.ts'
import type { Arrivals } from './arrivals.ts'

/** An accepted event, as it stands in the log. */
export interface LoggedEvent {
  readonly position: number
  /** To go on behind it: the position, as it stands in this log and no other. */
  readonly cursor: string
  readonly stream: string
  readonly type: string
  readonly typeVersion: number
  readonly data: unknown
  readonly commit: string
  readonly at: string
  readonly by: Actor
}

export interface Reading {
  readonly log: Log
  readonly states: States
  readonly get: Replica['get']
  readonly index: StreamIndex
  readonly commits: Replica['commits']
  /**
   * Folds what was written meanwhile, waits until position `atLeast` has come, and looks: in one turn, so that no answer
   * mixes two positions. Looks again where documents turn out to be damaged and were folded anew.
   */
  readonly ask: <Answer>(options: Freshness, look: () => Synchronous<Answer>) => Promise<Answer>
  /** What came into inboxes lately; a hub that is looked at as it was keeps none. */
  readonly arrivals?: Arrivals | undefined
  /** Set when the log contradicts itself: nothing comes any more. */
  readonly damage: () => Error | undefined
}

/** What was looked at before a wait may have changed behind it. */
type Synchronous<Answer> = Answer extends PromiseLike<unknown> ? never : Answer

/** How new an answer has to be. */
export interface Freshness {
  /** The answer shows at least what stands here: the position of a receipt, for instance. */
  readonly atLeast?: number
  readonly signal?: AbortSignal
}

/** Neighbours often share a line: whoever reads several in order hands the last one back. */
export interface LineCache {
  ref: number
  commit: Commit | undefined
}

export async function commitAt(log: Log, ref: number, cache?: LineCache): Promise<Commit> {
  if (cache?.commit !== undefined && cache.ref === ref) return cache.commit
  const commit = await readCommit(log, ref)
  if (cache !== undefined) Object.assign(cache, { ref, commit })
  return commit
}

export async function eventAt(
  log: Log,
  place: { readonly ref: number; readonly index: number; readonly position: number },
  cache?: LineCache,
): Promise<LoggedEvent> {
  const commit = await commitAt(log, place.ref, cache)
  return logged(commit, commit.events[place.index] as StoredEvent, place.position)
}

/** Where an event stands, with the checksum of its commit's line. */
export const cursorOf = (position: number, crc: number): string => `${position}.${hex8(crc)}`

export const logged = ({ id, at, by, crc }: Commit, { s, t, v, d }: StoredEvent, position: number): LoggedEvent => ({
  position,
  cursor: cursorOf(position, crc),
  stream: s,
  type: t,
  typeVersion: v,
  data: d,
  commit: id,
  at,
  by,
})

/** `forward` begins with the oldest. */
export type Direction = 'forward' | 'backward'

export function assertDirection(direction: unknown = 'forward'): Direction {
  if (direction === 'forward' || direction === 'backward') return direction
  throw new BatonError('INVALID_COMMAND', `${String(direction)} is no direction: forward or backward`, {
    details: { path: 'direction', direction },
  })
}

const MANY = 100

/** How many answers are wanted: a page that can hold none would never end. */
export function assertLimit(limit: number | undefined): number {
  if (limit === undefined) return MANY
  if (Number.isSafeInteger(limit) && limit > 0) return limit
  throw new BatonError('INVALID_COMMAND', `${String(limit)} is no limit: a whole number from 1`, { details: { limit } })
}
