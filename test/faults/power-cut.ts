/**
 * What a disk may hold after a power cut, derived from a trace of real operations: whatever was not synced survives in
 * any subset. Sectors are kept or zeroed, the file may end anywhere behind the synced part, and a directory entry that
 * was not synced may be gone with everything below it.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { TraceRecord } from './shim.ts'

const SECTOR = 512
const LOG = '.baton/log/00000001.jsonl'

export type Random = () => number

/** A small generator with a seed, so that a failure can be repeated. */
export function seeded(seed: number): Random {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

export interface Recording {
  readonly trace: readonly TraceRecord[]
  /** The log as it stood at the end: appended bytes never change, so every earlier state is a prefix of it. */
  readonly bytes: Buffer
}

export interface Moment {
  /** Up to here the log was synced. */
  readonly durable: number
  /** Up to here it was written. */
  readonly written: number
  /** Entries that a cut may take: each with everything below it. */
  readonly doubtful: readonly string[]
  readonly logExists: boolean
}

/** What was durable and what was not, after the first `cut` records. */
export function momentAt({ trace }: Recording, cut: number): Moment {
  let durable = 0
  let written = 0
  const created = new Map<string, number>()
  const beganAt = new Map<string, number>()
  for (const [i, record] of trace.slice(0, cut).entries()) {
    if (record.op === 'mkdir' || record.op === 'create') {
      if (!created.has(record.path)) created.set(record.path, i)
    } else if (record.op === 'write' && record.path === LOG) {
      written = Math.max(written, record.offset + record.length)
    } else if (record.op === 'sync-begin') {
      beganAt.set(record.id, i)
    } else if (record.op === 'sync-end' && record.error === undefined) {
      if (record.kind === 'fsync-dir') settleEntries(record.path, beganAt.get(record.id) ?? i, created)
      else if (record.path === LOG) durable = Math.max(durable, record.size)
    }
  }
  const logExists = trace.slice(0, cut).some((record) => record.op === 'create' && record.path === LOG)
  return { durable, written: Math.max(written, durable), doubtful: [...created.keys()], logExists }
}

/** A directory's sync covers the entries that were in it when it began. */
function settleEntries(dir: string, began: number, created: Map<string, number>): void {
  for (const [entry, at] of created) if (path.dirname(entry) === dir && at < began) created.delete(entry)
}

/** Which of the unsynced bytes survive. */
export type Survival = (bytes: Buffer, moment: Moment, random: Random) => Buffer

export const survivals: Record<string, Survival> = {
  'nothing unsynced': (bytes, { durable }) => bytes.subarray(0, durable),
  'everything written': (bytes, { written }) => bytes.subarray(0, written),
  'the size without the data': (bytes, { durable, written }) =>
    Buffer.concat([bytes.subarray(0, durable), Buffer.alloc(written - durable)]),
  'a cut tail': (bytes, { durable, written }, random) =>
    bytes.subarray(0, durable + Math.floor(random() * (written - durable + 1))),
  'any subset of sectors': (bytes, { durable, written }, random) => {
    const image = Buffer.from(bytes.subarray(0, written))
    for (let at = durable; at < written; at = sectorAfter(at)) {
      if (random() < 0.5) image.fill(0, at, Math.min(sectorAfter(at), written))
    }
    return image.subarray(0, durable + Math.floor((random() < 0.5 ? 1 : random()) * (written - durable)))
  },
  'any subset of lines': (bytes, { durable, written }, random) => {
    const image = Buffer.from(bytes.subarray(0, written))
    for (let at = durable; at < written;) {
      const end = image.indexOf(0x0a, at) === -1 ? written : image.indexOf(0x0a, at)
      if (random() < 0.5) image.fill(0x20, at, Math.min(end, written))
      at = end + 1
    }
    return image
  },
  'all but the first unsynced line': (bytes, { durable, written }) => {
    const image = Buffer.from(bytes.subarray(0, written))
    let start = durable
    while (start < written && image[start] === 0x0a) start++
    const end = image.indexOf(0x0a, start)
    return image.fill(0, Math.min(start, written), end === -1 ? written : Math.min(end, written))
  },
}

const sectorAfter = (at: number): number => (Math.floor(at / SECTOR) + 1) * SECTOR

/** Lays what survived into a fresh directory. Returns the hub's directory there. */
export function layOut(into: string, recording: Recording, moment: Moment, survival: Survival, random: Random): string {
  const hubDir = path.join(into, '.baton')
  const lost = moment.doubtful.filter(() => random() < 0.5)
  const gone = (entry: string): boolean => lost.some((each) => entry === each || entry.startsWith(`${each}/`))
  if (!moment.logExists || gone(LOG)) return hubDir
  fs.mkdirSync(path.dirname(path.join(into, LOG)), { recursive: true, mode: 0o700 })
  fs.writeFileSync(path.join(into, LOG), survival(recording.bytes, moment, random), { mode: 0o600 })
  return hubDir
}
