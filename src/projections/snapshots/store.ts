/**
 * The snapshots of one fold in one directory: tables, and the manifests that name them. Any number of processes read and
 * write it without a word to each other: tables never change, numbers are taken once, and whoever comes too late has
 * only worked in vain. It can be deleted at any time.
 */
import fs from 'node:fs'
import path from 'node:path'
import {
  listed,
  manifestName,
  manifestNumbers,
  parseManifestName,
  readManifest,
  writeManifest,
  type Manifest,
  type ManifestName,
} from './manifest.ts'
import { createBlockCache } from './block-cache.ts'
import { bootId } from './boot.ts'
import type { TableInfo } from './table-info.ts'
import { createTableWriter, type TableWriter } from './table-writer.ts'
import { openTable, type Table } from './table.ts'

/** A manifest with its tables, all of them open: what others sweep away stays readable for whoever has it open. */
export interface Generation {
  readonly number: number
  readonly manifest: Manifest
  readonly tables: readonly Table[]
}

/** Something that did not count, and why. */
export interface Problem {
  readonly file: string
  readonly why: string
}

/** Why a manifest is not to be used, `LATER` where it may be yet; undefined where it is. */
export type Refuse = (manifest: Manifest) => Promise<string | typeof LATER | undefined>
export const LATER = Symbol('later')

export interface Snapshots {
  readonly dir: string
  /** The highest manifest above `above` that is whole, holds, and that `refuse` says nothing against; tables of `have` are not opened again. */
  newest: (refuse: Refuse, above?: number, have?: readonly Table[]) => Promise<Generation | undefined>
  newestNumber: () => number
  writer: () => TableWriter
  open: (info: TableInfo) => Table
  /** Whether others could open it. */
  isThere: (file: string) => boolean
  /** Of a table that no manifest names. */
  remove: (file: string) => void
  /** False where another process was faster. */
  publish: (number: number, manifest: Manifest) => boolean
  /** Removes a manifest, whatever it names. */
  drop: (number: number) => void
  /** Removes what none of the newest manifests names any more. */
  sweep: (now: number) => void
  /** Removes all manifests of this kind; their tables stay. */
  forget: () => void
  /** Another kind of manifests in the same directory. */
  ofKind: (kind: string) => Snapshots
  /** Those of another build, in the directory with this name. */
  beside: (name: string) => Snapshots
  /** What was found damaged, foreign or out of place since this was opened. */
  readonly problems: readonly Problem[]
  report: (problem: Problem) => void
}

const BLOCK_BYTES = 32 * 1024 * 1024
const CURRENT = 'manifest'
/** Whoever is about to open one of these still finds it. */
const KEPT = 4
/** What nobody names may be half written; by now whoever wrote it is gone. */
const STRAY_MS = 60 * 60 * 1000
const PROBLEMS = 100
/** What else lies here, or where a link leads, is not ours to remove. */
const OURS = /\.(?:table|tmp)$/

/** It was not synced, and the machine has started again since. */
const isOver = ({ boot }: Manifest): boolean => boot !== undefined && boot !== bootId()

