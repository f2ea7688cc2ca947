/**
 * Writes the history of one log, up to a place, as the beginning of another: a hub of its own, with the same commits,
 * positions, versions, ids and keys. Void lines stay behind.
 *
 * The chain begins with the genesis record, so each commit is written again with its claims restated. They remain what
 * the rule accepts, and for the same reason: a mark counts accepted commits, and those are the same, in the same order.
 * - `seen` keeps its number and takes the new chain there: what came between it and the commit, which may conflict, is
 *   what came between them before. It lies in the window, so the chain is known.
 * - `safe` becomes the same mark. Who restores is the writer of these lines, and shows them to nobody before all of them
 *   are durable; and a claim in the window is one that readers check.
 */
import { BatonError } from '../errors.ts'
import { ID_PATTERN, timestamp } from '../ids.ts'
import { admit, chainAt, headMark, openWindow, type Window } from './accept.ts'
import { claimedCrc, encodeGenesis, MAX_LINE_BYTES, type Commit, type Genesis, type Mark } from './commit.ts'
import { createFold } from './fold.ts'
import { createJudging, type Judged } from './judging.ts'
import type { Cursor, Log, Proposal } from './log.ts'
import { readPages } from './pages.ts'
import { inPasses, type Progress } from './progress.ts'
import { restate } from './restate.ts'
import { verifyLog } from './verify.ts'

