/** What the verbs that examine a hub look at: they leave it as it is, and need nobody's leave to write there. */
import { isBatonError, openFileLog, openHub, verifyHub, type BatonError, type Hub, type Report } from '../exports.ts'
import { withBar } from './progress.ts'
import type { Given } from './verb.ts'

/** The whole log once more, with a bar. */
export async function readLog(dir: string, given: Given, signal: AbortSignal): Promise<Report> {
  const log = openFileLog(dir, { unsafeFileSystem: true })
  try {
    const total = await log.end()
    return await withBar({ doing: 'reading the log', unit: 'bytes', given }, (update) =>
      verifyHub(log, { signal, onProgress: (done) => update({ done: Math.min(done, total), total }) }),
    )
  } finally {
    await log.close()
  }
}

/** Of the views themselves: a table that cannot be compared, because it cannot be read. */
export const isTableDamaged = (error: unknown): error is Error => error instanceof Error && 'damagedTable' in error

/** What `look` finds in the hub; or why the hub cannot be opened, where it is Baton that says so. */
export async function lookAt<Found>(dir: string, look: (hub: Hub) => Promise<Found>): Promise<Found | BatonError> {
  let hub: Hub
  try {
    hub = await openHub({ dir, readOnly: true })
  } catch (error) {
    if (isBatonError(error)) return error
    throw error
  }
  try {
    return await look(hub)
  } finally {
    await hub.close()
  }
}
