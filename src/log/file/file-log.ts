/**
 * The log as one file that any number of processes append to: `.baton/log/00000001.jsonl`. No lock, no daemon.
 *
 * Each batch is one write() on an O_APPEND descriptor, and begins and ends with a line break, so that a record that was
 * torn by a kill or a full disk never glues itself to the next writer's record. Nobody truncates, ever.
 */
import fs from 'node:fs'
import path from 'node:path'
import { BatonError } from '../../errors.ts'
import { MAX_LINE_BYTES } from '../commit.ts'
import type { Log, Proposal } from '../log.ts'
import { syncUpTo } from './directories.ts'
import { lineReader, readPage } from './lines.ts'
import { assertOwnDirectory, assertSafeFileSystem, assertSameFile, identityOf, storageError } from './safety.ts'
import { assertNotSuspect, markSuspect } from './suspect.ts'
import { watchFile } from './watch.ts'

/** Written out, as reading is. */
const fdatasync = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fs.fdatasync(fd, (error) => (error === null ? resolve() : reject(error)))
  })

const { O_RDWR, O_RDONLY, O_APPEND, O_NOFOLLOW, O_CREAT } = fs.constants
const LINE_BREAK = Buffer.from('\n')

/** How a file is opened as a log. */
export interface FileLogOptions {
  /** Makes the directory and the file where they are missing. */
  readonly create?: boolean
  /** Opens a file system that does not keep appends in order. */
  readonly unsafeFileSystem?: boolean
}

const logDirectory = (hubDir: string): string => path.join(hubDir, 'log')
export const logFile = (hubDir: string): string => path.join(logDirectory(hubDir), '00000001.jsonl')

/** A hub's log as a file. */
export function openFileLog(hubDir: string, options: FileLogOptions = {}): Log {
  const dir = path.resolve(hubDir)
  const file = logFile(dir)
  const { fd, writable } = openFile(dir, file, options)
  const readLine = lineReader(fd)
  const identity = identityOf(fd)
  const logDir = logDirectory(dir)
  let closed = false
  let syncs: Promise<unknown> = Promise.resolve()

  function assertOpen(): void {
    if (closed) throw new BatonError('STORAGE_FAILED', `${file} is closed`, { details: { file } })
  }

  return {
    name: file,
    maxCommitBytes: MAX_LINE_BYTES,

    async append(proposals) {
      assertOpen()
      if (!writable) throw readOnly(file)
      assertNotSuspect(logDir)
      const batch = framed(proposals)
      try {
        // Into the page cache, on this thread: a hop to the thread pool costs more than the copy.
        const written = fs.writeSync(fd, batch)
        // The runtime hides an error after partial progress: a write of its own brings it out. Where there is none,
        // the read-back finds the torn line, and it is proposed again.
        if (written < batch.length) fs.writeSync(fd, LINE_BREAK)
      } catch (error) {
        throw storageError(error, 'writing to', file)
      }
    },

    async sync() {
      assertOpen()
      const { size } = fs.fstatSync(fd)
      try {
        const synced = fdatasync(fd)
        syncs = synced.catch(() => undefined)
        await synced
      } catch (error) {
        markSuspect(logDir, `fdatasync by process ${process.pid}: ${String(error)}`)
        throw storageError(error, 'syncing', file)
      }
      // After another process's failed sync this one may succeed, and mean nothing.
      assertNotSuspect(logDir)
      assertSameFile(file, identity)
      return size
    },

    read(from, last) {
      assertOpen()
      const { size } = fs.fstatSync(fd)
      // Before every receipt: what was written is read back, and an answer that writes nothing rests on this look alone.
      assertSameFile(file, identity)
      if (size < from) {
        throw new BatonError('LOG_DAMAGED', `${file} is shorter than what was read from it: it was cut at ${size}`, {
          details: { file, size, read: from },
          hint: 'Restore it from a backup; nothing was changed.',
        })
      }
      if (size === from) return { entries: [], next: from, atEnd: true }
      const failed = (error: unknown): never => {
        throw storageError(error, 'reading', file)
      }
      try {
        const page = readPage(fd, from, size, last)
        return page instanceof Promise ? page.catch(failed) : page
      } catch (error) {
        return failed(error)
      }
    },

    async readAt(ref) {
      assertOpen()
      const line = readLine(ref)
      return { ref, next: ref + line.length + 1, line }
    },

    async end() {
      assertOpen()
      return fs.fstatSync(fd).size
    },

    watch: (onGrowth) => watchFile(file, onGrowth),

    async close() {
      if (closed) return
      closed = true
      await syncs
      fs.closeSync(fd)
    },
  }
}

/** One write: a line break first, and one behind each line. */
function framed(proposals: readonly Proposal[]): Buffer {
  const parts: Buffer[] = [LINE_BREAK]
  for (const { line } of proposals) parts.push(line, LINE_BREAK)
  return Buffer.concat(parts)
}

function openFile(dir: string, file: string, options: FileLogOptions): { fd: number; writable: boolean } {
  assertOwnDirectory(dir)
  assertOwnDirectory(path.dirname(file))
  if (options.create === true) createDirectories(dir, file, options.unsafeFileSystem === true)
  try {
    if (!fs.existsSync(file)) throw notFound(dir)
    assertSafeFileSystem(path.dirname(file), options.unsafeFileSystem === true)
    return openDescriptor(file)
  } catch (error) {
    throw storageError(error, 'opening', file)
  }
}

const readOnly = (file: string): BatonError =>
  new BatonError('STORAGE_FAILED', `${file} is read-only`, {
    details: { file, outcome: 'none' },
    hint: 'Every query works; commands need permission to write there.',
  })

function openDescriptor(file: string): { fd: number; writable: boolean } {
  try {
    return { fd: fs.openSync(file, O_RDWR | O_APPEND | O_NOFOLLOW), writable: true }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A read-only directory or disk: every query works, and commands are refused.
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw error
    return { fd: fs.openSync(file, O_RDONLY | O_NOFOLLOW), writable: false }
  }
}

/**
 * Makes what is missing. Whoever finds the file empty syncs the directories, and only then writes a genesis record:
 * whoever finds one need never sync a directory.
 */
function createDirectories(dir: string, file: string, unsafeFileSystem: boolean): void {
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) return
  try {
    const logDir = path.dirname(file)
    const first = fs.mkdirSync(dir, { recursive: true, mode: 0o700 }) ?? dir
    assertSafeFileSystem(dir, unsafeFileSystem)
    fs.writeFileSync(path.join(dir, '.gitignore'), '*\n', { mode: 0o600 })
    fs.mkdirSync(logDir, { recursive: true, mode: 0o700 })
    fs.closeSync(fs.openSync(file, O_RDWR | O_APPEND | O_NOFOLLOW | O_CREAT, 0o600))
    syncUpTo(logDir, path.dirname(first))
  } catch (error) {
    throw storageError(error, 'creating', dir)
  }
}

const notFound = (dir: string): BatonError =>
  new BatonError('HUB_NOT_FOUND', `there is no hub in ${dir}`, {
    details: { dir },
    hint: 'Create one: openHub({ dir, create: true }).',
  })
