/** Which decisions can share a write, and whether one still holds when it is written. */
import { chainAt, judge, type Window } from './accept.ts'
import type { Draft, Mark } from './commit.ts'

/** Asked for each decision of a batch, in the order in which they came: whether it can be written with those before. */
export type FitsBatch = (draft: Pick<Draft, 'on' | 'events'>) => boolean

/** What does not fit is decided again behind the batch; what comes later must not write before it what it relies on. */
export function createBatch(): FitsBatch {
  const raised = new Set<string>()
  const awaited = new Set<string>()
  return ({ on, events }) => {
    const relied = Object.keys(on)
    const fits = !relied.some((s) => raised.has(s)) && !events.some(({ s }) => awaited.has(s))
    if (fits) for (const { s } of events) raised.add(s)
    else for (const s of relied) awaited.add(s)
    return fits
  }
}

/** Would the rule accept it, had it been written as soon as it was decided? Then it may claim to have seen more. */
export function stillHolds(window: Window, id: string, draft: Draft, seenAt: number): boolean {
  if (seenAt === window.n) return true
  const chain = chainAt(window, seenAt)
  if (chain === undefined) return false
  const mark: Mark = [seenAt, chain]
  return judge(window, { ...draft, id, seen: mark, safe: mark, crc: 0 }).kind === 'accepted'
}
