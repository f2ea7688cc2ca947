/** Long work in a process that also answers commands gives way every few milliseconds. */
import { steadyNow } from '../../ids.ts'
import { nextTurn } from '../../log/turn.ts'

const TURN_MS = 5

/** Called between steps: undefined, or what to wait for before the next one. Rejects once the signal is aborted. */
export type Pace = () => Promise<void> | undefined

export function createPace(signal?: AbortSignal): Pace {
  let since = steadyNow()
  return () => {
    if (steadyNow() - since < TURN_MS) return undefined
    return nextTurn().then(() => {
      signal?.throwIfAborted()
      since = steadyNow()
    })
  }
}
