/** The accepted events in order, folded from the log itself, page by page: a slow consumer holds nobody up. */
import { createJudging, type Judged } from '../log/judging.ts'
import type { Cursor, Log } from '../log/log.ts'
import { readPages } from '../log/pages.ts'
import { logged, type LoggedEvent } from './reading.ts'

export interface LogOptions {
  /** Exclusive. */
  readonly after?: number
  readonly stream?: string
  readonly type?: string
  /** A session's id, or `operator`. */
  readonly actor?: string
  readonly signal?: AbortSignal
}

export async function* readLog(log: Log, end: Cursor, options: LogOptions = {}): AsyncGenerator<LoggedEvent> {
  for await (const page of readJudged(log, end, options.signal)) {
    for (const judged of page) if (judged.raises !== undefined) yield* eventsOf(judged, options)
  }
}

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

function* eventsOf(
  { commit, position }: Judged,
  { after = 0, stream, type, actor }: LogOptions,
): Generator<LoggedEvent> {
  if (commit === undefined) return
  if (actor !== undefined && (commit.by.id ?? commit.by.kind) !== actor) return
  for (const [i, event] of commit.events.entries()) {
    if (position + i <= after) continue
    if (stream !== undefined && event.s !== stream) continue
    if (type !== undefined && event.t !== type) continue
    yield logged(commit, event, position + i)
  }
}
