/** Waiting for the log to grow: one watch on it, as long as anybody waits. */
import type { Disposable, Log } from '../log/log.ts'

/** For the hints that never come. */
const LOOK_ANYWAY_MS = 10_000

export interface Growth {
  /** Takes part until disposed: a hint that comes while nobody waits is not lost. */
  follow: () => Follower
}

export interface Follower extends Disposable {
  /** Resolves with the next hint since the last call, or when the signal aborts. */
  next: (signal?: AbortSignal) => Promise<void>
}

export function createGrowth(log: Log): Growth {
  const followers = new Set<() => void>()
  let watch: Disposable | undefined

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
    watch ??= log.watch(() => {
      for (const each of followers) each()
    })
    return {
      async next(signal) {
        // Watches do not keep a process alive, and somebody who waits wants it to live.
        const alive = setInterval(hint, LOOK_ANYWAY_MS)
        try {
          while (!hinted && signal?.aborted !== true) await woken(signal)
          hinted = false
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

  return { follow }
}
