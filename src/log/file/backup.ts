/**
 * A copy of a hub, taken while anybody writes: a prefix of its log, byte for byte, up to a line end that was durable
 * when the call began. History only grows at its end, so any such prefix is the hub as it was.
 */
import path from 'node:path'
import { BatonError } from '../../errors.ts'
import type { Mark } from '../commit.ts'
import { createJudging } from '../judging.ts'
import type { Cursor, Log } from '../log.ts'
import { readPages } from '../pages.ts'
import { inPasses, type Progress } from '../progress.ts'
import { verifyLog } from '../verify.ts'
import { copyBytes } from './copy-bytes.ts'
import { openFileLog } from './file-log.ts'
import { makeHubDirectory } from './hub-directory.ts'
import { whole } from './staging.ts'

/** How a backup is watched and stopped. */
export interface BackupOptions {
  readonly signal?: AbortSignal
  /** In bytes of the log. */
  readonly onProgress?: (progress: Progress) => void
}

/** What was copied. */
export interface BackupReport {
  /** The directory: a hub like the one it was taken of, which can be opened, verified and restored from. */
  readonly dir: string
  readonly hub: string
  readonly commits: number
  /** Of the newest event. */
  readonly position: number
  readonly chain: string
  readonly bytes: number
}

const [JUDGE, COPY, CHECK] = [0, 1, 2]

/** Writes nothing to `dir`. Whatever ends it early, `target` is not there. */
export async function backup(dir: string, target: string, options: BackupOptions = {}): Promise<BackupReport> {
  const { signal } = options
  const log = openToRead(dir)
  try {
    const end = await log.sync()
    const told = inPasses(3, end, options.onProgress)
    const cut = await judgeUpTo(log, end, signal, (cursor) => told(JUDGE, cursor, end))
    const { cursor: bytes } = cut
    return await whole(target, async (staging) => {
      const file = makeHubDirectory(staging)
      const copied = await copyBytes(log.name, file, bytes, (done) => told(COPY, done, bytes), signal)
      const copy = openToRead(staging)
      try {
        const report = await verifyLog(copy, {
          ...(signal && { signal }),
          onProgress: (cursor) => told(CHECK, cursor, bytes),
        })
        const [commits, chain] = cut.mark
        const isSame =
          copied === bytes &&
          report.hub === cut.hub &&
          report.commits === commits &&
          report.events === cut.position &&
          report.chain === chain
        if (!isSame) throw differs(log.name)
        told(CHECK, bytes, bytes)
        signal?.throwIfAborted()
        return { dir: path.resolve(target), hub: cut.hub, commits, position: cut.position, chain, bytes }
      } finally {
        await copy.close()
      }
    })
  } finally {
    await log.close()
  }
}

/** Where nothing but reading is done, any file system will do. */
export const openToRead = (dir: string): Log => openFileLog(dir, { unsafeFileSystem: true })

/** The end of a line, and the history up to there. */
interface Cut {
  readonly hub: string
  readonly mark: Mark
  readonly position: number
  readonly cursor: Cursor
}

/** Reads what was durable, and throws where it contradicts itself. What is torn at the end is not taken along. */
async function judgeUpTo(
  log: Log,
  end: Cursor,
  signal: AbortSignal | undefined,
  told: (cursor: Cursor) => void,
): Promise<Cut> {
  let cursor: Cursor = 0
  const judging = createJudging(log.name, ({ entry, void: reason }) => {
    if (reason !== 'torn') cursor = entry.next
  })
  for await (const page of readPages(log, 0, signal)) {
    for (const entry of page) if (entry.next <= end) judging.step(entry)
    told(judging.cursor)
    // Others write on: what comes now belongs to the next backup.
    if ((page.at(-1)?.next ?? end) >= end) break
  }
  const hub = judging.genesis?.hub
  if (hub === undefined) throw unfounded(log.name)
  const { mark, position } = judging.head
  return { hub, mark, position, cursor }
}

const unfounded = (name: string): BatonError =>
  new BatonError('HUB_NOT_FOUND', `${name} has no genesis record: founding this hub never finished`, {
    details: { file: name },
  })

const differs = (name: string): BatonError =>
  new BatonError('STORAGE_FAILED', `the copy of ${name} is not what was read from it`, {
    details: { file: name },
    hint: 'See to the disk, and back it up again.',
  })
