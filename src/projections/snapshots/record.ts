/**
 * STORED FORMAT (docs/file-format.md). A record is what a table says about one key: CRC-32, the key's length, the
 * document's length, the key, the document's JSON text. Numbers are little-endian.
 */
import { crc32 } from 'node:zlib'

export const RECORD_HEAD = 12

/** Bounds what a scan allocates before it has seen a checksum. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024

/** Instead of a document's length: the table says that there is none. */
const DELETED = 0xffffffff

/** Set in the key's length if the key is UTF-16: one with a lone surrogate has no UTF-8. */
const UTF16 = 0x80000000

/**
 * Every checksum is combined with this. Bytes of another table or from another place then fail it, whole as they may be,
 * and a record that is copied needs no new checksum over its bytes.
 */
export const mark = (seed: number, place: number): number =>
  seed ^ Math.imul(place, 0x9e3779b1) ^ Math.imul(Math.floor(place / 2 ** 32), 0x85ebca77)

/** No record of this key and document is longer. */
export function recordBound(key: string, json: string | null): number {
  const bound = RECORD_HEAD + 3 * key.length + 3 * (json?.length ?? 0)
  return bound < 64 * 1024 ? bound : RECORD_HEAD + 3 * key.length + Buffer.byteLength(json ?? '')
}

/** Writes a record without its checksum, and gives its length. There is room for `recordBound` bytes. */
export function writeRecord(bytes: Buffer, at: number, key: string, json: string | null): number {
  const keyAt = at + RECORD_HEAD
  let keyBytes = bytes.write(key, keyAt, 'utf8')
  let flag = 0
  if (keyBytes !== key.length && bytes.toString('utf8', keyAt, keyAt + keyBytes) !== key) {
    keyBytes = bytes.write(key, keyAt, 'utf16le')
    flag = UTF16
  }
  const jsonBytes = json === null ? 0 : bytes.write(json, keyAt + keyBytes, 'utf8')
  bytes.writeUInt32LE(keyBytes + flag, at + 4)
  bytes.writeUInt32LE(json === null ? DELETED : jsonBytes, at + 8)
  return RECORD_HEAD + keyBytes + jsonBytes
}

export function sealRecord(bytes: Buffer, at: number, length: number, mark: number): void {
  bytes.writeUInt32LE((crc32(bytes.subarray(at + 4, at + length)) ^ mark) >>> 0, at)
}

export const isSealed = (bytes: Buffer, at: number, length: number, mark: number): boolean =>
  crc32(bytes.subarray(at + 4, at + length)) === (bytes.readUInt32LE(at) ^ mark) >>> 0

/** Gives a copied record the mark of its new place. Damage on the way stays damage. */
export function remark(bytes: Buffer, at: number, from: number, to: number): void {
  bytes.writeUInt32LE((bytes.readUInt32LE(at) ^ from ^ to) >>> 0, at)
}

/** What the head says, which may be anything until the checksum was looked at. */
export const recordLength = (bytes: Buffer, at: number): number =>
  RECORD_HEAD + keyLength(bytes, at) + (isDeleted(bytes, at) ? 0 : bytes.readUInt32LE(at + 8))

export const isDeleted = (bytes: Buffer, at: number): boolean => bytes.readUInt32LE(at + 8) === DELETED

export function recordKey(bytes: Buffer, at: number): string {
  const keyAt = at + RECORD_HEAD
  const encoding = bytes.readUInt32LE(at + 4) >= UTF16 ? 'utf16le' : 'utf8'
  return bytes.toString(encoding, keyAt, keyAt + keyLength(bytes, at))
}

export function recordJson(bytes: Buffer, at: number, length: number): string | null {
  if (isDeleted(bytes, at)) return null
  return bytes.toString('utf8', at + RECORD_HEAD + keyLength(bytes, at), at + length)
}

const keyLength = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at + 4) & ~UTF16
