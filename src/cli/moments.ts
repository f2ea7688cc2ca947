/** Places in history, as they are written on a command line. */
import type { Bookmark, Hub, Moment } from '../index.ts'
import { UsageError } from './usage.ts'
import { instant, isInstant } from './values.ts'
import { durationOf, systemClock } from '../exports.ts'
import type { Given, Options } from './verb.ts'

/** For verbs that only look: the hub as it stood. */
export const AT: Options = {
  at: { type: 'string', value: 'position|time', about: 'as it stood then: 810, 2h ago as 2h' },
}

export const BOOKMARKS: Options = {
  after: { type: 'string', value: 'position', about: 'what came after it; or the cursor of one that was shown' },
  before: { type: 'string', value: 'position', about: 'what came before it' },
}

/** `810`, `#810`, an instant, or how long ago. */
export function moment(text: string): Moment {
  const [, position] = /^#?(\d{1,15})$/.exec(text) ?? []
  if (position !== undefined) return Number(position)
  if (isInstant(text)) return new Date(instant(text))
  const ago = durationOf(text)
  if (ago === undefined) {
    throw new UsageError(
      `${text} is no position and no time`,
      'For example 810, 2026-12-24T18:00:00Z, or 2h for two hours ago.',
    )
  }
  return new Date(systemClock() - ago)
}

/** For `--at`: before the first event there is nothing to look at, and an empty answer would look like one. */
export function momentAt(text: string): Moment {
  const found = moment(text)
  if (found === 0) throw new UsageError('at position 0 nothing had happened', 'The first event is #1; or name a time.')
  return found
}

/** `P1..P2`: from the beginning, or to the end, where one is left out. */
export function span(text: string, end: number): readonly [Moment, Moment] {
  const [from, to, ...more] = text.split('..')
  if (from === undefined || to === undefined || more.length > 0) {
    throw new UsageError(`${text} is no P1..P2`, 'For example 100..200, 2h.., or 2026-12-24T18:00:00Z..810.')
  }
  return [from === '' ? 0 : moment(from), to === '' ? end : moment(to)]
}

/** A position, or a cursor as it was shown. */
function bookmarks({ after, before }: Given): { readonly after?: Bookmark; readonly before?: Bookmark } {
  return {
    ...(typeof after === 'string' && { after: bookmark(after) }),
    ...(typeof before === 'string' && { before: bookmark(before) }),
  }
}

function bookmark(text: string): Bookmark {
  const [, position] = /^#?(\d{1,15})$/.exec(text) ?? []
  return position === undefined ? text : Number(position)
}

/** `-n`. With --follow it is no limit: see `tailed`. */
export function count(given: Given): number | undefined {
  const { n, follow } = given
  if (n === undefined) return undefined
  const limit = Number(n)
  if (typeof n !== 'string' || !/^\d+$/.test(n) || !Number.isSafeInteger(limit)) {
    throw new UsageError(`${String(n)} is no number`, '-n <count>, from 1.')
  }
  if (follow === true) return undefined
  if (limit > 0) return limit
  throw new UsageError(
    '-n 0 would show nothing',
    '-n <count>, from 1; with --follow, -n 0 shows only what comes from now on.',
  )
}

/**
 * As `tail -n 5 -f`: where to begin, so that of what is there already so many come first. `newest` gives at most so many,
 * newest first.
 */
export async function tailed(
  { n, follow }: Given,
  hub: Hub,
  newest: (limit: number) => AsyncIterable<Place> | Promise<readonly Place[]>,
): Promise<{ readonly after?: Bookmark }> {
  if (follow !== true || typeof n !== 'string') return {}
  if (Number(n) === 0) {
    await hub.catchUp()
    return { after: hub.head.position }
  }
  let left = Number(n)
  for await (const { position } of await newest(left + 1)) if (left-- === 0) return { after: position }
  return {}
}

interface Place {
  readonly position: number
}

/** How a verb that shows one thing after another is told where to begin, which way, and when to stop. */
export function stretch(given: Given): {
  readonly after?: Bookmark
  readonly before?: Bookmark
  readonly limit?: number
  readonly direction: 'forward' | 'backward'
} {
  const limit = count(given)
  return {
    ...bookmarks(given),
    ...(limit !== undefined && { limit }),
    direction: given['reverse'] === true ? 'backward' : 'forward',
  }
}
