/** Waiting for the log to grow: one watch on it, as long as anybody waits. */
import type { Disposable, Log } from '../log/log.ts'

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
    followers.add(hint)
    watch ??= log.watch(() => {
      for (const each of followers) each()
    })
    return {
      async next(signal) {
        while (!hinted && signal?.aborted !== true) {
          await new Promise<void>((resolve) => {
            wake = resolve
            signal?.addEventListener('abort', () => resolve(), { once: true })
          })
        }
        hinted = false
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
