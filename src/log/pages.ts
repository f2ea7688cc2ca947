import type { Cursor, Entry, Log } from './log.ts'

/** The pages of a log from a cursor to the end as it is met. */
export async function* readPages(log: Log, from: Cursor, signal?: AbortSignal): AsyncGenerator<readonly Entry[]> {
  for (let cursor = from; ;) {
    signal?.throwIfAborted()
    const page = await log.read(cursor)
    if (page.entries.length > 0) yield page.entries
    if (page.atEnd) return
    cursor = page.next
  }
}
