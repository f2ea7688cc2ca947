/**
 * A manifest names the tables that together are the fold of the log up to one place, and says which place that is. Its
 * file has a number and is never replaced: the highest valid one wins. Whatever is wrong with one, it only does not count.
 * What changed last may lie in it, beside the tables. Then nothing of it was synced: whoever ends soon waits for no disk.
 */
import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { Saved } from '../../log/judging.ts'
import type { Cursor } from '../../log/log.ts'
import type { TableInfo } from './table-info.ts'

export interface Manifest {
  /** Which events were folded into which views, each by its version. */
  readonly folds: { readonly events: string; readonly views: Readonly<Record<string, number>> }
  /** Where the fold stands. */
  readonly saved: Saved
  /** How often each view was rebuilt, where it was. */
  readonly epochs: Readonly<Record<string, number>>
  /** Newest first. */
  readonly tables: readonly TableInfo[]
  /** Documents that hide those of the tables. */
  readonly margin: Buffer
  /** It was not synced, nor the log for it: it holds until the machine starts again. */
  readonly boot?: string
  /** The newest one that was. */
  readonly synced: { readonly number: number; readonly cursor: Cursor }
}

const NAME = /^(?<kind>[a-zA-Z+]+)-(?<number>\d{12})\.json$/
export const manifestName = (kind: string, number: number): string => `${kind}-${String(number).padStart(12, '0')}.json`

export interface ManifestName {
  readonly name: string
  readonly kind: string
  readonly number: number
}

export function parseManifestName(name: string): ManifestName | undefined {
  const groups = NAME.exec(name)?.groups
  return groups && { name, kind: groups['kind'] as string, number: Number(groups['number']) }
}

/** The numbers of all manifests of a kind, highest first. */
export function manifestNumbers(dir: string, kind: string, onProblem?: OnProblem): number[] {
  const begins = `${kind}-`
  return listed(dir, onProblem)
    .filter((name) => name.startsWith(begins))
    .flatMap((name) => {
      const number = Number.parseInt(name.slice(begins.length), 10)
      // Written again it reads the same: that is cheaper than the pattern, which takes 0.2 ms to compile.
      return manifestName(kind, number) === name ? [number] : []
    })
    .toSorted((a, b) => b - a)
}

type OnProblem = (problem: { readonly file: string; readonly why: string }) => void

/** What cannot be listed is not there: whatever lies in it, the log has it too. */
export function listed(dir: string, onProblem?: OnProblem): string[] {
  try {
    return fs.readdirSync(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onProblem?.({ file: dir, why: String(error) })
    return []
  }
}

/** What was written under this number; a text that says what is wrong with it; undefined where nothing is there. */
export function readManifest(dir: string, kind: string, number: number): Manifest | string | undefined {
  let bytes: Buffer
  try {
    bytes = readWhole(path.join(dir, manifestName(kind, number)))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : String(error)
  }
  const end = Math.max(0, bytes.length - CHECKSUM_BYTES)
  const text = bytes.subarray(0, end)
  if (bytes.toString('latin1', end) !== checksum(text)) return 'its checksum does not match'
  try {
    return parse(text)
  } catch (error) {
    return String(error)
  }
}

/** As readFileSync does, which takes half a millisecond more in a process that has not used it yet. */
function readWhole(file: string): Buffer {
  const fd = fs.openSync(file, 'r')
  try {
    const bytes = Buffer.allocUnsafeSlow(fs.fstatSync(fd).size)
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, 0))
  } finally {
    fs.closeSync(fd)
  }
}

/** What the last commits were is most of it, and few ask: it is lines of their own, which stay as they are. */
function parse(text: Buffer): Manifest | string {
  const head = text.indexOf('\n')
  const manifest = JSON.parse(text.toString('utf8', 0, head)) as (Omit<Manifest, 'margin'> & { margin: number }) | null
  if (head < 0 || !Array.isArray(manifest?.tables)) return 'it is of another shape'
  const { saved } = manifest
  const lines = head + 1 + manifest.margin
  return {
    ...manifest,
    margin: text.subarray(head + 1, lines),
    saved: { ...saved, window: { ...saved.window, lately: text.subarray(lines) } },
  }
}

function bytesOf({ saved, margin, ...rest }: Manifest): Buffer {
  const { lately, ...window } = saved.window
  const head = JSON.stringify({ ...rest, margin: margin.length, saved: { ...saved, window } })
  const text = Buffer.concat([Buffer.from(`${head}\n`), margin, lately])
  return Buffer.concat([text, Buffer.from(checksum(text))])
}

/** False where somebody else has taken the number. */
export function writeManifest(dir: string, kind: string, number: number, manifest: Manifest, unique: string): boolean {
  const bytes = bytesOf(manifest)
  const temporary = path.join(dir, `${unique}.tmp`)
  const fd = fs.openSync(temporary, 'wx', 0o600)
  try {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done)
    if (manifest.boot === undefined) fs.fdatasyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
  try {
    // Unlike a rename, a link never replaces what is there.
    fs.linkSync(temporary, path.join(dir, manifestName(kind, number)))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    removed(temporary)
  }
}

/** A name too many is swept another time; by now the manifest is there, and its tables are not to be taken for nobody's. */
function removed(temporary: string): void {
  try {
    fs.unlinkSync(temporary)
  } catch {
    // As said.
  }
}

const CHECKSUM_BYTES = 8
const checksum = (text: string | Buffer): string => crc32(text).toString(16).padStart(CHECKSUM_BYTES, '0')
