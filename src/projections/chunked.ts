/**
 * A list that grows with the log, as documents that do not: the newest entries in one, and behind them chunks of equal
 * length that never change again. Nothing is rewritten because something was added.
 */
import type { Spilled } from './view.ts'

export interface Chunked<Item> {
  /** How many chunks have left. */
  chunks: number
  last: Item[]
}

export const emptyList = <Item>(): Chunked<Item> => ({ chunks: 0, last: [] })

/** No key of a list begins with a number and a line break. */
const chunkKey = (key: string, chunk: number): string => `${chunk}\n${key}`

/** For a view whose documents are lists: once there are more, so many leave. The newest entry always stays. */
export const spillAt =
  (length: number) =>
  <Item>(list: Chunked<Item>, key: string): Spilled | undefined => {
    if (list.last.length <= length) return undefined
    const spilled = { key: chunkKey(key, list.chunks++), doc: list.last.slice(0, length) }
    list.last = list.last.slice(length)
    return spilled
  }

type Get<Item> = (key: string) => Chunked<Item> | Item[] | undefined

/** The chunk with this number, the newest entries being the last one. */
export function chunkAt<Item>(get: Get<Item>, key: string, list: Chunked<Item>, chunk: number): readonly Item[] {
  return chunk === list.chunks ? list.last : ((get(chunkKey(key, chunk)) as Item[] | undefined) ?? [])
}

/** The number of the last chunk for which this holds, where it holds for all before it as well; 0 if it holds for none. */
export function lastChunk<Item>(
  get: Get<Item>,
  key: string,
  list: Chunked<Item>,
  holds: (chunk: readonly Item[]) => boolean,
): number {
  let found = 0
  for (let [low, high] = [0, list.chunks]; low <= high;) {
    const middle = (low + high) >>> 1
    if (holds(chunkAt(get, key, list, middle))) [found, low] = [middle, middle + 1]
    else high = middle - 1
  }
  return found
}

/** Every entry, oldest first, a chunk at a time. */
function* chunksOf<Item>(get: Get<Item>, key: string): Generator<readonly Item[]> {
  const list = get(key) as Chunked<Item> | undefined
  if (list === undefined) return
  for (let chunk = 0; chunk <= list.chunks; chunk++) yield chunkAt(get, key, list, chunk)
}

/** As many of the newest as lie in two chunks at most. */
export function newestOf<Item>(get: Get<Item>, key: string): Item[] {
  const list = get(key) as Chunked<Item> | undefined
  if (list === undefined) return []
  return list.chunks === 0 ? list.last : [...chunkAt(get, key, list, list.chunks - 1), ...list.last]
}

export function listOf<Item>(get: Get<Item>, key: string): Item[] {
  return [...chunksOf(get, key)].flat()
}
