/** Makes one table of several. */
import { type HashKey, hashKey, type KeyHash } from './key-hash.ts'
import { createPace } from './pace.ts'
import { isDeleted, recordKey } from './record.ts'
import type { TableWriter } from './table-writer.ts'
import type { Table } from './table.ts'

export interface MergeOptions {
  /** False leaves a key out, whatever the tables say about it. */
  readonly keep?: (key: string) => boolean
  /** Nothing lies under these tables, so there is nothing left that would have to stay deleted. */
  readonly dropDeleted: boolean
  readonly signal?: AbortSignal
  readonly hash?: HashKey
}

/**
 * Puts into the writer what a lookup through all the tables would find. Whether a newer table has a key is asked of that
 * table: its filter answers, and no key has to be remembered. The writer is still to be finished, or aborted if this fails.
 */
export async function mergeTables(
  newestFirst: readonly Table[],
  writer: TableWriter,
  { keep, dropDeleted, signal, hash = hashKey }: MergeOptions,
): Promise<void> {
  signal?.throwIfAborted()
  const pace = createPace(signal)
  for (const [age, table] of newestFirst.entries()) {
    const newer = newestFirst.slice(0, age)
    for (const record of table.records()) {
      const turn = pace()
      if (turn !== undefined) await turn
      if (dropDeleted && isDeleted(record.bytes, record.at)) continue
      const key = recordKey(record.bytes, record.at)
      if (keep?.(key) === false) continue
      const keyHash = hash(key)
      if (isShadowed(newer, keyHash, key)) continue
      const pressure = writer.copy(record, keyHash)
      if (pressure !== undefined) await pressure
    }
  }
}

const isShadowed = (newer: readonly Table[], hash: KeyHash, key: string): boolean =>
  newer.some((table) => table.has(hash, key))
