/** Reads whole lines from a file that others append to. */
import fs from 'node:fs'
import { MAX_LINE_BYTES } from '../commit.ts'
import type { Cursor, Entry, Page } from '../log.ts'

/** Below this a read comes from the page cache and costs less than a hop to the thread pool and back. */
const SMALL = 256 * 1024
const CHUNK = 1024 * 1024
/** Most are shorter. */
const USUAL_LINE = 4 * 1024
const NEWLINE = 0x0a
const NOTHING = Buffer.alloc(0)

/**
 * The next lines between two offsets: a chunk's worth, and at least one where there is one. Blank lines are skipped.
 * What follows the last line break is not there yet. Nobody asks for more than the line at `last`.
 */
export function readPage(fd: number, from: Cursor, end: Cursor, last = end): Page | Promise<Page> {
  const size = Math.min(end, last + USUAL_LINE) - from
  if (size <= SMALL) {
    const chunk = fromSlab(size)
    const page = pageOf(chunk, fs.readSync(fd, chunk, 0, chunk.length, from), from, end)
    if (page.next > from || from + size === end) return page
  }
  return readLargePage(fd, from, end)
}

let slab = NOTHING
let used = 0

/** Small pages share a large allocation, as small buffers share Node's pool: one each would keep the collector busy. */
function fromSlab(size: number): Buffer {
  if (used + size > slab.length) {
    slab = Buffer.allocUnsafeSlow(CHUNK)
    used = 0
  }
  used += size
  return slab.subarray(used - size, used)
}

async function readLargePage(fd: number, from: Cursor, end: Cursor): Promise<Page> {
  // A line that is longer than a chunk asks for a larger one, up to the longest line there may be.
  for (let size = CHUNK; ; size *= 4) {
    const chunk = Buffer.allocUnsafe(Math.min(size, end - from, MAX_LINE_BYTES + 1))
    const bytesRead = await readAsync(fd, chunk, chunk.length, from)
    const page = pageOf(chunk, bytesRead, from, end)
    if (page.next > from || bytesRead < chunk.length || from + bytesRead >= end) return page
    if (chunk.length > MAX_LINE_BYTES) return skipLine(fd, from, end)
  }
}

/** Written out: `promisify` takes longer for the first function than all the rest of this file. */
const readAsync = (fd: number, into: Buffer, length: number, from: Cursor): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.read(fd, into, 0, length, from, (error, bytesRead) => (error === null ? resolve(bytesRead) : reject(error)))
  })

function pageOf(chunk: Buffer, filled: number, from: Cursor, end: Cursor): Page {
  const entries: Entry[] = []
  let start = 0
  for (let newline = chunk.indexOf(NEWLINE); newline !== -1 && newline < filled;) {
    const next = newline + 1
    if (newline > start) entries.push({ ref: from + start, next: from + next, line: chunk.subarray(start, newline) })
    start = next
    newline = chunk.indexOf(NEWLINE, start)
  }
  return { entries, next: from + start, atEnd: from + filled >= end }
}

/**
 * A line that is longer than any record may be is handed over empty, so that it fails every check and memory stays
 * bounded.
 */
async function skipLine(fd: number, from: Cursor, end: Cursor): Promise<Page> {
  const chunk = Buffer.allocUnsafe(CHUNK)
  for (let at = from; at < end;) {
    const bytesRead = await readAsync(fd, chunk, Math.min(CHUNK, end - at), at)
    if (bytesRead === 0) break
    const newline = chunk.subarray(0, bytesRead).indexOf(NEWLINE)
    at += bytesRead
    if (newline === -1) continue
    const next = at - bytesRead + newline + 1
    return { entries: [{ ref: from, next, line: NOTHING }], next, atEnd: next >= end }
  }
  return { entries: [], next: from, atEnd: true }
}

/** Reads the line that begins at an offset. Its neighbours are often asked for next: what came with it is kept. */
export function lineReader(fd: number): (offset: Cursor) => Buffer {
  let [kept, keptAt]: [Buffer, number] = [NOTHING, 0]

  return (offset) => {
    const near = lineIn(kept, offset - keptAt)
    if (near !== undefined) return near
    for (let size = USUAL_LINE; ; size *= 4) {
      const chunk = size === USUAL_LINE ? fromSlab(size) : Buffer.allocUnsafeSlow(size)
      const got = fs.readSync(fd, chunk, 0, size, offset)
      const line = lineIn(chunk.subarray(0, got), 0)
      if (line !== undefined) {
        if (size === USUAL_LINE) [kept, keptAt] = [chunk.subarray(0, got), offset]
        return line
      }
      if (got < size || size > MAX_LINE_BYTES) return NOTHING
    }
  }
}

function lineIn(bytes: Buffer, start: number): Buffer | undefined {
  const newline = start < 0 || start >= bytes.length ? -1 : bytes.indexOf(NEWLINE, start)
  return newline === -1 ? undefined : bytes.subarray(start, newline)
}
