/** Lists of what there is, a page at a time: in the order in which it came, by the positions at which it came. */
import { chunkAt } from '../projections/chunked.ts'
import { openOnes, type OpenKind } from '../projections/open.ts'
import { spanOf, type Bookmarks, type Span } from './bookmarks.ts'
import { assertDirection, assertLimit, type Freshness, type Reading, type Direction } from './reading.ts'

/** `after` and `before` are exclusive, and name the `position` of an item of the list. */
export interface ListOptions extends Bookmarks, Freshness {
  /** Everything, if nothing is said. */
  readonly limit?: number
  /** `forward`, the default, begins with the oldest. */
  readonly direction?: Direction
}

export interface OpenListOptions extends ListOptions {
  /** Without what has ended: sessions and tasks that were closed, groups that were disbanded. */
  readonly onlyOpen?: boolean
}

export interface Page extends Span {
  readonly direction: Direction
  readonly limit: number
  readonly onlyOpen: boolean
}

export async function pageOf(reading: Reading, options: OpenListOptions): Promise<Page> {
  const direction = assertDirection(options.direction)
  const limit = options.limit === undefined ? Infinity : assertLimit(options.limit)
  return { ...(await spanOf(reading, options, options)), direction, limit, onlyOpen: options.onlyOpen === true }
}

/** Something of a list: where it began is its place there. */
export interface Listed {
  readonly id: string
  readonly position: number
}

type Kind = 'session' | 'task' | 'group'

/** Sessions, tasks or groups: only those of the page are looked at. */
export const listed = (reading: Reading, kind: Kind, page: Page): Generator<Listed> =>
  page.onlyOpen ? listedOpen(reading, kind, page) : ofPage(directoryOf(reading, kind), page)

/** Those that have not ended. Of runs there is no other list. */
export const listedOpen = (reading: Reading, kind: OpenKind, page: Page): Generator<Listed> =>
  ofPage(openIn(reading, kind), page)

interface List {
  readonly count: number
  readonly at: (i: number) => Listed
}

function* ofPage({ count: all, at }: List, { after, before, direction, limit }: Page): Generator<Listed> {
  const from = firstAt(all, (i) => at(i).position > after)
  const to = before === Infinity ? all : firstAt(all, (i) => at(i).position >= before)
  const count = Math.min(limit, to - from)
  for (let i = 0; i < count; i++) yield at(direction === 'forward' ? from + i : to - 1 - i)
}

/** Where it began: the first event of its stream. */
export const positionOf = ({ index }: Reading, kind: OpenKind, id: string): number =>
  index.places(`${kind}-${id}`, 1, 1)[0]?.position ?? 0

function openIn(reading: Reading, kind: OpenKind): List {
  const found = Array.from(
    openOnes((share) => reading.get('open', share), kind),
    ([id, position = positionOf(reading, kind, id)]) => ({ id, position }),
  ).toSorted((a, b) => a.position - b.position)
  return { count: found.length, at: (i) => found[i] as Listed }
}

function directoryOf(reading: Reading, kind: Kind): List {
  const ids = (key: string) => reading.get('directory', key)
  const list = ids(kind)
  if (list === undefined) return { count: 0, at: () => ({ id: '', position: 0 }) }
  // All chunks that have left are equally long.
  const length = list.chunks === 0 ? Infinity : chunkAt(ids, kind, list, 0).length
  const before = list.chunks === 0 ? 0 : list.chunks * length
  return {
    count: before + list.last.length,
    at(i) {
      const chunk = i >= before ? list.last : chunkAt(ids, kind, list, Math.floor(i / length))
      const id = chunk[i >= before ? i - before : i % length] ?? ''
      return { id, position: positionOf(reading, kind, id) }
    },
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
