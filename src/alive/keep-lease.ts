/** Renews a lease while this process lives: whoever is killed stops renewing, and is found to be lost. */
import type { RenewLease } from '../commands/renew-lease.ts'
import { LONGEST_TIMER_MS } from '../domain/duration.ts'
import { BatonError, type ErrorCode } from '../errors.ts'

/** How a lease is kept. */
export interface LeaseOptions {
  /** How long the lease runs after each renewal, 30 s if nothing is said; it is renewed three times as often. */
  readonly leaseMs?: number
}

/** A lease that is renewed until it is stopped; `using` stops it at the end of the block. */
export interface KeptLease {
  /** Aborted, with the reason, once there is nothing left to renew: the run has ended, the session is closed. */
  readonly signal: AbortSignal
  /** Stops renewing; the lease runs out by itself. */
  readonly stop: () => void
  [Symbol.dispose]: () => void
}

const LEASE_MS = 30_000
/** After these a lease is not coming back. Whatever else goes wrong may be over at the next renewal. */
const OVER: ReadonlySet<ErrorCode> = new Set([
  'RUN_TERMINAL',
  'SESSION_CLOSED',
  'UNKNOWN_RUN',
  'UNKNOWN_SESSION',
  'NOT_ALLOWED',
  'INVALID_COMMAND',
])

/** The first renewal is waited for: whoever holds no lease hears of it at once. `kept` holds what stops those under way. */
export async function keepLease(
  renew: (command: RenewLease) => Promise<unknown>,
  what: { readonly session: string } | { readonly run: string },
  { leaseMs = LEASE_MS }: LeaseOptions = {},
  kept: Set<() => void> = new Set(),
): Promise<KeptLease> {
  const named = 'run' in what ? { runId: what.run } : { sessionId: what.session }
  const command: RenewLease = { type: 'RenewLease', ...named, leaseMs }
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined

  function stop(): void {
    clearTimeout(timer)
    timer = undefined
    kept.delete(stop)
  }

  function wait(): void {
    timer = setTimeout(() => void again(), Math.min(leaseMs / 3, LONGEST_TIMER_MS))
    timer.unref()
  }

  async function again(): Promise<void> {
    const mine = timer
    const failure = await renew(command).then(
      () => undefined,
      (error: unknown) => error,
    )
    // Stopped while it was on its way: nobody asks any more.
    if (timer !== mine) return
    if (!(failure instanceof BatonError && OVER.has(failure.code))) return wait()
    stop()
    over.abort(failure)
  }

  await renew(command)
  kept.add(stop)
  wait()
  return { signal: over.signal, stop, [Symbol.dispose]: stop }
}
