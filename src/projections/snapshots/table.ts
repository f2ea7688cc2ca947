/**
 * A table: what became of many keys, in a file that never changes. Tables lie over each other, so most lookups are for keys
 * that a table says nothing about: a filter answers those from memory, and the others cost two small reads.
 */
import type { BlockCache } from './block-cache.ts'
import {
  BLOCK_BYTES,
  type Block,
  bucketOf,
  filterBlockOf,
  findSlot,
  isBlockSealed,
  mayHold,
  slotLength,
  slotOffset,
  spills,
} from './blocks.ts'
import { tableDamaged } from './damaged.ts'
import type { KeyHash } from './key-hash.ts'
import { isSealed, mark, MAX_RECORD_BYTES, RECORD_HEAD, recordJson, recordKey, recordLength } from './record.ts'
import { openTableFile } from './table-file.ts'
import { BANNER, type TableInfo } from './table-info.ts'

export interface Table {
  readonly info: TableInfo
  /**
   * The JSON text of a key's document; `null` where the table says that it is deleted; undefined where it says nothing.
   * Throws `TableDamaged`, as all here do.
   */
  readonly get: (hash: KeyHash, key: string) => string | null | undefined
  /** Whether the table says anything about the key. */
  readonly has: (hash: KeyHash, key: string) => boolean
  /** Every entry, in the order in which they were put. */
  readonly entries: () => Iterable<TableEntry>
  /** The same as bytes. A record is good until the next one is asked for. */
  readonly records: () => Iterable<TableRecord>
  /** The same table for somebody else, who closes it too: its file may be swept away by now, and stays open for both. */
  readonly share: () => Table
  readonly close: () => void
}

export interface TableEntry {
  readonly key: string
  readonly json: string | null
}

/** A record whose checksum is right. */
export interface TableRecord {
  readonly bytes: Buffer
  readonly at: number
  readonly length: number
  /** What its checksum is combined with. */
  readonly mark: number
}

const SCAN_BYTES = 1024 * 1024

/** Lookups do not wait for anything, so one buffer serves them all; a document that is larger gets its own. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024)

/** Reads nothing: it costs the same for every table. */
export function openTable(dir: string, info: TableInfo, cache: BlockCache): Table {
  const { file, entries: count, seed, indexAt, buckets, indexBlocks, filterBlocks } = info
  const { read, close } = openTableFile(dir, info)
  const shelf = cache.shelf()

  function load(number: number, into: Block): void {
    read(into.bytes, 0, BLOCK_BYTES, indexAt + number * BLOCK_BYTES)
    if (!isBlockSealed(into, seed, number)) throw tableDamaged(file, `the checksum of block ${number} is wrong`)
  }

  /** The record of a key. */
  function find(hash: KeyHash, key: string): TableRecord | undefined {
    if (count === 0) return undefined
    const filter = shelf.block(indexBlocks + filterBlockOf(hash.low, filterBlocks), load)
    if (!mayHold(filter, hash)) return undefined
    for (let number = bucketOf(hash.low, buckets); number < indexBlocks; number++) {
      const block = shelf.block(number, load)
      for (let slot = findSlot(block, hash.high, 0); slot !== -1; slot = findSlot(block, hash.high, slot + 1)) {
        const record = readRecord(slotOffset(block, slot), slotLength(block, slot))
        // Another key may have the same hash.
        if (recordKey(record.bytes, record.at) === key) return record
      }
      if (!spills(block)) return undefined
    }
    throw tableDamaged(file, 'its last index block spills')
  }

  function readRecord(offset: number, length: number): TableRecord {
    if (length < RECORD_HEAD || length > MAX_RECORD_BYTES || offset + length > indexAt) throw wrongLength(offset)
    const bytes = length <= scratch.length ? scratch : Buffer.allocUnsafeSlow(length)
    read(bytes, 0, length, offset)
    if (recordLength(bytes, 0) !== length) throw wrongLength(offset)
    return verified(bytes, 0, length, offset)
  }

  function verified(bytes: Buffer, at: number, length: number, offset: number): TableRecord {
    const record = { bytes, at, length, mark: mark(seed, offset) }
    if (isSealed(bytes, at, length, record.mark)) return record
    throw tableDamaged(file, `the checksum of the record at ${offset} is wrong`)
  }

  const wrongLength = (offset: number) => tableDamaged(file, `the length of the record at ${offset} is wrong`)

  function* records(): Generator<TableRecord, void, undefined> {
    let bytes = Buffer.allocUnsafeSlow(Math.min(SCAN_BYTES, indexAt))
    let [at, filled, seen] = [0, 0, 0]
    for (let offset = BANNER.length; offset < indexAt; seen++) {
      if (filled - at < RECORD_HEAD) refill(offset, RECORD_HEAD)
      const length = recordLength(bytes, at)
      if (length > MAX_RECORD_BYTES) throw wrongLength(offset)
      if (filled - at < length) refill(offset, length)
      yield verified(bytes, at, length, offset)
      at += length
      offset += length
    }
    if (seen !== count) throw tableDamaged(file, `it has ${seen} records instead of ${count}`)

    /** Reads a chunk from a record's beginning on, or as much as the record needs. */
    function refill(offset: number, needed: number): void {
      if (offset + needed > indexAt) throw wrongLength(offset)
      if (needed > bytes.length) bytes = Buffer.allocUnsafeSlow(needed)
      ;[at, filled] = [0, Math.min(bytes.length, indexAt - offset)]
      read(bytes, 0, filled, offset)
    }
  }

  function* entries(): Generator<TableEntry, void, undefined> {
    for (const { bytes, at, length } of records()) {
      yield { key: recordKey(bytes, at), json: recordJson(bytes, at, length) }
    }
  }

  let holders = 0

  function held(): Table {
    let isOpen = true
    holders++
    return {
      info,
      get: (hash, key) => {
        const record = find(hash, key)
        return record && recordJson(record.bytes, record.at, record.length)
      },
      has: (hash, key) => find(hash, key) !== undefined,
      entries,
      records,
      share: held,
      close: () => {
        if (!isOpen) return
        isOpen = false
        if (--holders > 0) return
        shelf.clear()
        close()
      },
    }
  }

  return held()
}
