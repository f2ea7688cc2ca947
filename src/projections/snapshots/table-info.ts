/** STORED FORMAT (docs/file-format.md): what a manifest says of a table, and what a table's file begins with. */
import { BLOCK_BYTES } from './blocks.ts'

/** For whoever opens the file in an editor. Nothing reads it. */
export const BANNER = Buffer.from('baton table 1, made from the log; if it is deleted it is made again\n')

/** What a manifest keeps of a table: enough to open it without reading, and to notice that it is another one. */
export interface TableInfo {
  /** Its name in the directory of the snapshots. */
  readonly file: string
  /** The file's size. */
  readonly bytes: number
  readonly entries: number
  /** A 32-bit number of its own that every checksum in the file starts from. */
  readonly seed: number
  /** Where the records end and the index begins. */
  readonly indexAt: number
  /** How many index blocks a search can begin in. */
  readonly buckets: number
  /** How many there are: the last bucket may spill. */
  readonly indexBlocks: number
  readonly filterBlocks: number
}

/** Whether its numbers go together, so that nothing is read outside the file. */
export const isConsistent = ({ bytes, entries, indexAt, buckets, indexBlocks, filterBlocks }: TableInfo): boolean =>
  bytes === indexAt + (indexBlocks + filterBlocks) * BLOCK_BYTES &&
  indexAt >= BANNER.length &&
  indexBlocks >= buckets &&
  (entries === 0) === (buckets === 0) &&
  (entries === 0) === (filterBlocks === 0)
