/**
 * Makes a directory that is there whole or not at all: it is filled under another name beside its own, and renamed once
 * everything in it is durable. A rename over a directory that is not empty fails, so nobody's work is replaced.
 */
import fs from 'node:fs'
import path from 'node:path'
import { BatonError } from '../../errors.ts'
import { syncDirectory, syncUpTo } from './directories.ts'
import { storageError } from './safety.ts'

/** What `fill` answers, once the directory stands at `target`. It syncs the files and directories that it makes. */
export async function whole<T>(target: string, fill: (dir: string) => Promise<T>): Promise<T> {
  const place = path.resolve(target)
  const parent = path.dirname(place)
  try {
    assertFree(place)
    const first = fs.mkdirSync(parent, { recursive: true, mode: 0o700 })
    if (first !== undefined) syncUpTo(parent, path.dirname(first))
    sweep(parent, path.basename(place))
    const staging = path.join(parent, `${prefixOf(path.basename(place))}${process.pid}`)
    fs.mkdirSync(staging, { mode: 0o700 })
    mine.add(staging)
    try {
      const answer = await fill(staging)
      syncDirectory(staging)
      publish(staging, place, parent)
      return answer
    } catch (error) {
      discard(staging)
      throw error
    } finally {
      mine.delete(staging)
    }
  } catch (error) {
    // An abort, and whatever is no fault of the disk, stays what it is.
    throw error instanceof Error && 'syscall' in error ? storageError(error, 'making', place) : error
  }
}

/** What this process is filling now. */
const mine = new Set<string>()

const prefixOf = (name: string): string => `.${name}.unfinished-`

function assertFree(place: string): void {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false })
  if (stat === undefined || (stat.isDirectory() && fs.readdirSync(place).length === 0)) return
  throw exists(place)
}

const exists = (place: string): BatonError =>
  new BatonError('TARGET_EXISTS', `${place} is there already`, {
    details: { target: place },
    hint: 'Name a directory that is not there, or an empty one: nothing is ever written over.',
  })

function publish(staging: string, place: string, parent: string): void {
  try {
    fs.renameSync(staging, place)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Somebody else was faster.
    throw code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR' ? exists(place) : error
  }
  try {
    syncDirectory(parent)
  } catch (error) {
    // Its name may not survive a power cut: it goes back under the other one, and from there.
    fs.renameSync(place, staging)
    throw error
  }
}

function discard(dir: string): void {
  try {
    fs.rmSync(dir, { recursive: true, force: true })
  } catch {
    // The disk that failed may fail this too: the next try sweeps it.
  }
}

/** Whoever was killed amid this left its directory; nobody looks there, and it may be as large as a log. */
function sweep(parent: string, name: string): void {
  const prefix = prefixOf(name)
  for (const entry of fs.readdirSync(parent)) {
    const pid = entry.startsWith(prefix) ? Number(entry.slice(prefix.length)) : Number.NaN
    if (!Number.isSafeInteger(pid) || pid <= 0) continue
    const dir = path.join(parent, entry)
    if (mine.has(dir)) throw underWay(path.join(parent, name))
    // Of two processes that make the same thing the first to end counts.
    if (pid === process.pid || !isAlive(pid)) fs.rmSync(dir, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const underWay = (place: string): BatonError =>
  new BatonError('TARGET_EXISTS', `${place} is being made by this process`, { details: { target: place } })
