/**
 * Another build folds some views in another way, so its snapshots lie in a directory of their own. Those of its views that
 * this build folds alike are taken over, and only the others have to be folded again.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { Log } from '../../log/log.ts'
import type { Epochs } from '../documents.ts'
import { listed, type Manifest } from './manifest.ts'
import { unlike } from './recognise.ts'
import type { Generation, Snapshots } from './store.ts'

export interface Adopted {
  readonly generation: Generation
  /** What has to be folded again. */
  readonly missing: readonly string[]
}

/** Of all others the one that goes furthest. */
export async function adopt(log: Log, snapshots: Snapshots, folds: Manifest['folds']): Promise<Adopted | undefined> {
  let best: { from: Snapshots; generation: Generation } | undefined
  for (const name of listed(path.dirname(snapshots.dir))) {
    if (name === path.basename(snapshots.dir)) continue
    const from = snapshots.beside(name)
    const generation = await from.newest(async (manifest) =>
      manifest.folds.events === folds.events ? (await unlike(log, manifest.saved))?.why : 'it is of other events',
    )
    if (generation === undefined) continue
    if (best === undefined || generation.manifest.saved.position > best.generation.manifest.saved.position) {
      close(best?.generation)
      best = { from, generation }
    } else close(generation)
  }
  return best === undefined ? undefined : takenOver(best.from, snapshots, best.generation, folds)
}

function close(generation: Generation | undefined): void {
  for (const table of generation?.tables ?? []) table.close()
}

/** The tables are there under both names: whoever sweeps one directory leaves the other one whole. */
function takenOver(
  from: Snapshots,
  snapshots: Snapshots,
  { manifest, tables }: Generation,
  folds: Manifest['folds'],
): Adopted | undefined {
  try {
    const missing = Object.keys(folds.views).filter((view) => manifest.folds.views[view] !== folds.views[view])
    const unknown = Object.keys(manifest.folds.views).filter((view) => !Object.hasOwn(folds.views, view))
    fs.mkdirSync(snapshots.dir, { recursive: true, mode: 0o700 })
    for (const { info } of tables) link(path.join(from.dir, info.file), path.join(snapshots.dir, info.file))
    // Documents of another version, or of a view that is not known here, lie in the tables as well: nobody is to take
    // them for this build's.
    const epochs: Epochs = {
      ...manifest.epochs,
      ...Object.fromEntries([...missing, ...unknown].map((view) => [view, (manifest.epochs[view] ?? 0) + 1])),
    }
    const opened = manifest.tables.map((info) => snapshots.open(info))
    // Here nothing of it was synced yet.
    const own = { ...manifest, folds, epochs, synced: { number: 0, cursor: 0 } }
    return { generation: { number: 0, manifest: own, tables: opened }, missing }
  } catch (error) {
    snapshots.report({ file: from.dir, why: `it could not be taken over: ${String(error)}` })
    return undefined
  } finally {
    for (const table of tables) table.close()
  }
}

function link(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