export interface RestoreIntoOptions {
  /** The newest position, with the whole commit that holds it; or the time up to which. Everything, if nothing is said. */
  readonly to?: number | Date
  /** The new hub's id. */
  readonly hub: string
  readonly now: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface Restored {
  readonly hub: string
  /** Which hub it was, and where its history was left. */
  readonly from: { readonly hub: string; readonly seen: Mark }
  readonly commits: number
  /** Of the newest event. */
  readonly position: number
  /** The time of that position. */
  readonly at: string
  readonly chain: string
}

const [SURVEY, COPY, CHECK] = [0, 1, 2]

/** `target` must be empty; until this has resolved, nobody else may look at it. */
export async function restoreInto(target: Log, source: Log, options: RestoreIntoOptions): Promise<Restored> {
  const { hub, now, signal } = options
  if ((await target.end()) > 0) throw occupied(target.name)
  const end = await source.end()
  const told = inPasses(3, end, options.onProgress)
  const cut = await survey(source, options, (cursor) => told(SURVEY, cursor, end))
  const from = { hub: cut.genesis.hub, seen: cut.mark }
  const first = genesisLine(hub, now, from, cut.genesis)
  const chain = await copy(source, target, cut, first, signal, (cursor) => told(COPY, cursor, cut.cursor))
  await target.sync()

  const size = await target.end()
  const report = await verifyLog(target, {
    ...(signal && { signal }),
    onProgress: (cursor) => told(CHECK, cursor, size),
  })
  const { position, at } = cut
  const [commits] = cut.mark
  const isWhole =
    report.hub === hub && report.commits === commits && report.events === position && report.chain === chain
  if (!isWhole) throw miscopied(target.name)
  told(CHECK, size, size)
  signal?.throwIfAborted()
  return { hub, from, commits, position, at, chain }
}

/** The last place that belongs to what is wanted. */
interface Cut {
  readonly genesis: Genesis
  readonly mark: Mark
  readonly position: number
  readonly at: string
  /** Behind the last accepted line. */
  readonly cursor: Cursor
}

/**
 * Reads the whole log first, also where little of it is wanted: only a later commit tells that a line which fails its
 * checksum was part of history, and then all that was counted behind that line is wrong.
 */
async function survey(source: Log, { to, signal }: RestoreIntoOptions, told: (cursor: Cursor) => void): Promise<Cut> {
  const isBeyond = limitOf(to)
  let cut: Cut | undefined
  let beyond = false
  const fold = createFold(source, {
    observe(judged) {
      told(judged.entry.next)
      if (judged.void !== undefined || beyond) return
      const { mark, position, cursor, at } = fold.head
      const { genesis = cut?.genesis } = judged
      beyond = judged.commit !== undefined && isBeyond(judged, at)
      if (genesis !== undefined && !beyond) cut = { genesis, mark, position, at, cursor }
    },
    reset() {
      cut = undefined
      beyond = false
    },
  })
  await fold.catchUp(signal)
  const { damage, head } = fold
  // What lies behind the damage may belong to it too: only what is known to lie before it can be left whole.
  const isThere = beyond || (typeof to === 'number' && to <= head.position)
  if (damage !== undefined && (!isThere || cut === undefined)) throw restorableUpTo(damage, cut && head.position)
  if (cut === undefined) throw unfounded(source.name)
  if (typeof to === 'number' && !isThere) {
    throw wrongPlace(`position ${to} is not there`, `The newest event of ${source.name} is #${head.position}.`)
  }
  if (to instanceof Date && cut.genesis.at > timeOf(to)) {
    throw wrongPlace(`this hub was not there at ${timeOf(to)}`, `It was founded at ${cut.genesis.at}.`)
  }
  return cut
}

/** Whether an accepted commit lies behind what is wanted; `at` is the time once it is there. */
function limitOf(to: number | Date | undefined): (judged: Judged, at: string) => boolean {
  if (to === undefined) return () => false
  if (to instanceof Date) {
    const time = timeOf(to)
    return (_, at) => at > time
  }
  if (!Number.isSafeInteger(to) || to < 0) throw wrongPlace(`${String(to)} is no position`, 'A whole number from 0.')
  // A commit without events has no position of its own: it belongs to the one before it.
  return ({ raises = [], position }) => raises.length > 0 && position > to
}

function timeOf(to: Date): string {
  try {
    return timestamp(to.getTime())
  } catch {
    throw wrongPlace(`${String(to)} is no time`, 'A Date between 1970 and 9999.')
  }
}

/**
 * The time of a position is the highest that any record up to there shows: with the original's, a restored hub has the
 * times that it had, and can be restored to a time again. When it was restored stands beside where it came from.
 */
function genesisLine(hub: string, now: number, from: Restored['from'], { at, hub: original, crc }: Genesis): Buffer {
  if (!ID_PATTERN.test(hub)) throw new BatonError('BAD_ID', `${JSON.stringify(hub)} is no id for a hub`)
  const origin = { ...from, at: timestamp(now) }
  const line = encodeGenesis({ hub, at, from: origin })
  // The chain tells two histories apart by this checksum alone: what is written to one hub must be void in the other.
  if (hub === original || claimedCrc(line) === crc) {
    throw wrongPlace(`the restored hub would pass for ${original} itself`, 'Give it another id.')
  }
  return line
}

/** Appends what is accepted up to the cut, a page at a time; answers the chain at its end. */
async function copy(
  source: Log,
  target: Log,
  cut: Cut,
  genesis: Buffer,
  signal: AbortSignal | undefined,
  told: (cursor: Cursor) => void,
): Promise<string> {
  const rule = openWindow(claimedCrc(genesis) as number)
  const beginning = headMark(rule)
  let batch: Proposal[] = [{ id: cut.genesis.hub, line: genesis }]
  const judging = createJudging(source.name, ({ entry, commit, raises }) => {
    if (commit === undefined || raises === undefined) return
    const line = restated(rule, beginning, entry.line, commit)
    admit(rule, { ...commit, crc: claimedCrc(line) as number }, raises)
    batch.push({ id: commit.id, line })
  })
  for await (const page of readPages(source, 0, signal)) {
    for (const entry of page) if (entry.next <= cut.cursor) judging.step(entry)
    if (batch.length > 0) await target.append(batch)
    batch = []
    told(judging.cursor)
    if (judging.cursor >= cut.cursor) break
  }
  return headMark(rule)[1]
}

function restated(rule: Window, beginning: Mark, line: Buffer, { seen: [n] }: Commit): Buffer {
  const seen: Mark = [n, chainAt(rule, n) as string]
  const written = restate(line, seen, seen)
  // `safe` may have more digits than it had, and a line as long as a line can be has no room for them.
  return written.length <= MAX_LINE_BYTES ? written : restate(line, seen, beginning)
}

const wrongPlace = (message: string, hint: string): BatonError => new BatonError('INVALID_COMMAND', message, { hint })

const occupied = (name: string): BatonError =>
  new BatonError('TARGET_EXISTS', `${name} is not empty`, {
    details: { target: name },
    hint: 'Restore into a new one.',
  })

const unfounded = (name: string): BatonError =>
  new BatonError('HUB_NOT_FOUND', `${name} has no genesis record: founding this hub never finished`, {
    details: { file: name },
  })

const restorableUpTo = ({ message, details }: BatonError, position: number | undefined): BatonError =>
  new BatonError('LOG_DAMAGED', message, {
    details: { ...details, ...(position !== undefined && { restorableTo: position }) },
    hint:
      position === undefined
        ? 'Nothing stands before it: restore from a backup.'
        : `What stands before it can be restored: up to position ${position} (--to ${position}).`,
  })

const miscopied = (name: string): BatonError =>
  new BatonError('STORAGE_FAILED', `${name} does not hold what was written to it`, {
    details: { file: name },
    hint: 'See to the disk, and restore again.',
  })
