/** Writes the blocks behind the records. The event loop gets its turn in between: there may be millions of entries. */
import {
  addToFilter,
  BLOCK_BYTES,
  type Block,
  blockOf,
  bucketOf,
  bucketsFor,
  filterBlockOf,
  filterBlocksFor,
  sealBlock,
  setHead,
  setSlot,
  SLOTS,
} from './blocks.ts'
import type { ChunkedFile } from './chunked-file.ts'
import type { EntryList } from './entry-list.ts'
import { createPace, type Pace } from './pace.ts'
import type { TableInfo } from './table-info.ts'

/** So many entries take less than a millisecond. */
const STEP = 4096

export async function writeBlocks(
  file: ChunkedFile,
  entries: EntryList,
  seed: number,
): Promise<Pick<TableInfo, 'indexAt' | 'buckets' | 'indexBlocks' | 'filterBlocks'>> {
  const pace = createPace()
  const indexAt = file.position()
  const buckets = bucketsFor(entries.count())
  const indexBlocks = await writeIndex(file, entries, seed, buckets, pace)
  const filterBlocks = filterBlocksFor(entries.count())
  await writeFilter(file, entries, seed, indexBlocks, filterBlocks, pace)
  return { indexAt, buckets, indexBlocks, filterBlocks }
}

/**
 * The entries go into the blocks in the order of their buckets. What a block has no slot for goes into the next ones, and
 * blocks are added at the end for what the last one spills: hashes that somebody chose to collide cost time and nothing else.
 */
async function writeIndex(
  file: ChunkedFile,
  entries: EntryList,
  seed: number,
  buckets: number,
  pace: Pace,
): Promise<number> {
  const count = entries.count()
  const end = file.position()
  const { order, ends } = await sortByBucket(entries, buckets, pace)
  let number = 0
  for (let next = 0; next < count || number < buckets; number++) {
    const due = number < buckets ? (ends[number] as number) : count
    const stop = Math.min(due, next + SLOTS)
    const block = nextBlock(file)
    setHead(block, stop - next, stop < due)
    for (let slot = 0; next < stop; slot++, next++) {
      const entry = order[next] as number
      const offset = entries.offset(entry)
      const after = entry + 1 < count ? entries.offset(entry + 1) : end
      setSlot(block, slot, entries.high(entry), offset, after - offset)
    }
    sealBlock(block, seed, number)
    await (file.pressure() ?? pace())
  }
  return number
}

/** A counting sort: `order` holds the entries bucket by bucket, and `ends` where in it each bucket ends. */
async function sortByBucket(entries: EntryList, buckets: number, pace: Pace) {
  const ends = new Uint32Array(buckets)
  await forEach(entries.count(), pace, (entry) => {
    const bucket = bucketOf(entries.low(entry), buckets)
    ends[bucket] = (ends[bucket] as number) + 1
  })
  for (let bucket = 0, begin = 0; bucket < buckets; bucket++) {
    const size = ends[bucket] as number
    ends[bucket] = begin
    begin += size
  }
  // Each bucket's number moves from where it begins to where it ends while it is filled.
  const order = new Uint32Array(entries.count())
  await forEach(entries.count(), pace, (entry) => {
    const bucket = bucketOf(entries.low(entry), buckets)
    const at = ends[bucket] as number
    order[at] = entry
    ends[bucket] = at + 1
  })
  return { order, ends }
}

async function writeFilter(
  file: ChunkedFile,
  entries: EntryList,
  seed: number,
  firstNumber: number,
  filterBlocks: number,
  pace: Pace,
): Promise<void> {
  const filter = Buffer.alloc(filterBlocks * BLOCK_BYTES)
  await forEach(entries.count(), pace, (entry) => {
    const low = entries.low(entry)
    addToFilter(filter, filterBlockOf(low, filterBlocks) * BLOCK_BYTES, entries.high(entry), low)
  })
  for (let at = 0; at < filter.length; at += BLOCK_BYTES) {
    const block = nextBlock(file)
    filter.copy(block.bytes, 0, at, at + BLOCK_BYTES)
    sealBlock(block, seed, firstNumber + at / BLOCK_BYTES)
    await (file.pressure() ?? pace())
  }
}

async function forEach(count: number, pace: Pace, visit: (entry: number) => void): Promise<void> {
  for (let from = 0; from < count; from += STEP) {
    const to = Math.min(count, from + STEP)
    for (let entry = from; entry < to; entry++) visit(entry)
    await pace()
  }
}

function nextBlock(file: ChunkedFile): Block {
  const chunk = file.room(BLOCK_BYTES)
  const bytes = chunk.bytes.subarray(chunk.used, chunk.used + BLOCK_BYTES).fill(0)
  chunk.used += BLOCK_BYTES
  return blockOf(bytes)
}
