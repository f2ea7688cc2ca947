/** Long work in a process that also answers commands gives way every few milliseconds. */
import { setImmediate } from 'node:timers/promises'

const TURN_MS = 5

/** Called between steps: undefined, or what to wait for before the next one. Rejects once the signal is aborted. */
export type Pace = () => Promise<void> | undefined

export function createPace(signal?: AbortSignal): Pace {
  let since = performance.now()
  return () => {
    if (performance.now() - since < TURN_MS) return undefined
    return setImmediate().then(() => {
      signal?.throwIfAborted()
      since = performance.now()
    })
  }
}
