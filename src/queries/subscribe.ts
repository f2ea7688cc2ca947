/** An inbox as it fills: what waits already, then what comes. Handed out at least once until it is acknowledged. */
import { waitsAt, type InboxEntry } from '../domain/mailbox.ts'
import { spanOf, type Bookmark } from './bookmarks.ts'
import type { Follower, Growth } from './growth.ts'
import { arrived, entriesIn, type InboxFilter, type MessageView } from './inbox.ts'
import type { LineCache, Reading } from './reading.ts'

/** Which messages, and from where on. */
export interface SubscribeOptions extends InboxFilter {
  /** What came up to there was seen already: the stored `cursor` of the last message, or a position. */
  readonly after?: Bookmark
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
  yield* untilLeft(growth, signal, follower, async function* () {
    for (let { after: cursor } = await spanOf(reading, { after }); !isAborted(signal);) {
      const { entries, upTo, isAll } = await reading.ask({}, () => newEntries(reading, owner, cursor))
      const damage = reading.damage()
      if (damage !== undefined) throw damage
      let isSettled = false
      for (const entry of entries) {
        if (isAborted(signal)) return
        if (!(await reading.ask({}, () => stillWaits(reading, owner, entry)))) continue
        const message = await arrived(reading, entry, filter, cache)
        if (message === undefined) continue
        // What a power cut could still take back is handed to nobody.
        if (!isSettled) await settled()
        isSettled = true
        yield message
      }
      cursor = Math.max(cursor, upTo)
      if (isAll && !(await follower.next(signal))) return
    }
  })
}

/** So many are taken at a time: whoever is slow holds no more. */
const PAGE = 256

interface News {
  readonly entries: readonly InboxEntry[]
  /** Nothing else came up to there. */
  readonly upTo: number
  readonly isAll: boolean
}

/** Of what came lately, if that reaches back so far: to look through all that waits would cost more the more there is. */
function newEntries(reading: Reading, owner: string, cursor: number): News {
  const known = reading.arrivals?.since(owner, cursor)
  const entries: InboxEntry[] = []
  for (const entry of known ?? entriesIn(reading, owner)) {
    if (entry.position <= cursor) continue
    entries.push(entry)
    if (entries.length === PAGE) return { entries, upTo: entry.position, isAll: false }
  }
  return { entries, upTo: reading.states.position, isAll: true }
}

/** Acknowledged since: nobody needs to see it any more. Where it came again, it is handed out as what came last. */
const stillWaits = ({ states }: Reading, owner: string, { messageId, mailbox, position }: InboxEntry): boolean =>
  waitsAt(states.inbox(owner), messageId, mailbox) === position

/** Whoever leaves, or closes the hub, is done with it: that is no failure. */
export async function* untilLeft<Item>(
  growth: Growth,
  signal: AbortSignal | undefined,
  follower: Follower,
  items: () => AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  try {
    yield* items()
  } catch (error) {
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
