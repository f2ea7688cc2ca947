/** Waits for something to hold, in whichever process it comes about: the log tells when to look again, no clock does. */
import { hubClosed, type Growth } from '../queries/growth.ts'
import type { Reading } from '../queries/reading.ts'

/** How `hub.until` waits. */
export interface UntilOptions {
  /** There is no timeout but this: `AbortSignal.timeout(30_000)`. */
  readonly signal?: AbortSignal
}

export interface UntilParts {
  readonly reading: Reading
  readonly growth: Growth
  /** Resolves when all that is folded now is as durable as this hub promises. */
  readonly settled: () => Promise<void>
}

export async function until<Answer>(
  { reading, growth, settled }: UntilParts,
  ask: () => Promise<Answer | undefined>,
  { signal }: UntilOptions = {},
): Promise<Answer> {
  const follower = growth.follow()
  try {
    for (;;) {
      signal?.throwIfAborted()
      const answer = await ask()
      if (answer !== undefined) {
        // What a power cut could still take back holds for nobody.
        await settled()
        return answer
      }
      // Nothing comes any more to where the log contradicts itself.
      const damage = reading.damage()
      if (damage !== undefined) throw damage
      if (!(await follower.next(signal))) throw hubClosed()
    }
  } finally {
    follower.dispose()
  }
}
