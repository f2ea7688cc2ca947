/** A log in memory: for tests, for a dry run, for a fork of history. Durable as long as the process lives. */
import { BatonError } from '../errors.ts'
import { MAX_LINE_BYTES } from './commit.ts'
import type { Entry, Log } from './log.ts'

const PAGE = 256

/** A log in memory: for tests, and for hubs that need not last. */
export function openMemoryLog(name = 'memory'): Log {
  const lines: Buffer[] = []
  const watchers = new Set<() => void>()
  let closed = false

  function entryAt(ref: number): Entry {
    return { ref, next: ref + 1, line: Buffer.from(lines[ref] as Buffer) }
  }

  function assertOpen(): void {
    if (closed) throw new BatonError('STORAGE_FAILED', `${name} is closed`)
  }

  return {
    name,
    maxCommitBytes: MAX_LINE_BYTES,
    async append(proposals) {
      assertOpen()
      for (const { line } of proposals) lines.push(Buffer.from(line))
      for (const onGrowth of watchers) queueMicrotask(onGrowth)
    },
    async sync() {
      assertOpen()
      return lines.length
    },
    read(from) {
      assertOpen()
      const next = Math.max(from, Math.min(from + PAGE, lines.length))
      const entries = Array.from({ length: next - from }, (_, i) => entryAt(from + i))
      return { entries, next, atEnd: next === lines.length }
    },
    async readAt(ref) {
      assertOpen()
      if (lines[ref] === undefined) throw new BatonError('LOG_DAMAGED', `${name} has no entry ${ref}`)
      return entryAt(ref)
    },
    async end() {
      assertOpen()
      return lines.length
    },
    watch(onGrowth) {
      watchers.add(onGrowth)
      return { dispose: () => void watchers.delete(onGrowth) }
    },
    async close() {
      closed = true
      watchers.clear()
    },
  }
}
