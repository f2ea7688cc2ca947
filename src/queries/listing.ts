/** Lists of what there is, a page at a time: in the order in which it came, by the positions at which it came. */
import { chunkAt } from '../projections/chunked.ts'
import { spanOf, type Bookmarks, type Span } from './bookmarks.ts'
import { assertDirection, assertLimit, type Freshness, type Reading, type Direction } from './reading.ts'

/** `after` and `before` are exclusive, and name the `position` of an item of the list. */
export interface ListOptions extends Bookmarks, Freshness {
  /** Everything, if nothing is said. */
  readonly limit?: number
  /** `forward`, the default, begins with the oldest. */
  readonly direction?: Direction
}

export interface Page extends Span {
  readonly direction: Direction
  readonly limit: number
}

export async function pageOf(reading: Reading, options: ListOptions): Promise<Page> {
  const direction = assertDirection(options.direction)
  const limit = options.limit === undefined ? Infinity : assertLimit(options.limit)
  return { ...(await spanOf(reading, options, options)), direction, limit }
}

/** Sessions, tasks or groups: only those of the page are looked at. */
export function* listed(
  reading: Reading,
  kind: 'session' | 'task' | 'group',
  { after, before, direction, limit }: Page,
): Generator<{ readonly id: string; readonly position: number }> {
  const ids = directoryOf(reading, kind)
  const positionAt = (i: number): number => positionOf(reading, kind, ids.at(i))
  const from = firstAt(ids.count, (i) => positionAt(i) > after)
  const to = before === Infinity ? ids.count : firstAt(ids.count, (i) => positionAt(i) >= before)
  const count = Math.min(limit, to - from)
  for (let i = 0; i < count; i++) {
    const id = ids.at(direction === 'forward' ? from + i : to - 1 - i)
    yield { id, position: positionOf(reading, kind, id) }
  }
}

/** Where it began: the first event of its stream. */
export const positionOf = ({ index }: Reading, kind: 'session' | 'task' | 'group', id: string): number =>
  index.places(`${kind}-${id}`, 1, 1)[0]?.position ?? 0

function directoryOf({ get }: Reading, kind: string): { count: number; at: (i: number) => string } {
  const ids = (key: string) => get('directory', key)
  const list = ids(kind)
  if (list === undefined) return { count: 0, at: () => '' }
  // All chunks that have left are equally long.
  const length = list.chunks === 0 ? Infinity : chunkAt(ids, kind, list, 0).length
  const before = list.chunks === 0 ? 0 : list.chunks * length
  return {
    count: before + list.last.length,
    at: (i) =>
      (i >= before ? list.last[i - before] : chunkAt(ids, kind, list, Math.floor(i / length))[i % length]) ?? '',
  }
}

/** The first of so many for which this holds, where it holds for all behind it as well. */
function firstAt(count: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
