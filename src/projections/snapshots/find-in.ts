import { hashKey } from './key-hash.ts'
import type { Table } from './table.ts'

/** What the newest of the tables that says anything says: `null` where that it is no more. */
export function findIn(newestFirst: readonly Table[], id: string): string | null | undefined {
  const hash = hashKey(id)
  for (const table of newestFirst) {
    const json = table.get(hash, id)
    if (json !== undefined) return json
  }
  return undefined
}
