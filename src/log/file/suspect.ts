/**
 * After a failed sync the kernel calls the pages clean: what readers see may never have reached the disk, and no later
 * sync would tell. `log/SUSPECT` says so to every process; nobody writes until an operator has looked and cleared it.
 */
import fs from 'node:fs'
import path from 'node:path'
import { BatonError } from '../../errors.ts'

// Asked for at every write: joined by hand.
const suspectFile = (logDir: string): string => `${logDir}${path.sep}SUSPECT`

export function markSuspect(logDir: string, why: string): void {
  try {
    fs.writeFileSync(suspectFile(logDir), `${why}\n`, { mode: 0o600 })
  } catch {
    // The disk that failed the sync may fail this too; the writer that saw it is poisoned either way.
  }
}

/** Why the log is suspect, or undefined. */
export function readSuspect(logDir: string): string | undefined {
  try {
    return fs.readFileSync(suspectFile(logDir), 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    return `${suspectFile(logDir)} cannot be read`
  }
}

export function assertNotSuspect(logDir: string): void {
  if (fs.statSync(suspectFile(logDir), { throwIfNoEntry: false }) === undefined) return
  throw new BatonError('STORAGE_FAILED', `a sync of this log failed: ${readSuspect(logDir) ?? ''}`, {
    details: { suspect: suspectFile(logDir) },
    hint: 'See to the disk, verify the hub, and clear the mark (clearSuspect) to go on.',
  })
}

/** The operator has looked, and goes on. What was folded of bytes that the disk may not have is folded again. */
export function clearSuspect(logDir: string): void {
  fs.rmSync(path.join(path.dirname(logDir), 'views'), { recursive: true, force: true })
  fs.rmSync(suspectFile(logDir), { force: true })
}
