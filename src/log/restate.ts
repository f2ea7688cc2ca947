/**
 * Writes an accepted line again for another chain: `seen` and `safe` name other chains then, and so the checksum is
 * another. Every other byte stays: fields that nobody knows here, the order of keys, numbers as they were written.
 */
import { crc32 } from 'node:zlib'
import { hex8 } from './chain.ts'
import type { Mark } from './commit.ts'

/** `,"crc":"xxxxxxxx"}` */
const CRC_BYTES = 18
const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c]
const OPENS: ReadonlySet<number | undefined> = new Set([0x7b, 0x5b])
const CLOSES: ReadonlySet<number | undefined> = new Set([0x7d, 0x5d])

/** The line must be one that `decode` took for a commit. */
export function restate(line: Buffer, seen: Mark, safe: Mark): Buffer {
  const values = valuesOf(line)
  const swaps = [
    { ...spanOf(values, 'seen'), mark: seen },
    { ...spanOf(values, 'safe'), mark: safe },
  ].toSorted((a, b) => a.from - b.from)
  const parts: Buffer[] = []
  let at = 0
  for (const { from, to, mark } of swaps) {
    parts.push(line.subarray(at, from), Buffer.from(JSON.stringify(mark)))
    at = to
  }
  parts.push(line.subarray(at, line.length - CRC_BYTES))
  const crc = parts.reduce((sum, part) => crc32(part, sum), 0)
  return Buffer.concat([...parts, Buffer.from(`,"crc":"${hex8(crc)}"}`)])
}

interface Span {
  readonly from: number
  readonly to: number
}

function spanOf(values: ReadonlyMap<string, Span>, name: string): Span {
  const span = values.get(name)
  if (span === undefined) throw new TypeError(`not a commit: ${name}`)
  return span
}

/** Where the value of each member stands. Of a name that stands twice the last counts, as it does for whoever parses. */
function valuesOf(line: Buffer): Map<string, Span> {
  const values = new Map<string, Span>()
  for (let at = 0; at < line.length;) {
    const name = line.indexOf(QUOTE, at)
    const behindName = endOfString(line, name)
    const from = line.indexOf(COLON, behindName) + 1
    const to = endOfValue(line, from)
    values.set(nameOf(line.toString('utf8', name, behindName)), { from, to })
    if (CLOSES.has(line[to])) return values
    at = to + 1
  }
  throw new TypeError('not a commit: it does not end')
}

/** A name may be written with escapes. */
const nameOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)

/** The comma or the bracket behind a value. */
function endOfValue(line: Buffer, from: number): number {
  let depth = 0
  for (let at = from; at < line.length; at++) {
    const byte = line[at]
    if (byte === QUOTE) at = endOfString(line, at) - 1
    else if (OPENS.has(byte)) depth++
    else if (depth === 0 && (byte === COMMA || CLOSES.has(byte))) return at
    else if (CLOSES.has(byte)) depth--
  }
  return line.length
}

/** Behind the closing quotation mark: the first that no backslash escapes, which is itself not escaped. */
function endOfString(line: Buffer, from: number): number {
  for (let quote = line.indexOf(QUOTE, from + 1); quote !== -1; quote = line.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0
    while (line[quote - 1 - backslashes] === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote + 1
  }
  return line.length
}
