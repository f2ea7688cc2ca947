/** Reads whole lines from a file that others append to. */
import fs from 'node:fs'
import { promisify } from 'node:util'
import { MAX_LINE_BYTES } from '../commit.ts'
import type { Cursor, Entry } from '../log.ts'

const readAsync = promisify(fs.read)

/** Below this a read comes from the page cache and costs less than a hop to the thread pool and back. */
const SMALL = 256 * 1024
const CHUNK = 1024 * 1024
const NEWLINE = 0x0a
const NOTHING = Buffer.alloc(0)

/**
 * The lines between two offsets, in pages. Blank lines are skipped. What follows the last line break is not there yet.
 * A line that is longer than any record may be is handed over empty: it fails every check, and memory stays bounded.
 */
export async function* readLines(
  fd: number,
  from: Cursor,
  end: Cursor,
  signal: AbortSignal | undefined,
): AsyncGenerator<Entry[]> {
  let rest = NOTHING
  /** The offset of the first byte of `rest`, or of the line that is being skipped. */
  let lineStart = from
  let at = from
  let skipping = false
  while (at < end) {
    signal?.throwIfAborted()
    const want = Math.min(end - at, CHUNK)
    const chunk = Buffer.allocUnsafe(rest.length + want)
    rest.copy(chunk)
    const got =
      end - from <= SMALL
        ? fs.readSync(fd, chunk, rest.length, want, at)
        : (await readAsync(fd, chunk, rest.length, want, at)).bytesRead
    if (got === 0) return
    const filled = rest.length + got
    const searchFrom = rest.length
    const base = at - rest.length
    at += got

    const page: Entry[] = []
    let start = 0
    let newline = chunk.indexOf(NEWLINE, searchFrom)
    while (newline !== -1 && newline < filled) {
      const next = base + newline + 1
      if (skipping) {
        page.push({ ref: lineStart, next, line: NOTHING })
        skipping = false
      } else if (newline > start) {
        page.push({ ref: base + start, next, line: chunk.subarray(start, newline) })
      }
      start = newline + 1
      newline = chunk.indexOf(NEWLINE, start)
    }
    if (!skipping) {
      lineStart = base + start
      rest = chunk.subarray(start, filled)
      skipping = rest.length > MAX_LINE_BYTES
    }
    if (skipping) rest = NOTHING
    if (page.length > 0) yield page
  }
}

/** The line that begins at an offset. */
export function readLineAt(fd: number, offset: Cursor): Buffer {
  for (let size = 4096; ; size *= 4) {
    const chunk = Buffer.allocUnsafe(size)
    const got = fs.readSync(fd, chunk, 0, size, offset)
    const newline = chunk.subarray(0, got).indexOf(NEWLINE)
    if (newline !== -1) return chunk.subarray(0, newline)
    if (got < size || size > MAX_LINE_BYTES) return NOTHING
  }
}
