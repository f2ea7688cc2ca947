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

/** As many as were asked for, and whether there are more. */
export async function page<Item extends Placed>(
  given: Given,
  list: (options: ListOptions) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  const { limit, ...rest } = stretch(given)
  if (limit === undefined) return { items: await list(rest) }
  const found = await list({ ...rest, limit: limit + 1 })
  if (found.length <= limit) return { items: found }
  const items = found.slice(0, limit)
  return { items, more: `--${rest.direction === 'forward' ? 'after' : 'before'} ${items.at(-1)?.position ?? 0}` }
}

export const table = (rows: readonly (readonly string[])[], { more }: Page<unknown>, look: Look): string =>
  columns(rows) + (more === undefined ? '' : `\n${dim(`… there is more: ${more}`, look)}`)
