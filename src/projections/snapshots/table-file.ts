/** Reads from a table's file. Whatever keeps it from being read as it was written is damage. */
import fs from 'node:fs'
import { basename, sep } from 'node:path'
import { tableDamaged } from './damaged.ts'
import { isConsistent, type TableInfo } from './table-info.ts'

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants

/** What a missing file and a link in its place are answered with. Too many open files, say, is not the table's fault. */
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'])

export interface TableFile {
  /** Fills the first `length` bytes of `into` from `offset` on. */
  readonly read: (into: Buffer, at: number, length: number, offset: number) => void
  readonly close: () => void
}

export function openTableFile(dir: string, info: TableInfo): TableFile {
  const { file } = info
  if (basename(file) !== file || !isConsistent(info)) throw tableDamaged(file, 'what is known of it makes no sense')
  let fd = open(dir, file)
  const close = () => {
    if (fd === -1) return
    const closing = fd
    fd = -1
    fs.closeSync(closing)
  }
  const stat = fs.fstatSync(fd)
  if (!stat.isFile() || stat.size !== info.bytes) {
    close()
    throw tableDamaged(file, stat.isFile() ? `it has ${stat.size} bytes instead of ${info.bytes}` : 'it is no file')
  }

  function read(into: Buffer, at: number, length: number, offset: number): void {
    // The number may be another file's by now.
    if (fd === -1) throw new Error(`the table ${file} is closed`)
    for (let done = 0; done < length;) {
      const got = readSome(into, at + done, length - done, offset + done)
      if (got === 0) throw tableDamaged(file, `it ends before byte ${offset + length}`)
      done += got
    }
  }

  function readSome(into: Buffer, at: number, length: number, offset: number): number {
    try {
      return fs.readSync(fd, into, at, length, offset)
    } catch (error) {
      throw tableDamaged(file, `it cannot be read at ${offset}`, error)
    }
  }

  return { read, close }
}

function open(dir: string, file: string): number {
  try {
    // Without O_NONBLOCK a named pipe in its place would be waited for.
    return fs.openSync(dir + sep + file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    if (NOT_THERE.has((error as NodeJS.ErrnoException).code ?? '')) throw tableDamaged(file, 'it is not there', error)
    throw error
  }
}
