/**
 * STORED FORMAT, frozen for v1 (docs/file-format.md). One line of JSON, whose last 18 bytes are its checksum.
 *
 * `encode*` writes strictly, `decode` reads exactly: what it calls invalid is a closed list, because every replica on
 * every build must come to the same verdict on the same bytes.
 */
import { isUtf8 } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { ID_PATTERN } from '../ids.ts'
import { hex8, hexWord } from './chain.ts'

const FORMAT_VERSION = 1

/** No line of a log is longer, its line break not counted. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

/** Who a commit is by. It is attribution, not authentication: whoever can write the file can write anything. */
export interface Actor {
  readonly kind: string
  readonly id?: string
  readonly run?: string
  readonly pid?: number
}

/** A place in history: how many commits were accepted, and the chain there. */
export type Mark = readonly [n: number, chain: string]

/** One event as the log stores it: stream, type, version of its type, data. */
export interface StoredEvent {
  readonly s: string
  readonly t: string
  readonly v: number
  readonly d: unknown
}

/** What a decision wants to have written. */
export interface Draft {
  readonly by: Actor
  readonly cmd: string
  readonly key?: string
  /** Digest of the command, kept with its key. */
  readonly fp?: string
  /** The streams that the decision read, with the versions it saw. */
  readonly on: Readonly<Record<string, number>>
  readonly events: readonly StoredEvent[]
}

export interface Commit extends Draft {
  readonly id: string
  readonly at: string
  /** How much of the log the decision had seen. */
  readonly seen: Mark
  /** What its writer knew to be durable. */
  readonly safe: Mark
  readonly crc: number
}

/** The first line of a log. `from` says where a restored hub came from. */
export interface Genesis {
  readonly hub: string
  readonly at: string
  readonly from?: { readonly hub: string; readonly seen: Mark }
  readonly crc: number
}

export type Decoded =
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'genesis'; readonly genesis: Genesis }
  /** The checksum does not match: a kill or a power cut tore it, or rot. */
  | { readonly kind: 'torn' }
  /** The checksum matches and the content breaks the format: a faulty writer. */
  | { readonly kind: 'invalid'; readonly why: string }
  /** A format version or record kind of a later Baton. */
  | { readonly kind: 'too-new'; readonly what: string }

/** `,"crc":"xxxxxxxx"}` */
const CRC_BYTES = 18
const CRC_HEAD = Buffer.from(',"crc":"')

/** A stream's name: it begins with a lower-case letter, so that no name is an array index or `__proto__`. */
export const STREAM_PATTERN = /^[a-z][^\u0000-\u001f\u007f]{0,511}$/
const AT_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

// ---- write

/** Ends a record that begins with `{` with its checksum. */
function seal(open: string): { line: Buffer; crc: number } {
  const crc = crc32(open)
  return { line: Buffer.from(`${open},"crc":"${hex8(crc)}"}`), crc }
}

export function encodeGenesis(genesis: Omit<Genesis, 'crc'>): Buffer {
  const { hub, at, from } = genesis
  const fault = stampFault(hub, at) ?? (from === undefined || isOrigin(from) ? undefined : 'from')
  if (fault !== undefined) throw new TypeError(`not a genesis record: ${fault}`)
  const open = JSON.stringify({ v: FORMAT_VERSION, kind: 'genesis', hub, at, ...(from && { from }) })
  return seal(open.slice(0, -1)).line
}

export interface Stamp {
  readonly id: string
  readonly at: string
  readonly seen: Mark
  readonly safe: Mark
}

/**
 * The bytes of a commit, and the commit as any reader will decode it. `events` is parsed from the written text when
 * somebody asks: nothing of the caller's is aliased, and what JSON drops is dropped for the writer too.
 */
export function encodeCommit(draft: Draft, stamp: Stamp): { line: Buffer; commit: Commit; raises: readonly string[] } {
  const fault = draftFault(draft) ?? stampFault(stamp.id, stamp.at) ?? marksFault(stamp)
  if (fault !== undefined) throw new TypeError(`not a commit: ${fault}`)
  const { by, cmd, key, fp = '', on } = draft
  const { id, at, seen, safe } = stamp
  const events = `[${draft.events.map(encodeEvent).join(',')}]`
  const { line, crc } = seal(
    `{"v":1,"id":"${id}","at":"${at}","by":${JSON.stringify(by)},"cmd":${JSON.stringify(cmd)}` +
      (key === undefined ? '' : `,"key":${JSON.stringify(key)},"fp":${JSON.stringify(fp)}`) +
      `,"seen":[${seen[0]},"${seen[1]}"],"safe":[${safe[0]},"${safe[1]}"],"on":${JSON.stringify(on)},"events":${events}`,
  )
  let parsed: readonly StoredEvent[] | undefined
  const commit: Commit = {
    id,
    at,
    by: { ...by },
    cmd,
    ...(key !== undefined && { key, fp }),
    seen,
    safe,
    on: { ...on },
    get events() {
      return (parsed ??= JSON.parse(events) as readonly StoredEvent[])
    },
    crc,
  }
  return { line, commit, raises: draft.events.map((event) => event.s) }
}

const encodeEvent = ({ s, t, v, d }: StoredEvent): string =>
  `{"s":${JSON.stringify(s)},"t":${JSON.stringify(t)},"v":${v},"d":${JSON.stringify(d) ?? 'null'}}`

