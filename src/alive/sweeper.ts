/**
 * The hub's timer: lets expire what is due, while a hub is open. Others may have one too; two at once end everything once.
 * It looks on its own from time to time, because what others have made due is only known after reading.
 */
import { dueAt, type Timer } from '../domain/timers.ts'
import { isoTime } from '../iso-time.ts'

export interface SweeperParts {
  readonly everyMs: number
  readonly clock: () => number
  /** What falls due, as the log has it now. */
  readonly timers: () => Promise<readonly Timer[]>
  readonly sweep: (awakeSince: string, until: string) => Promise<unknown>
}

/** Two looks are never closer together. */
const SHORTEST_MS = 20

/** So many processes hardly ever sweep in the same instant. */
const STAGGER_MS = 64

export function startSweeper({ everyMs, clock, timers, sweep }: SweeperParts): { stop: () => Promise<void> } {
  let stopped = false
  let looking: Promise<void> = Promise.resolve()
  let awakeSince = clock()
  let expected = awakeSince + everyMs
  let timer = lookAfter(everyMs)

  function schedule(delay: number): NodeJS.Timeout {
    expected = clock() + delay
    return lookAfter(delay)
  }

  function lookAfter(delay: number): NodeJS.Timeout {
    const next = setTimeout(() => {
      looking = look()
    }, delay)
    next.unref()
    return next
  }

  async function look(): Promise<void> {
    const now = clock()
    const late = now - expected
    let known: readonly Timer[] = []
    try {
      known = await timers()
      if (now < awakeSince || late > patienceWith(known, now)) awakeSince = now
      if (known.some((each) => dueAt(each, awakeSince) <= now)) {
        await sweep(isoTime(awakeSince), isoTime(now))
        known = await timers()
      }
    } catch {
      // What stands in its way stands in the way of the next command too, and is told there.
    }
    const then = clock()
    // Asleep amid this look: the next one comes in time, and would know nothing of it.
    if (then - now > patienceWith(known, then)) awakeSince = then
    // What is due still could not be ended: that waits for the next look.
    const next = soonest(known.filter((each) => dueAt(each, awakeSince) > then)) - then + (process.pid % STAGGER_MS)
    if (!stopped) timer = schedule(Math.min(everyMs, Math.max(SHORTEST_MS, next)))
  }

  /**
   * A look that comes later than this means that a laptop slept, or that somebody stopped us: whoever holds a lease has to
   * be given time to renew it. A short lease runs out in a short sleep.
   */
  const patienceWith = (all: readonly Timer[], now: number): number =>
    all.reduce(
      (least, each) =>
        each.leaseMs !== undefined && dueAt(each, undefined) <= now ? Math.min(least, each.leaseMs / 3) : least,
      2 * everyMs,
    )

  const soonest = (all: readonly Timer[]): number =>
    all.reduce((least, each) => Math.min(least, dueAt(each, awakeSince)), Infinity)

  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await looking
    },
  }
}
