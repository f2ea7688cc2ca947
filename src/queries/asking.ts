/** How questions are asked of what is folded: at a position that has come, in one turn. */
import type { Fold } from '../log/fold.ts'
import type { Log } from '../log/log.ts'
import type { Folding } from '../projections/folding.ts'
import type { Arrivals } from './arrivals.ts'
import { hubClosed, type Growth } from './growth.ts'
import type { Freshness, Reading } from './reading.ts'

export function readingOf(
  log: Log,
  { fold, replica, states, look }: Folding,
  growth: Growth,
  arrivals?: Arrivals,
): Reading {
  return {
    log,
    states,
    index: replica.index,
    get: replica.get,
    commits: replica.commits,
    async ask(wanted, answer) {
      await reach(fold, growth, wanted)
      return await look(answer)
    },
    arrivals,
    damage: () => fold.damage,
  }
}

/** Folds what is there; and waits for what the caller has heard of. */
async function reach(fold: Fold, growth: Growth, { atLeast = 0, signal }: Freshness = {}): Promise<void> {
  await fold.catchUp(signal)
  if (fold.head.position >= atLeast) return
  const follower = growth.follow()
  try {
    for (;;) {
      await fold.catchUp(signal)
      if (fold.head.position >= atLeast) return
      // It never comes to where the log contradicts itself.
      if (fold.damage !== undefined) throw fold.damage
      signal?.throwIfAborted()
      if (!(await follower.next(signal))) throw hubClosed({ atLeast })
    }
  } finally {
    follower.dispose()
  }
}