/** What a reader would call invalid, found before it is written. */
function draftFault(draft: Draft): string | undefined {
  if (!isActor(draft.by)) return 'by'
  if (typeof draft.cmd !== 'string') return 'cmd'
  if (draft.key !== undefined && typeof draft.key !== 'string') return 'key'
  if (draft.fp !== undefined && typeof draft.fp !== 'string') return 'fp'
  for (const stream in draft.on) {
    if (!STREAM_PATTERN.test(stream) || !isCount(draft.on[stream])) return `on ${JSON.stringify(stream)}`
  }
  for (const { s, t, v } of draft.events) {
    if (typeof s !== 'string' || !STREAM_PATTERN.test(s)) return `stream ${JSON.stringify(s)}`
    if (typeof t !== 'string' || t === '' || !Number.isSafeInteger(v) || v < 1)
      return `event type ${JSON.stringify(t)} version ${v}`
  }
  return undefined
}

/** Ids and times are made outside: a writer that trusts them would accept a line that every other replica voids. */
function stampFault(id: string, at: string): string | undefined {
  if (typeof id !== 'string' || !ID_PATTERN.test(id)) return `id ${JSON.stringify(id)}`
  return typeof at === 'string' && AT_PATTERN.test(at) ? undefined : `at ${JSON.stringify(at)}`
}

function marksFault({ seen, safe }: Stamp): string | undefined {
  if (!isMark(seen)) return 'seen'
  return isMark(safe) && safe[0] <= seen[0] ? undefined : 'safe'
}

// ---- read

/** The checksum that a line claims, or undefined where it claims none. */
export function claimedCrc(line: Buffer): number | undefined {
  const at = line.length - CRC_BYTES
  if (at < 1) return undefined
  for (let i = 0; i < 8; i++) if (line[at + i] !== CRC_HEAD[i]) return undefined
  if (line[at + 16] !== 0x22 || line[at + 17] !== 0x7d) return undefined
  let crc = 0
  for (let i = 8; i < 16; i++) {
    const byte = line[at + i] as number
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1
    if (digit < 0) return undefined
    crc = (crc << 4) | digit
  }
  return crc >>> 0
}

const TORN: Decoded = { kind: 'torn' }
const invalid = (why: string): Decoded => ({ kind: 'invalid', why })

export function decode(line: Buffer): Decoded {
  const crc = claimedCrc(line)
  if (crc === undefined || line.length > MAX_LINE_BYTES) return TORN
  if (crc32(line.subarray(0, line.length - CRC_BYTES)) !== crc) return TORN
  if (!isUtf8(line)) return invalid('not UTF-8')
  let record: Record<string, unknown>
  try {
    record = JSON.parse(line.toString('utf8')) as Record<string, unknown>
  } catch {
    return invalid('not JSON')
  }
  // It ends in `}` and parses: it is an object.
  if (!Number.isSafeInteger(record['v'])) return invalid('v')
  if (record['v'] !== FORMAT_VERSION) return { kind: 'too-new', what: `format version ${String(record['v'])}` }
  if (record['kind'] === undefined) return decodeCommit(record, crc)
  if (record['kind'] === 'genesis') return decodeGenesis(record, crc)
  return { kind: 'too-new', what: `record kind ${JSON.stringify(record['kind'])}` }
}

function decodeCommit(r: Record<string, unknown>, crc: number): Decoded {
  if (typeof r['id'] !== 'string' || !ID_PATTERN.test(r['id'])) return invalid('id')
  if (typeof r['at'] !== 'string' || !AT_PATTERN.test(r['at'])) return invalid('at')
  if (!isActor(r['by'])) return invalid('by')
  if (typeof r['cmd'] !== 'string') return invalid('cmd')
  if (r['key'] !== undefined && (typeof r['key'] !== 'string' || typeof r['fp'] !== 'string')) return invalid('key')
  if (!isMark(r['seen'])) return invalid('seen')
  if (!isMark(r['safe']) || r['safe'][0] > r['seen'][0]) return invalid('safe')
  if (!isRecord(r['on'])) return invalid('on')
  for (const stream in r['on']) {
    if (!STREAM_PATTERN.test(stream) || !isCount(r['on'][stream])) return invalid('on')
  }
  if (!Array.isArray(r['events'])) return invalid('events')
  for (const event of r['events'] as unknown[]) if (!isEvent(event)) return invalid('events')
  r['crc'] = crc
  return { kind: 'commit', commit: r as unknown as Commit }
}

function decodeGenesis(r: Record<string, unknown>, crc: number): Decoded {
  if (typeof r['hub'] !== 'string' || !ID_PATTERN.test(r['hub'])) return invalid('hub')
  if (typeof r['at'] !== 'string' || !AT_PATTERN.test(r['at'])) return invalid('at')
  if (r['from'] !== undefined && !isOrigin(r['from'])) return invalid('from')
  r['crc'] = crc
  return { kind: 'genesis', genesis: r as unknown as Genesis }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isMark = (value: unknown): value is Mark =>
  Array.isArray(value) &&
  value.length === 2 &&
  isCount(value[0]) &&
  typeof value[1] === 'string' &&
  value[1].length === 16 &&
  !Number.isNaN(hexWord(value[1], 0)) &&
  !Number.isNaN(hexWord(value[1], 8))

const isOrigin = (value: unknown): value is Genesis['from'] =>
  isRecord(value) && typeof value['hub'] === 'string' && isMark(value['seen'])

const isActor = (value: unknown): value is Actor =>
  isRecord(value) &&
  typeof value['kind'] === 'string' &&
  (value['id'] === undefined || typeof value['id'] === 'string') &&
  (value['run'] === undefined || typeof value['run'] === 'string')

const isEvent = (value: unknown): value is StoredEvent =>
  isRecord(value) &&
  typeof value['s'] === 'string' &&
  STREAM_PATTERN.test(value['s']) &&
  typeof value['t'] === 'string' &&
  value['t'] !== '' &&
  Number.isSafeInteger(value['v']) &&
  (value['v'] as number) >= 1 &&
  'd' in value
