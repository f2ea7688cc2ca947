/** An inbox as it fills: what waits already, then what comes. Handed out at least once until it is acknowledged. */
import { of } from '../domain/dict.ts'
import { entryKey } from '../domain/mailbox.ts'
import type { Growth } from './growth.ts'
import { entriesAfter, matching, withBody, type InboxFilter, type MessageView } from './inbox.ts'
import type { LineCache, Reading } from './reading.ts'

export interface SubscribeOptions extends InboxFilter {
  /** A position: what came up to there was seen already. */
  readonly after?: number
  readonly signal?: AbortSignal
}

/** `settled` resolves when all that is folded now is as durable as this hub promises. */
export async function* subscribeInbox(
  reading: Reading,
  growth: Growth,
  settled: () => Promise<void>,
  owner: string,
  { after = 0, signal, ...filter }: SubscribeOptions,
): AsyncGenerator<MessageView> {
  const follower = growth.follow()
  const cache: LineCache = { ref: -1, commit: undefined }
  try {
    for (let cursor = after; !isAborted(signal);) {
      await reading.reach()
      const damage = reading.damage()
      if (damage !== undefined) throw damage
      const { position } = reading.states
      const entries = entriesAfter(reading, owner, cursor)
      // What a power cut could still take back is handed to nobody.
      if (entries.length > 0) await settled()
      for (const entry of entries) {
        if (isAborted(signal)) return
        cursor = entry.position
        // Acknowledged since: nobody needs to see it any more.
        const waits = of(reading.states.inbox(owner)?.entries, entryKey(entry.messageId, entry.mailbox)) !== undefined
        const message = matching(reading, entry, filter)
        if (waits && message !== undefined) yield await withBody(reading, message, entry, cache)
      }
      cursor = Math.max(cursor, position)
      if (!(await follower.next(signal))) return
    }
  } catch (error) {
    // Whoever leaves, or closes the hub, is done with it.
    if (growth.closed || isAborted(signal)) return
    throw error
  } finally {
    follower.dispose()
  }
}

/**
 * An iterator that can be left while it waits: `return` alone would stand in line behind the `next` that waits.
 * `start` is handed the signal that ends it.
 */
export function leavable<Item>(
  start: (signal: AbortSignal) => AsyncGenerator<Item>,
  signal: AbortSignal | undefined,
): AsyncIterable<Item> {
  return {
    [Symbol.asyncIterator]() {
      const left = new AbortController()
      const items = start(signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]))
      return {
        next: () => items.next(),
        async return() {
          left.abort()
          return items.return(undefined)
        },
      }
    },
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true
