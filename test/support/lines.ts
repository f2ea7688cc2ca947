import fs from 'node:fs'
import { crc32 } from 'node:zlib'
import { MAX_LINE_BYTES } from '../../src/log/commit.ts'
import { lineReader, readPage } from '../../src/log/file/lines.ts'
import type { Log } from '../../src/log/log.ts'

/** Ends a record with its checksum, whatever it says: `open` is everything before `,"crc"`. */
export function sealed(open: string | Buffer): Buffer {
  const head = Buffer.from(open as string)
  const crc = crc32(head).toString(16).padStart(8, '0')
  return Buffer.concat([head, Buffer.from(`,"crc":"${crc}"}`)])
}

/** What `append` of the file adapter makes of lines: a line break first, and one behind each. */
export const framed = (...lines: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat([Buffer.from('\n'), ...lines.flatMap((line) => [Buffer.from(line as string), Buffer.from('\n')])])

/** A log that is an array of lines, which a test may change as a disk would. */
export function arrayLog(lines: Buffer[], name = 'array'): Log {
  return {
    name,
    maxCommitBytes: MAX_LINE_BYTES,
    async append(proposals) {
      lines.push(...proposals.map(({ line }) => line))
    },
    sync: async () => lines.length,
    end: async () => lines.length,
    read(from) {
      const entries = lines.slice(from).map((line, i) => ({ ref: from + i, next: from + i + 1, line }))
      return { entries, next: Math.max(from, lines.length), atEnd: true }
    },
    readAt: async (ref) => ({ ref, next: ref + 1, line: lines[ref] as Buffer }),
    watch: () => ({ dispose: () => undefined }),
    close: async () => undefined,
  }
}

/** A log over an open file, split into lines as the file adapter does it, with nothing else around it. */
export function descriptorLog(fd: number, name = 'descriptor'): Log {
  const readLine = lineReader(fd)
  return {
    name,
    maxCommitBytes: MAX_LINE_BYTES,
    append: () => Promise.reject(new Error('read only')),
    sync: async () => fs.fstatSync(fd).size,
    end: async () => fs.fstatSync(fd).size,
    read: (from) => readPage(fd, from, fs.fstatSync(fd).size),
    async readAt(ref) {
      const line = readLine(ref)
      return { ref, next: ref + line.length + 1, line }
    },
    watch: () => ({ dispose: () => undefined }),
    close: async () => undefined,
  }
}
