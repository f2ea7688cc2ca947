/** Lists of what there is, a page at a time. */
import type { ListOptions } from '../index.ts'
import { BOOKMARKS, stretch } from './moments.ts'
import { columns, dim, type Look } from './print.ts'
import type { Given, Options } from './verb.ts'

export const PAGE: Options = {
  ...BOOKMARKS,
  n: { type: 'string', short: 'n', value: 'count', about: 'at most so many' },
  reverse: { type: 'boolean', about: 'newest first' },
}

interface Placed {
  readonly position: number
}

interface Page<Item> {
  readonly items: readonly Item[]
  /** How to go on, where there is more. */
  readonly more?: string
}

/** What is looked at at a time: the library's pages hold what is not wanted, too. */
const AT_A_TIME = 256

/** As many as were asked for, of those that are wanted. */
export async function page<Item extends Placed>(
  given: Given,
  list: (options: ListOptions) => Promise<readonly Item[]>,
  isWanted: (item: Item) => boolean = () => true,
): Promise<Page<Item>> {
  const { limit, ...rest } = stretch(given)
  if (limit === undefined) return { items: (await list(rest)).filter(isWanted) }
  const side = rest.direction === 'forward' ? 'after' : 'before'
  const items: Item[] = []
  for (let from: Partial<ListOptions> = {}; ;) {
    const found = await list({ ...rest, ...from, limit: AT_A_TIME })
    for (const item of found) {
      if (!isWanted(item)) continue
      if (items.length === limit) return { items, more: `--${side} ${items.at(-1)?.position ?? 0}` }
      items.push(item)
    }
    const last = found.at(-1)
    if (last === undefined || found.length < AT_A_TIME) return { items }
    from = { [side]: last.position }
  }
}

export const table = (rows: readonly (readonly string[])[], { more }: Page<unknown>, look: Look): string =>
  columns(rows) + (more === undefined ? '' : `\n${dim(`… there is more: ${more}`, look)}`)
