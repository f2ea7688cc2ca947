/** Compiles the LD_PRELOAD library (shim.cpp says what it can do) and reads what it leaves behind. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync } from 'node:fs'
import path from 'node:path'
import { needs } from '../support/needs.ts'

const SOURCE = path.join(import.meta.dirname, 'shim.cpp')
const CACHE = path.resolve(import.meta.dirname, '../../node_modules/.cache/agent-baton')

type OperationKind =
  | 'open'
  | 'create'
  | 'write'
  | 'truncate'
  | 'fdatasync'
  | 'fsync'
  | 'fsync-dir'
  | 'mkdir'
  | 'rmdir'
  | 'unlink'
  | 'rename'
  | 'link'
  | 'statfs'

export interface ShimOptions {
  /** Only what is done in here is counted, changed and recorded. It must exist. */
  readonly dir: string
  /** One plan or several, as shim.cpp describes them. */
  readonly plan?: string | readonly string[]
  /** Appends every operation to this file, which lies outside of `dir`. */
  readonly trace?: string
}

let compiled: string | undefined

/** The library's path; compiled once, and again when its source changes. */
function shimLibrary(): string {
  if (compiled !== undefined) return compiled
  const digest = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16)
  const library = path.join(CACHE, `shim-${digest}.so`)
  if (!existsSync(library)) {
    needs('compiler')
    mkdirSync(CACHE, { recursive: true })
    // Test files run side by side: whoever compiled last puts the same thing in its place.
    const fresh = `${library}.${process.pid}`
    execFileSync('g++', ['-shared', '-fPIC', '-O1', '-o', fresh, SOURCE, '-ldl'], { stdio: 'pipe' })
    renameSync(fresh, library)
  }
  compiled = library
  return library
}

/** The environment of a child process that is to run under the shim; spread it over `process.env`. */
export function shimEnv({ dir, plan = [], trace }: ShimOptions): Record<string, string> {
  return {
    LD_PRELOAD: shimLibrary(),
    // Operations that go through a ring are nobody's system calls.
    UV_USE_IO_URING: '0',
    BATON_SHIM_DIR: realpathSync(dir),
    BATON_SHIM_PLAN: typeof plan === 'string' ? plan : plan.join(';'),
    BATON_SHIM_TRACE: trace ?? '',
  }
}

/** One operation, as `count:FILE` lists it. */
export interface Operation {
  readonly n: number
  readonly kind: OperationKind
  readonly path: string
}

export function readOperations(file: string): Operation[] {
  return linesOf(file).map((line) => {
    const [n, kind, ...rest] = line.split(' ')
    return { n: Number(n), kind: kind as OperationKind, path: rest.join(' ') }
  })
}

interface Recorded {
  readonly pid: number
  /** The number of the operation in its process. */
  readonly n: number
  /** Nanoseconds of the monotonic clock. */
  readonly t: number
}

export type TraceRecord = Recorded &
  (
    | { readonly op: 'mkdir' | 'rmdir' | 'unlink'; readonly path: string }
    | { readonly op: 'create'; readonly path: string; readonly existed: boolean; readonly trunc: boolean }
    | { readonly op: 'truncate'; readonly path: string; readonly size: number }
    | {
        readonly op: 'write'
        readonly path: string
        readonly offset: number
        readonly length: number
        readonly data: Buffer
      }
    | { readonly op: 'rename' | 'link'; readonly from: string; readonly to: string }
    | SyncRecord
    | AckRecord
  )

export interface SyncRecord {
  readonly op: 'sync-begin' | 'sync-end'
  readonly kind: 'fdatasync' | 'fsync' | 'fsync-dir'
  readonly path: string
  /** The same in a sync's begin and end. */
  readonly id: string
  /** The file's size as the sync began: it covers these bytes, whoever wrote them. 0 for a directory. */
  readonly size: number
  readonly error?: string
}

/** Written by worker-writer.mjs: a receipt was given. `t` and `n` are its own. */
interface AckRecord {
  readonly op: 'ack'
  readonly id: string
  readonly position: number
  readonly duplicate: boolean
}

/** All records in the order in which they were appended. */
export function readTrace(file: string): TraceRecord[] {
  return linesOf(file).map((line) => {
    const record = JSON.parse(line) as TraceRecord & { readonly data: string }
    return record.op === 'write' ? { ...record, data: Buffer.from(record.data, 'base64') } : record
  })
}

function linesOf(file: string): string[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  // A process that was killed from outside may have been about to end its last line.
  lines.pop()
  return lines
}
