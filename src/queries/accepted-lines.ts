/**
 * Any part of the log, either way: the index names the lines of the accepted commits, and pages of the log between those
 * are read. Nothing is judged again, and a page at a time is held, however slowly it is taken.
 */
import { goneBad } from '../log/read-commit.ts'
import type { Log } from '../log/log.ts'
import { nextTurn } from '../log/turn.ts'
import type { CommitPlace } from '../projections/indexes.ts'
import type { Direction, Reading } from './reading.ts'

/** The line of an accepted commit. */
export interface AcceptedLine {
  readonly place: CommitPlace
  readonly ref: number
  readonly line: Buffer
}

export interface Stretch {
  /** Of positions, both exclusive. */
  readonly after: number
  readonly before: number
  readonly direction: Direction
  /** About so many lines will do. */
  readonly wanted?: number
  readonly signal?: AbortSignal | undefined
}

/** So few are read one by one; so many make a page of the log at least. */
const [FEW, START, MOST] = [4, 32, 2_048]

/** The commits with events in between, as they stand in the log. */
export async function* acceptedLines(reading: Reading, stretch: Stretch): AsyncGenerator<AcceptedLine> {
  const { direction, wanted = START, signal } = stretch
  const bounds = await reading.ask({}, () => boundsOf(reading, stretch))
  let [from, to] = bounds
  let most = MOST
  for (let size = Math.max(1, Math.min(wanted, START)); from <= to; size = Math.min(2 * size, most)) {
    signal?.throwIfAborted()
    const places = await reading.ask({}, () =>
      direction === 'forward'
        ? placesOf(reading, from, Math.min(to, from + size - 1))
        : placesOf(reading, Math.max(from, to - size + 1), to),
    )
    if (places.length === 0) return
    if (direction === 'forward') {
      yield* forward(reading.log, places)
      from += places.length
    } else if (places.length <= FEW) {
      for (const place of places.toReversed()) yield await lineAt(reading.log, place)
      to -= places.length
    } else {
      const lines = await pageOf(reading.log, places)
      // Long lines: a page holds fewer, and what it holds is the wrong end.
      if (lines.length < places.length) {
        most = places.length >>> 1
        size = most >>> 1
        continue
      }
      yield* lines.toReversed()
      to -= lines.length
    }
    // A log in memory is read without ever waiting: others want their turn.
    await nextTurn()
  }
}

/** The numbers of the first and the last commit that may hold such an event. */
function boundsOf({ commits, states }: Reading, { after, before }: Stretch): [number, number] {
  const last = Math.min(before - 1, states.position)
  if (after >= last) return [1, 0]
  const list = commits()
  const first = list.last(({ position }) => position <= after + 1)?.n ?? 1
  return [first, list.last(({ position }) => position <= last)?.n ?? 0]
}

function placesOf({ commits }: Reading, from: number, to: number): CommitPlace[] {
  const list = commits()
  const places: CommitPlace[] = []
  for (let n = from; n <= Math.min(to, list.count); n++) places.push(list.place(n))
  return places
}

async function* forward(log: Log, places: readonly CommitPlace[]): AsyncGenerator<AcceptedLine> {
  if (places.length <= FEW) {
    for (const place of places) yield await lineAt(log, place)
    return
  }
  for (let done = 0; done < places.length;) {
    const lines = await pageOf(log, done === 0 ? places : places.slice(done))
    yield* lines
    done += lines.length
  }
}

const lineAt = async (log: Log, place: CommitPlace): Promise<AcceptedLine> => ({
  place,
  ref: place.ref,
  line: (await log.readAt(place.ref)).line,
})

/** As many of them as one look at the log finds, from the first on. */
async function pageOf(log: Log, places: readonly CommitPlace[]): Promise<AcceptedLine[]> {
  const first = places[0] as CommitPlace
  const { entries } = await log.read(first.ref, places.at(-1)?.ref)
  const lines: AcceptedLine[] = []
  for (const { ref, line } of entries) {
    const place = places[lines.length]
    if (place === undefined) break
    if (ref === place.ref) lines.push({ place, ref, line })
  }
  if (lines.length === 0) throw goneBad(log, first.ref)
  return lines
}
