/** What falls due, and when. */
import { TIMER_KINDS, type Timer, type TimerKind } from '../domain/timers.ts'
import type { Freshness, Reading } from './reading.ts'

/** Something that falls due. */
export interface TimerView extends Timer {
  readonly kind: TimerKind
}

/** Soonest first. */
export async function timers(reading: Reading, options: Freshness = {}): Promise<TimerView[]> {
  const found = await reading.ask(options, () =>
    TIMER_KINDS.flatMap((kind) =>
      Object.values(reading.states.timers(kind) ?? {}).map((timer) => ({ kind, ...timer })),
    ),
  )
  return found.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** In no order, for whoever looks often. */
export async function unsortedTimers(reading: Reading): Promise<Timer[]> {
  return reading.ask({}, () => TIMER_KINDS.flatMap((kind) => Object.values(reading.states.timers(kind) ?? {})))
}
