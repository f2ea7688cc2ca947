/** Which tables to merge, so that a lookup meets few of them and every document is written again only now and then. */

const FANOUT = 4
/** So many of a level become one. Each table more is a read more for what the newer ones do not have. */
const ALIKE = 3
/** Of the smallest, which verbs of the command line write as they end: few of those are to wait for a merge. */
const SMALL_ALIKE = 5
const SMALLEST = 64 * 1024

/** Tables of a level are alike in size: up to 64 KiB, and each level four times the one before. */
const levelOf = (bytes: number): number =>
  Math.ceil(Math.log2(Math.max(bytes, SMALLEST) / SMALLEST) / Math.log2(FANOUT))

/** How many of the newest tables become one: as soon as there are enough of a level, with all that are newer. */
export function countToMerge(newestFirst: readonly number[]): number {
  let count = 0
  let bytes = 0
  for (;;) {
    const level = levelOf(count === 0 ? (newestFirst[0] ?? 0) : bytes)
    let run = count
    while (run < newestFirst.length && levelOf(newestFirst[run] as number) <= level) run++
    // What was chosen already is one table by now.
    if (run - Math.max(0, count - 1) < (level === 0 ? SMALL_ALIKE : ALIKE)) return count
    bytes = newestFirst.slice(0, run).reduce((sum, each) => sum + each, 0)
    count = run
  }
}
