import { decodeTime, monotonicFactory } from 'ulid'
import { isoTime } from './iso-time.ts'

/** Milliseconds since 1970. The one source of time: everything that needs the time is handed a Clock. */
export type Clock = () => number

/** A fresh id. The one source of randomness: everything that needs an id is handed a factory. */
export type NewId = () => string

export const systemClock: Clock = () => Date.now()

/** Milliseconds since some moment, never less than before: to measure with. `performance` takes 2 ms to load. */
export function steadyNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1e6
}

/** What every id of ours and of callers looks like. Ids are data: they are never used as paths. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Fills it with randomness that nobody can foretell. */
export type Draw = (into: Uint16Array) => void

/** Monotonic ULIDs: sortable, and still rising within this process when the clock stands still or steps back. */
export function ulidFactory(clock: Clock = systemClock, draw: Draw = drawn): NewId {
  const next = monotonicFactory(randomSource(draw))
  return () => next(instant(clock()))
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** When an id of ours was made; undefined for any other. */
export const timeOfId = (id: string): number | undefined => (ULID.test(id) ? decodeTime(id) : undefined)

/** Fractions of 2^16, drawn from the system 2,048 at a time: one at a time costs 13 µs an id. */
function randomSource(draw: Draw): () => number {
  const numbers = new Uint16Array(2048)
  let left = 0
  return () => {
    if (left === 0) {
      draw(numbers)
      left = numbers.length
    }
    return (numbers[--left] as number) / 0x1_0000
  }
}

/** Loaded with the first id: it takes 3 ms, and who only reads needs none. */
const drawn: Draw = (into) => void process.getBuiltinModule('node:crypto').randomFillSync(into)

/** RFC 3339 in UTC with milliseconds, as the log stores it. */
export function timestamp(milliseconds: number): string {
  return isoTime(instant(milliseconds))
}

/** 9999-12-31T23:59:59.999Z: a year of five digits is not what the log stores. */
const LAST_INSTANT = 253_402_300_799_999

/** A time that ids and timestamps can hold. What a broken clock shows instead is refused, not written. */
function instant(milliseconds: number): number {
  if (milliseconds >= 0 && milliseconds <= LAST_INSTANT) return Math.floor(milliseconds)
  throw new RangeError(`the clock shows ${String(milliseconds)}, which is no time between 1970 and 9999`)
}
