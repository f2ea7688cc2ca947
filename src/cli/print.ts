/** How things look: times, columns, colours. Pure; what is printed where is main's affair. */
import { two } from '../iso-time.ts'

export interface Look {
  readonly colour: boolean
  /** The present, in milliseconds since 1970. */
  readonly now: number
}

const paint =
  (code: number) =>
  (text: string, { colour }: Look) =>
    colour ? `\u001b[${code}m${text}\u001b[0m` : text
export const bold = paint(1)
export const dim = paint(2)
export const red = paint(31)
export const green = paint(32)
export const yellow = paint(33)
export const cyan = paint(36)

export const UNITS: readonly (readonly [unit: string, length: number])[] = [
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]

/** `12s ago`, `in 3m`: how far away an instant is. */
export function ago(at: string, { now }: Look): string {
  const ms = now - Date.parse(at)
  const far = Math.abs(ms)
  const [unit, length] = UNITS.findLast(([, least]) => far >= least) ?? ['s', 1_000]
  const text = `${Math.floor(far / length)}${unit}`
  return ms >= 0 ? `${text} ago` : `in ${text}`
}

/** `2026-11-22 01:40:12`, as the clock on the wall has it. */
function wallTime(at: string): string {
  const on = new Date(at)
  const day = [on.getFullYear(), two(on.getMonth() + 1), two(on.getDate())].join('-')
  return `${day} ${[on.getHours(), on.getMinutes(), on.getSeconds()].map(two).join(':')}`
}

/** The same, and how far away that is. */
export const stamp = (at: string, look: Look): string => `${wallTime(at)} (${ago(at, look)})`

/** For what stays on the screen, where an age would soon be wrong: the time alone, of another day with its date. */
export function clock(at: string, { now }: Look): string {
  const [time, today] = [wallTime(at), wallTime(new Date(now).toISOString())]
  return time.slice(0, 10) === today.slice(0, 10) ? time.slice(11) : time
}

/** One line of a text, cut to a width. What could drive a terminal is shown as what it is. */
export function oneLine(text: string, width = 72): string {
  const flat = visible(text).replace(/\s+/g, ' ').trim()
  return flat.length <= width ? flat : `${flat.slice(0, width - 1)}…`
}

/** Control characters would be obeyed by a terminal: whoever sends a message must not move somebody's cursor. */
export const visible = (text: string): string =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )

/** Aligned columns; the last one is as long as it is, and those that are empty everywhere are left out. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell))
  }
  return rows
    .map((row) =>
      row
        .flatMap((cell, i) => padded(cell, widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const padded = (cell: string, to: number): string[] => (to === 0 ? [] : [cell + ' '.repeat(to - width(cell))])

const width = (cell: string): number =>
  cell.includes('\u001b') ? cell.replace(/\u001b\[\d+m/g, '').length : cell.length

/**
 * A text as data: in quotation marks, on one line, cut to a width, and with nothing in it that is not seen, be it obeyed
 * by a terminal, turning what follows around, or read by a program alone.
 */
export function asData(text: string, width: number): string {
  // What is not seen takes V8 two milliseconds to compile, and most texts have none of it.
  if (text.length <= width && /^[\u0020-\u007e]*$/.test(text)) return JSON.stringify(text)
  const letters = Array.from(text)
  const cut = letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`
  return JSON.stringify(cut).replace(
    /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu,
    (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`,
  )
}