/** Those that others go on from, unless another kind is named: a rebuild keeps its own until it is done. */
export function openSnapshots(dir: string, unique: () => string, kind = CURRENT, problems: Problem[] = []): Snapshots {
  const cache = createBlockCache(BLOCK_BYTES)

  function report(problem: Problem): void {
    const isKnown = problems.some(({ file, why }) => file === problem.file && why === problem.why)
    if (!isKnown && problems.length < PROBLEMS) problems.push(problem)
  }

  const makeDir = (): void => void fs.mkdirSync(dir, { recursive: true, mode: 0o700 })

  function openAll(infos: readonly TableInfo[], have: readonly Table[]): Table[] {
    const opened: Table[] = []
    const open = (info: TableInfo): Table => {
      const table = openTable(dir, info, cache)
      opened.push(table)
      return table
    }
    try {
      return infos.map((info) => have.find((table) => table.info.file === info.file) ?? open(info))
    } catch (error) {
      for (const table of opened) table.close()
      throw error
    }
  }

  async function newest(refuse: Refuse, above = 0, have: readonly Table[] = []): Promise<Generation | undefined> {
    for (const number of manifestNumbers(dir, kind, report)) {
      if (number <= above) return undefined
      const file = path.join(dir, manifestName(kind, number))
      const manifest = readManifest(dir, kind, number)
      if (manifest === undefined || (typeof manifest === 'object' && isOver(manifest))) continue
      const why = typeof manifest === 'string' ? manifest : await refuse(manifest).catch(String)
      if (typeof why === 'string') report({ file, why })
      if (why !== undefined || typeof manifest === 'string') continue
      try {
        return { number, manifest, tables: openAll(manifest.tables, have) }
      } catch (error) {
        report({ file, why: String(error) })
      }
    }
    return undefined
  }

  function sweep(now: number): void {
    const names = listed(dir)
    const manifests = names.flatMap((name) => parseManifestName(name) ?? [])
    const kept = [...new Set(manifests.map((each) => each.kind))].flatMap((ofKind) => {
      const newestFirst = manifests.filter((each) => each.kind === ofKind).toSorted((a, b) => b.number - a.number)
      // When the machine starts again, the newest one that was synced is what is left.
      const synced = newestFirst.find(isSynced)
      return newestFirst.filter((each, i) => i < KEPT || each === synced)
    })
    // What was begun and never finished is not begun again after so long.
    const isAbandoned = (each: ManifestName): boolean => each.kind !== CURRENT && isOld(each.name, now)
    const named = new Set(kept.filter((each) => !isAbandoned(each)).flatMap(tablesOf))
    for (const each of manifests) {
      if (kept.includes(each) && !isAbandoned(each)) continue
      const lost = tablesOf(each)
      remove(each.name)
      for (const file of lost) if (!named.has(file)) remove(file)
    }
    for (const name of names) if (OURS.test(name) && !named.has(name) && isOld(name, now)) remove(name)
  }

  function isSynced({ kind: ofKind, number }: ManifestName): boolean {
    const manifest = readManifest(dir, ofKind, number)
    return typeof manifest === 'object' && manifest.boot === undefined
  }

  function tablesOf({ kind: ofKind, number }: ManifestName): string[] {
    const manifest = readManifest(dir, ofKind, number)
    return typeof manifest === 'object' ? manifest.tables.map(({ file }) => file) : []
  }

  function isOld(name: string, now: number): boolean {
    const stat = fs.statSync(path.join(dir, name), { throwIfNoEntry: false })
    return stat !== undefined && now - stat.mtimeMs > STRAY_MS
  }

  /** What stays lying there is swept another time. */
  function remove(name: string): void {
    const file = path.join(dir, name)
    try {
      // rmSync does the same, and takes a millisecond more in a process that has not used it yet.
      fs.unlinkSync(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') report({ file, why: String(error) })
    }
  }

  return {
    dir,
    newest,
    newestNumber: () => manifestNumbers(dir, kind)[0] ?? 0,
    writer() {
      makeDir()
      return createTableWriter(dir, `${unique()}.table`)
    },
    open: (info) => openTable(dir, info, cache),
    isThere: (file) => fs.existsSync(path.join(dir, file)),
    remove,
    publish(number, manifest) {
      makeDir()
      return writeManifest(dir, kind, number, manifest, unique())
    },
    drop: (number) => remove(manifestName(kind, number)),
    sweep,
    forget() {
      for (const number of manifestNumbers(dir, kind)) remove(manifestName(kind, number))
    },
    ofKind: (other) => openSnapshots(dir, unique, other, problems),
    beside: (name) => openSnapshots(path.join(path.dirname(dir), name), unique),
    problems,
    report,
  }
}
