/** A place in history, as people name it. */
import { refuse } from '../domain/refuse.ts'
import { isoTime } from '../iso-time.ts'
import type { CommitPlace } from '../projections/indexes.ts'
import type { Freshness, Reading } from './reading.ts'

/** A position, or a time. */
export type Moment = number | Date

/** The last accepted commit that began by then. */
export async function commitBy(
  reading: Reading,
  moment: Moment,
  freshness: Freshness = {},
): Promise<CommitPlace | undefined> {
  const until = moment instanceof Date ? moment.getTime() : moment
  return reading.ask(freshness, () => {
    const { position: end, at: time } = reading.states
    const isPlace = moment instanceof Date ? !Number.isNaN(until) : Number.isSafeInteger(until) && until >= 0
    if (!isPlace || (!(moment instanceof Date) && until > end)) noPlace(moment, end, time)
    return reading.commits().last(({ position, at }) => (moment instanceof Date ? at : position) <= until)
  })
}

const noPlace = (moment: Moment, end: number, time: string): never =>
  refuse('INVALID_COMMAND', `there is no position ${String(moment)} in this hub`, {
    details: { at: String(moment), position: end, time: isoTime(Date.parse(time)) },
    hint:
      end === 0
        ? 'Nothing has happened in it yet.'
        : `The newest event is #${end}, of ${isoTime(Date.parse(time))}; or name a time.`,
  })

/** The newest position by then. */
export async function positionAt(reading: Reading, moment: Moment, freshness: Freshness = {}): Promise<number> {
  if (!(moment instanceof Date)) return moment
  const last = await commitBy(reading, moment, freshness)
  return reading.ask({}, () => {
    const list = reading.commits()
    const n = last?.n ?? 0
    return n === list.count ? reading.states.position : list.place(n + 1).position - 1
  })
}
