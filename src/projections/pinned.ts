/** The documents as they are served in one instant, to be read at leisure while others go on. */
import type { Cursor } from '../log/log.ts'
import { isOutdated, type Epochs } from './documents.ts'
import type { Folding } from './folding.ts'
import { findIn } from './snapshots/find-in.ts'
import { hashKey } from './snapshots/key-hash.ts'

export interface Pinned {
  /** Of which prefix of the log they are the fold. */
  readonly cursor: Cursor
  readonly epochs: Epochs
  readonly find: (id: string) => string | undefined
  /** Every document, once. */
  readonly all: () => Iterable<{ readonly id: string; readonly json: string }>
  readonly close: () => void
}

export function pin({ fold, documents }: Folding): Pinned {
  documents.requireWhole()
  const { epochs } = documents
  const changed = new Map<string, string | null>()
  for (const { key, json } of documents.unwritten()) changed.set(key, json)
  // The fold may close its own at any time.
  const tables = documents.tables.map((table) => table.share())

  function find(id: string): string | undefined {
    const json = changed.get(id)
    return (json === undefined ? findIn(tables, id) : json) ?? undefined
  }

  function* all(): Generator<{ readonly id: string; readonly json: string }> {
    for (const [id, json] of changed) if (json !== null) yield { id, json }
    for (const [age, table] of tables.entries()) {
      const newer = tables.slice(0, age)
      for (const { key: id, json } of table.entries()) {
        if (json === null || changed.has(id) || isOutdated(id, epochs)) continue
        if (!newer.some((each) => each.has(hashKey(id), id))) yield { id, json }
      }
    }
  }

  return {
    cursor: fold.cursor,
    epochs,
    find,
    all,
    close() {
      for (const table of tables) table.close()
    },
  }
}
