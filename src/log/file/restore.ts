/** A new hub's directory with the history of another, up to a place. */
import path from 'node:path'
import { systemClock, ulidFactory, type Clock, type NewId } from '../../ids.ts'
import type { Progress } from '../progress.ts'
import { restoreInto, type Restored } from '../restore.ts'
import { openToRead } from './backup.ts'
import { openFileLog } from './file-log.ts'
import { makeHubDirectory } from './hub-directory.ts'
import { whole } from './staging.ts'

/** How much to restore, and how it is watched and stopped. */
export interface RestoreOptions {
  /** The newest position, with the whole commit that holds it; or the time up to which. Everything, if nothing is said. */
  readonly to?: number | Date
  readonly signal?: AbortSignal
  /** In bytes of the log that is restored from. */
  readonly onProgress?: (progress: Progress) => void
  readonly clock?: Clock
  readonly newId?: NewId
  readonly unsafeFileSystem?: boolean
}

/** What was restored. */
export interface RestoreReport extends Restored {
  /** The new hub's directory. */
  readonly dir: string
  readonly bytes: number
}

/**
 * `source` is the directory of a backup or of any hub, a damaged one too: of that, what stands before the damage. It is
 * only read. Whatever ends this early, `target` is not there.
 */
export async function restore(source: string, target: string, options: RestoreOptions = {}): Promise<RestoreReport> {
  const { clock = systemClock, newId = ulidFactory(clock), unsafeFileSystem = false, to, signal, onProgress } = options
  const log = openToRead(source)
  try {
    return await whole(target, async (staging) => {
      makeHubDirectory(staging)
      const fresh = openFileLog(staging, { unsafeFileSystem })
      try {
        const restored = await restoreInto(fresh, log, {
          hub: newId(),
          now: clock(),
          ...(to !== undefined && { to }),
          ...(signal && { signal }),
          ...(onProgress && { onProgress }),
        })
        return { dir: path.resolve(target), ...restored, bytes: await fresh.end() }
      } finally {
        await fresh.close()
      }
    })
  } finally {
    await log.close()
  }
}
