import { createJudging, type Judged } from '../log/judging.ts'
import type { Cursor, Log } from '../log/log.ts'
import { readPages } from '../log/pages.ts'

/** Every line with its verdict, a page at a time: void commits are in no view. */
export async function* readJudged(log: Log, end: Cursor, signal?: AbortSignal): AsyncGenerator<readonly Judged[]> {
  let judged: Judged[] = []
  const judging = createJudging(log.name, (line) => void judged.push(line))
  for await (const page of readPages(log, 0, signal)) {
    for (const entry of page) if (entry.ref < end) judging.step(entry)
    yield judged
    judged = []
    if (judging.cursor >= end) return
  }
}
