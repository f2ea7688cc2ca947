/**
 * STORED FORMAT (docs/file-format.md). The blocks behind the records of a table: index blocks, which say where the record of
 * a key lies, and filter blocks, which say of most absent keys that they are absent. Numbers are little-endian.
 */
import { crc32 } from 'node:zlib'
import { isLittleEndian } from './endian.ts'
import type { KeyHash } from './key-hash.ts'
import { mark } from './record.ts'

export const BLOCK_BYTES = 4096
const CRC_AT = BLOCK_BYTES - 4

/** A block as bytes and as numbers. */
export interface Block {
  readonly bytes: Buffer
  readonly view: DataView
}

export const blockOf = (bytes: Buffer): Block => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, BLOCK_BYTES),
})

/** One to look for keys in. */
export interface ReadBlock extends Block {
  /** The halves of hashes that an index block begins with, as the machine reads them. */
  readonly hashes: Int32Array
}

/** The bytes begin at a multiple of four. */
export const readBlockOf = (bytes: Buffer): ReadBlock => ({
  ...blockOf(bytes),
  hashes: new Int32Array(bytes.buffer, bytes.byteOffset + HASH_AT, SLOTS),
})

export function sealBlock(block: Block, seed: number, number: number): void {
  block.view.setUint32(CRC_AT, crc32(block.bytes.subarray(0, CRC_AT)) ^ mark(seed, number), true)
}

export const isBlockSealed = (block: Block, seed: number, number: number): boolean =>
  crc32(block.bytes.subarray(0, CRC_AT)) === (block.view.getUint32(CRC_AT, true) ^ mark(seed, number)) >>> 0

// ---- index blocks: the number of slots, whether they spill, and four arrays

/** 14 bytes a slot, behind a head of 4 and before a checksum of 4. */
export const SLOTS = 292
/** Where blocks are filled to 74 % on the average, less than one in a million has more than fits. */
const SLOTS_USED = 216

const HASH_AT = 4
const OFFSET_AT = HASH_AT + 4 * SLOTS
const LENGTH_AT = OFFSET_AT + 4 * SLOTS
const OFFSET_TOP_AT = LENGTH_AT + 4 * SLOTS

export const bucketsFor = (entries: number): number => Math.ceil(entries / SLOTS_USED)

/** The block where the search for a key begins. */
export const bucketOf = (low: number, buckets: number): number => (low >>> 0) % buckets

export function setHead({ view }: Block, slots: number, spills: boolean): void {
  view.setUint16(0, slots, true)
  view.setUint16(2, spills ? 1 : 0, true)
}

export function setSlot({ view }: Block, slot: number, high: number, offset: number, length: number): void {
  view.setInt32(HASH_AT + 4 * slot, high, true)
  view.setUint32(OFFSET_AT + 4 * slot, offset % 2 ** 32, true)
  view.setUint32(LENGTH_AT + 4 * slot, length, true)
  view.setUint16(OFFSET_TOP_AT + 2 * slot, Math.floor(offset / 2 ** 32), true)
}

/** Whether the next block goes on with keys that belong here. */
export const spills = ({ view }: Block): boolean => view.getUint16(2, true) !== 0

/** The first slot from `from` on with this half of a hash; -1 if there is none. */
export function findSlot({ view, hashes }: ReadBlock, high: number, from: number): number {
  const slot = hashes.indexOf(asRead(high), from)
  return slot < view.getUint16(0, true) ? slot : -1
}

/** What a little-endian number is to the machine. */
const asRead = (bits: number): number =>
  isLittleEndian ? bits : (bits << 24) | ((bits & 0xff00) << 8) | ((bits >>> 8) & 0xff00) | (bits >>> 24)

export const slotOffset = ({ view }: Block, slot: number): number =>
  view.getUint16(OFFSET_TOP_AT + 2 * slot, true) * 2 ** 32 + view.getUint32(OFFSET_AT + 4 * slot, true)

export const slotLength = ({ view }: Block, slot: number): number => view.getUint32(LENGTH_AT + 4 * slot, true)

// ---- filter blocks: a Bloom filter each, for the keys whose hash names the block

const FILTER_BITS = 8 * CRC_AT
const BITS_AN_ENTRY = 10
/** ln 2 times the bits an entry: one absent key in a hundred gets through. */
const PROBES = 7

export const filterBlocksFor = (entries: number): number => Math.ceil((entries * BITS_AN_ENTRY) / FILTER_BITS)

export const filterBlockOf = (low: number, filterBlocks: number): number => (low >>> 0) % filterBlocks

/** The low half has chosen the block, so it has to be multiplied before it may choose bits inside. */
const filterStep = (high: number, low: number): number => Math.imul(low ^ (high >>> 15), 0x9e3779b1) | 1

export function addToFilter(bytes: Buffer, at: number, high: number, low: number): void {
  const step = filterStep(high, low)
  for (let i = 0, word = high; i < PROBES; i++, word = (word + step) | 0) {
    const bit = (word >>> 0) % FILTER_BITS
    const byte = at + (bit >>> 3)
    bytes[byte] = (bytes[byte] as number) | (1 << (bit & 7))
  }
}

/** False: no such key was added. */
export function mayHold({ bytes }: Block, { high, low }: KeyHash): boolean {
  const step = filterStep(high, low)
  for (let i = 0, word = high; i < PROBES; i++, word = (word + step) | 0) {
    const bit = (word >>> 0) % FILTER_BITS
    if (((bytes[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false
  }
  return true
}
