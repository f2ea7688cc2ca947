/**
 * How far a long verb is, on a terminal and on stderr alone: what is piped or read by a program stays clean. It shows
 * after half a second, and is gone when the work is done.
 */
import { systemClock, type Progress } from '../exports.ts'
import { screen as stderr } from './output.ts'
import type { Given } from './verb.ts'

/** Of documents nobody knows how many there will be. */
export type Unit = 'bytes' | 'positions' | 'documents'

/** What is drawn on: stderr, unless a test looks. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly write: (text: string) => unknown
}

export interface Bar {
  readonly update: (progress: Progress) => void
  /** Takes it off the screen again. */
  readonly end: () => void
}

export interface BarOptions {
  /** What is going on, as `verifying`. */
  readonly doing: string
  readonly unit: Unit
  readonly given: Given
  readonly screen?: Screen
  readonly now?: () => number
}

const PATIENCE_MS = 500
const REDRAW_MS = 100
const ERASE = '\r\u001b[2K'

export function openBar({ doing, unit, given, screen = stderr(), now = systemClock }: BarOptions): Bar {
  const shows = screen.isTTY === true && given['json'] !== true && given['quiet'] !== true
  if (!shows) return { update: () => undefined, end: () => undefined }
  const start = now()
  let drawn = Number.NEGATIVE_INFINITY
  // What goes on from where it had stopped has done much before it was timed.
  let first: { readonly at: number; readonly done: number } | undefined
  return {
    update(progress) {
      const at = now()
      first ??= { at, done: progress.done }
      if (at - start < PATIENCE_MS || at - drawn < REDRAW_MS) return
      drawn = at
      screen.write(ERASE + barLine(doing, unit, progress, at - first.at, screen.columns || 80, first.done))
    },
    end() {
      if (Number.isFinite(drawn)) screen.write(ERASE)
    },
  }
}

/** Works with a bar that is gone afterwards, however it ends: what is said next stands on a line of its own. */
export async function withBar<T>(options: BarOptions, work: (update: Bar['update']) => Promise<T>): Promise<T> {
  const bar = openBar(options)
  try {
    return await work(bar.update)
  } finally {
    bar.end()
  }
}

/** `verifying ███████░░░░░░░  50%  1.2 of 2.4 GB  300 MB/s  4s left`; `from` was done before. */
export function barLine(
  doing: string,
  unit: Unit,
  progress: Progress,
  elapsedMs: number,
  columns: number,
  from = 0,
): string {
  const { done, total } = progress
  const share = total > 0 ? Math.min(1, done / total) : 1
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  const gained = done - from
  const perSecond = (gained / Math.max(1, elapsedMs)) * 1_000
  if (unit === 'documents') return `${doing}  ${count(done)} documents  ${count(perSecond)}/s`.slice(0, columns - 1)
  const missing = Math.max(0, total - done)
  const left = gained > 0 || missing === 0 ? [`${span((elapsedMs * missing) / Math.max(1, gained))} left`] : []
  const facts = [percent, ...amounts(unit, done, total, perSecond), ...left].join('  ')
  // The last column stays free: a terminal may break the line there.
  const room = columns - 1 - doing.length - facts.length - 2
  const bar = room < NARROWEST ? '' : `${drawing(share, Math.min(room, WIDEST))} `
  return `${doing} ${bar}${facts}`.slice(0, columns - 1)
}

const [NARROWEST, WIDEST] = [8, 40]

function drawing(share: number, width: number): string {
  const full = Math.floor(share * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

function amounts(unit: Unit, done: number, total: number, perSecond: number): string[] {
  if (unit === 'bytes') return [`${bytes(done)} of ${bytes(total)}`, `${bytes(perSecond)}/s`]
  return [`#${count(done)} of #${count(total)}`, `${count(perSecond)}/s`]
}

const count = (n: number): string => Math.floor(n).toLocaleString('en-US')

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB'] as const

export function bytes(n: number): string {
  let at = 0
  let size = n
  for (; size >= 999.5 && at < SIZES.length - 1; at++) size /= 1_000
  return `${size >= 10 || at === 0 ? Math.round(size) : size.toFixed(1)} ${SIZES[at]}`
}

function span(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  return `${Math.floor(seconds / 3_600)}h ${Math.floor((seconds % 3_600) / 60)}m`
}
