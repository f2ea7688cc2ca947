/** The snapshots of a hub in a directory, as a test needs them: made at will, looked into, and held to the log. */
import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { systemClock, ulidFactory } from '../../src/ids.ts'
import { openFileLog } from '../../src/log/file/file-log.ts'
import type { Log } from '../../src/log/log.ts'
import { parseDocumentKey } from '../../src/projections/documents.ts'
import { fingerprint } from '../../src/projections/fingerprint.ts'
import { openFolding, type Folding } from '../../src/projections/folding.ts'
import { pin } from '../../src/projections/pinned.ts'
import { manifestName, manifestNumbers, readManifest, type Manifest } from '../../src/projections/snapshots/manifest.ts'
import { openSnapshots, type Snapshots } from '../../src/projections/snapshots/store.ts'
import { copyTree } from './copy.ts'

export const viewsOf = (hubDir: string): string => path.join(hubDir, 'views', fingerprint())

export const snapshotsOf = (hubDir: string): Snapshots => openSnapshots(viewsOf(hubDir), ulidFactory())

/** The newest manifest, which is there. */
export function newestManifest(hubDir: string): { number: number; file: string; manifest: Manifest } {
  const dir = viewsOf(hubDir)
  const [number = 0] = manifestNumbers(dir, 'manifest')
  const manifest = readManifest(dir, 'manifest', number)
  if (typeof manifest !== 'object') throw new Error(`no manifest in ${dir}: ${manifest}`)
  return { number, file: path.join(dir, manifestName('manifest', number)), manifest }
}

/** A folding that goes on from the snapshots, as a hub has one; others may go on from it, unless that is not said. */
export async function foldingOf(
  hubDir: string,
  publishes = true,
): Promise<{ log: Log; folding: Folding; snapshots: Snapshots }> {
  const log = openFileLog(hubDir)
  const snapshots = snapshotsOf(hubDir)
  const folding = await openFolding(log, { clock: systemClock, snapshots, publishes })
  await folding.fold.catchUp()
  return { log, folding, snapshots }
}

/** A snapshot of all there is, however little, in tables: what lies in a margin is written into one as well. */
export async function flushAll(hubDir: string): Promise<void> {
  const { log, folding } = await foldingOf(hubDir)
  try {
    expect(await folding.flusher?.insist()).toBe(true)
  } finally {
    await folding.close()
    await log.close()
  }
}

/** Every document as text, by view and key. */
export function documentsIn(folding: Folding): Map<string, string> {
  const pinned = pin(folding)
  try {
    return new Map(
      [...pinned.all()].map(({ id, json }) => {
        const { view, key } = parseDocumentKey(id)
        return [`${view} ${key}`, json]
      }),
    )
  } finally {
    pinned.close()
  }
}

/** The same as questions and the fold see them: looked up one by one, and remembered. */
export function lookedUp(folding: Folding, ids: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>()
  for (const id of ids) {
    const space = id.indexOf(' ')
    const json = JSON.stringify(folding.documents.shelf(id.slice(0, space)).get(id.slice(space + 1))) as
      | string
      | undefined
    if (json !== undefined) found.set(id, json)
  }
  return found
}

/** By somebody who has never seen a snapshot. */
export async function freshDocuments(hubDir: string): Promise<Map<string, string>> {
  const log = openFileLog(hubDir)
  try {
    const folding = await openFolding(log, { clock: () => 0 })
    await folding.fold.catchUp()
    return documentsIn(folding)
  } finally {
    await log.close()
  }
}

/** Named by what is wrong, as a whole map would be no message for anybody. */
export function firstOther(found: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): string | undefined {
  for (const [key, json] of right) {
    if (found.get(key) !== json) return `${key}: ${found.get(key) ?? 'nothing'} instead of ${json}`
  }
  for (const [key, json] of found) if (!right.has(key)) return `${key}: ${json} instead of nothing`
  return undefined
}

/** Spoils every record of the tables, and none of the blocks that lead there. */
export function spoilRecords(hubDir: string, { tables }: Manifest): void {
  for (const { file, indexAt } of tables) {
    const fd = fs.openSync(path.join(viewsOf(hubDir), file), 'r+')
    const bytes = Buffer.alloc(indexAt - 100)
    fs.readSync(fd, bytes, 0, bytes.length, 100)
    for (let i = 0; i < bytes.length; i += 3) bytes[i] = (bytes[i] as number) ^ 1
    fs.writeSync(fd, bytes, 0, bytes.length, 100)
    fs.closeSync(fd)
  }
}

/** A copy of the whole hub. */
export function copyOf(hubDir: string, into: string): string {
  const copy = path.join(into, '.baton')
  copyTree(hubDir, copy)
  return copy
}
