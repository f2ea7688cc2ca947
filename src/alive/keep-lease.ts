/** Renews a lease while this process lives: whoever is killed stops renewing, and is found to be lost. */
import type { RenewLease } from '../commands/renew-lease.ts'
import { BatonError, type ErrorCode } from '../errors.ts'

export interface LeaseOptions {
  /** How long the lease runs after each renewal; it is renewed three times as often. */
  readonly leaseMs?: number
}

export interface KeptLease {
  /** Aborted, with the reason, once there is nothing left to renew: the run has ended, the session is closed. */
  readonly signal: AbortSignal
  /** Stops renewing; the lease runs out by itself. */
  readonly stop: () => void
  [Symbol.dispose]: () => void
}

const LEASE_MS = 30_000
/** The longest that a timer runs. */
const LONGEST_MS = 2 ** 31 - 1

/** After these a lease is not coming back. Whatever else goes wrong may be over at the next renewal. */
const OVER: ReadonlySet<ErrorCode> = new Set([
  'RUN_TERMINAL',
  'SESSION_CLOSED',
  'UNKNOWN_RUN',
  'UNKNOWN_SESSION',
  'NOT_ALLOWED',
  'INVALID_COMMAND',
])

/** The first renewal is waited for: whoever holds no lease hears of it at once. */
export async function keepLease(
  renew: (command: RenewLease) => Promise<unknown>,
  what: { readonly session: string } | { readonly run: string },
  { leaseMs = LEASE_MS }: LeaseOptions = {},
): Promise<KeptLease> {
  const named = 'run' in what ? { runId: what.run } : { sessionId: what.session }
  const command: RenewLease = { type: 'RenewLease', ...named, leaseMs }
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined

  function stop(): void {
    clearTimeout(timer)
    timer = undefined
  }

  function wait(): void {
    timer = setTimeout(() => void again(), Math.min(leaseMs / 3, LONGEST_MS))
    timer.unref()
  }

  async function again(): Promise<void> {
    const mine = timer
    try {
      await renew(command)
    } catch (error) {
      // Stopped while it was on its way: nobody asks any more.
      if (timer !== mine) return
      if (error instanceof BatonError && OVER.has(error.code)) {
        stop()
        return over.abort(error)
      }
    }
    // Stopped while it was on its way.
    if (timer !== undefined && timer === mine) wait()
  }

  await renew(command)
  wait()
  return { signal: over.signal, stop, [Symbol.dispose]: stop }
}
