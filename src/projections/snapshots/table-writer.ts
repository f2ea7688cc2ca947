/** Writes a table: records as they come, and behind them the blocks that find them. */
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Chunk, createChunkedFile } from './chunked-file.ts'
import { createEntryList } from './entry-list.ts'
import { hashKey, type KeyHash } from './key-hash.ts'
import { mark, MAX_RECORD_BYTES, recordBound, remark, sealRecord, writeRecord } from './record.ts'
import { writeBlocks } from './table-index.ts'
import { BANNER, type TableInfo } from './table-info.ts'
import type { TableRecord } from './table.ts'

export interface TableWriter {
  /**
   * Says what a key's document is, or with `null` that it has none. Each key once. It is taken at once; where a promise
   * comes back the disk is behind, and the next call waits for it.
   */
  readonly put: (key: string, json: string | null, hash?: KeyHash) => Promise<void> | undefined
  /** The same, with the bytes of a record of another table. */
  readonly copy: (record: TableRecord, hash: KeyHash) => Promise<void> | undefined
  /** Everything is on disk once it resolves, but for the file's name in its directory. */
  readonly finish: () => Promise<TableInfo>
  /** Removes the file. Needed after a failure too, unless somebody sweeps. */
  readonly abort: () => Promise<void>
}

export function createTableWriter(dir: string, name: string): TableWriter {
  if (basename(name) !== name) throw new TypeError(`not a file's name: ${JSON.stringify(name)}`)
  const file = createChunkedFile(join(dir, name))
  const entries = createEntryList()
  // No two tables have the same name.
  const seed = crc32(name)
  const head = file.room(BANNER.length)
  head.used += BANNER.copy(head.bytes)

  /** Takes a record that was put behind the end of the chunk. */
  function take(chunk: Chunk, length: number, { high, low }: KeyHash): Promise<void> | undefined {
    entries.push(high, low, chunk.start + chunk.used)
    chunk.used += length
    return file.pressure()
  }

  return {
    put: (key, json, hash = hashKey(key)) => {
      const bound = recordBound(key, json)
      if (bound > MAX_RECORD_BYTES)
        throw new RangeError(`${bound} bytes are too many for a table: ${key.slice(0, 100)}`)
      const chunk = file.room(bound)
      const length = writeRecord(chunk.bytes, chunk.used, key, json)
      sealRecord(chunk.bytes, chunk.used, length, mark(seed, chunk.start + chunk.used))
      return take(chunk, length, hash)
    },
    copy: (record, hash) => {
      const { bytes, at, length } = record
      const chunk = file.room(length)
      bytes.copy(chunk.bytes, chunk.used, at, at + length)
      remark(chunk.bytes, chunk.used, record.mark, mark(seed, chunk.start + chunk.used))
      return take(chunk, length, hash)
    },
    finish: async () => {
      try {
        const blocks = await writeBlocks(file, entries, seed)
        const bytes = file.position()
        await file.finish()
        return { file: name, bytes, entries: entries.count(), seed, ...blocks }
      } catch (error) {
        await file.abort()
        throw error
      }
    },
    abort: file.abort,
  }
}
