/** What a writer remembers of each record until it writes the index: 16 bytes in pages, so that growing copies nothing. */

/** A page has 4096 entries. */
const PAGE_BITS = 12
const IN_PAGE = (1 << PAGE_BITS) - 1
/** The two halves of the hash, and the offset in two. */
const WORDS = 4

export interface EntryList {
  readonly count: () => number
  readonly push: (high: number, low: number, offset: number) => void
  readonly high: (entry: number) => number
  readonly low: (entry: number) => number
  readonly offset: (entry: number) => number
}

export function createEntryList(): EntryList {
  const pages: Int32Array[] = []
  let count = 0
  const word = (entry: number, at: number): number =>
    (pages[entry >>> PAGE_BITS] as Int32Array)[(entry & IN_PAGE) * WORDS + at] as number

  return {
    count: () => count,
    push: (high, low, offset) => {
      if ((count & IN_PAGE) === 0) pages.push(new Int32Array((IN_PAGE + 1) * WORDS))
      const page = pages.at(-1) as Int32Array
      const at = (count & IN_PAGE) * WORDS
      page[at] = high
      page[at + 1] = low
      page[at + 2] = offset % 2 ** 32
      page[at + 3] = Math.floor(offset / 2 ** 32)
      count++
    },
    high: (entry) => word(entry, 0),
    low: (entry) => word(entry, 1),
    offset: (entry) => (word(entry, 2) >>> 0) + word(entry, 3) * 2 ** 32,
  }
}
