/** Waiting for the log to grow: one watch on it, as long as anybody waits. */
import { BatonError } from '../errors.ts'
import type { Disposable, Log } from '../log/log.ts'

/** What whoever still waits is told. */
export const hubClosed = (details: Readonly<Record<string, unknown>> = {}): BatonError =>
  new BatonError('STORAGE_FAILED', 'the hub was closed', { details })

/** For the hints that never come. */
const LOOK_ANYWAY_MS = 10_000

export interface Growth {
  /** Takes part until disposed: a hint that comes while nobody waits is not lost. */
  follow: () => Follower
  /** The hub closes: nobody waits any longer. */
  close: () => void
  readonly closed: boolean
}

export interface Follower extends Disposable {
  /** Resolves with the next hint since the last call, or when the signal aborts; false once the hub is closed. */
  next: (signal?: AbortSignal) => Promise<boolean>
}

export function createGrowth(log: Log): Growth {
  const followers = new Set<() => void>()
  let watch: Disposable | undefined
  let closed = false

  function hintAll(): void {
    for (const each of followers) each()
  }

  function follow(): Follower {
    let hinted = false
    let wake: (() => void) | undefined
    const hint = (): void => {
      hinted = true
      wake?.()
    }
    const woken = (signal: AbortSignal | undefined): Promise<void> =>
      new Promise((resolve) => {
        const done = (): void => {
          signal?.removeEventListener('abort', done)
          resolve()
        }
        wake = done
        signal?.addEventListener('abort', done)
      })
    followers.add(hint)
    if (!closed) watch ??= log.watch(hintAll)
    return {
      async next(signal) {
        // Watches do not keep a process alive, and somebody who waits wants it to live.
        const alive = setInterval(hint, LOOK_ANYWAY_MS)
        try {
          while (!hinted && !closed && signal?.aborted !== true) await woken(signal)
          hinted = false
          return !closed
        } finally {
          clearInterval(alive)
        }
      },
      dispose() {
        followers.delete(hint)
        wake?.()
        if (followers.size > 0) return
        watch?.dispose()
        watch = undefined
      },
    }
  }

  function close(): void {
    closed = true
    watch?.dispose()
    watch = undefined
    hintAll()
  }

  return {
    follow,
    close,
    get closed() {
      return closed
    },
  }
}
