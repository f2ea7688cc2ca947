/** A hint that a file has grown: the directory is watched, and the size is looked at now and then. */
import fs from 'node:fs'
import path from 'node:path'
import type { Disposable } from '../log.ts'

/** The watch may fire before the bytes can be read. */
const LOOK_AGAIN_MS = 5
/** For the hints that never come (an overflowing queue, a file system without notification). */
const POLL_MS = 500

export function watchFile(file: string, onGrowth: () => void): Disposable {
  let size = -1
  let again: NodeJS.Timeout | undefined
  const hint = (): void => {
    onGrowth()
    again ??= setTimeout(() => {
      again = undefined
      onGrowth()
    }, LOOK_AGAIN_MS)
  }
  const poll = setInterval(() => {
    const now = fs.statSync(file, { throwIfNoEntry: false })?.size ?? -1
    if (now !== size) hint()
    size = now
  }, POLL_MS)
  poll.unref()
  let watcher: fs.FSWatcher | undefined
  try {
    watcher = fs.watch(path.dirname(file), { persistent: false }, (_event, name) => {
      if (name === null || name === path.basename(file)) hint()
    })
    watcher.on('error', () => watcher?.close())
  } catch {
    // No watches left on this machine: the poll alone serves, slower.
  }
  return {
    dispose() {
      clearTimeout(again)
      clearInterval(poll)
      watcher?.close()
    },
  }
}
