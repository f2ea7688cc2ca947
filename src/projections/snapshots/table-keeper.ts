/** The tables that a flush makes: of what changed, and of several that become one; and what becomes of those that it replaces. */
import { isOutdated, type Documents, type Written } from '../documents.ts'
import { countToMerge } from './levels.ts'
import { mergeTables } from './merge.ts'
import type { Snapshots } from './store.ts'
import type { Table } from './table.ts'

export interface TableKeeper {
  /** What changed, as a table over those that are there; some of them become one, unless that takes too long in a hurry. */
  readonly write: (written: Iterable<Written>, isHurried: boolean) => Promise<readonly Table[]>
  /** A manifest names them from now on. */
  readonly named: (tables: readonly Table[]) => void
  /** Closes tables that are in use no more, and removes those that were nobody else's. */
  readonly drop: (tables: readonly Table[], used: readonly Table[]) => void
}

/** In a hurry so much is merged: little, more where a lookup meets many tables by now, and whatever there is at last. */
const MIB = 1024 * 1024
const [LITTLE_BYTES, MORE_BYTES] = [MIB / 4, 4 * MIB]
const [MANY_TABLES, TOO_MANY_TABLES] = [12, 24]

const mostInAHurry = (tables: number): number =>
  tables <= MANY_TABLES ? LITTLE_BYTES : tables < TOO_MANY_TABLES ? MORE_BYTES : Infinity

export function createTableKeeper(documents: Documents, snapshots: Snapshots): TableKeeper {
  /** Tables that no manifest names. */
  const unnamed = new Set<string>()

  function drop(tables: readonly Table[], used: readonly Table[]): void {
    for (const table of tables) {
      if (used.includes(table)) continue
      table.close()
      if (unnamed.delete(table.info.file)) snapshots.remove(table.info.file)
    }
  }

  /** One, or none where there is nothing to be written. */
  async function tableOf(written: Iterable<Written>): Promise<Table[]> {
    const writer = snapshots.writer()
    try {
      let count = 0
      for (const { key, json } of written) {
        count++
        const put = writer.put(key, json)
        if (put !== undefined) await put
      }
      if (count > 0) return [opened(await writer.finish())]
      await writer.abort()
      return []
    } catch (error) {
      await writer.abort()
      throw error
    }
  }

  async function merged(newestFirst: readonly Table[], isHurried: boolean): Promise<readonly Table[]> {
    // Deleted by somebody, or swept by those who went on from a newer snapshot; open here, and so not lost.
    const isGone = newestFirst.some(({ info }) => !snapshots.isThere(info.file))
    const count = isGone ? newestFirst.length : countToMerge(newestFirst.map(({ info }) => info.bytes))
    const chosen = newestFirst.slice(0, count)
    const bytes = chosen.reduce((sum, { info }) => sum + info.bytes, 0)
    const isTooMuch = isHurried && bytes > (isGone ? MORE_BYTES : mostInAHurry(newestFirst.length))
    if (isGone && isTooMuch) {
      drop(chosen, documents.tables)
      throw new Error('tables are gone, and what is left is too much to write again now')
    }
    if (!isGone && (count < 2 || isTooMuch)) return newestFirst
    const writer = snapshots.writer()
    try {
      await mergeTables(chosen, writer, {
        dropDeleted: count === newestFirst.length,
        keep: (key) => !isOutdated(key, documents.epochs),
      })
      const table = opened(await writer.finish())
      drop(chosen, documents.tables)
      return [table, ...newestFirst.slice(count)]
    } catch (error) {
      await writer.abort()
      drop(chosen, documents.tables)
      throw error
    }
  }

  function opened(info: Table['info']): Table {
    unnamed.add(info.file)
    return snapshots.open(info)
  }

  return {
    write: async (written, isHurried) => merged([...(await tableOf(written)), ...documents.tables], isHurried),
    named(tables) {
      for (const { info } of tables) unnamed.delete(info.file)
    },
    drop,
  }
}
