/** A log as it was when it ended here. Nobody writes to it. */
import { BatonError } from '../errors.ts'
import type { Cursor, Log, Page } from './log.ts'

export function prefixOf(log: Log, end: Cursor): Log {
  const cut = ({ entries, next, atEnd }: Page): Page => ({
    entries: next <= end ? entries : entries.filter(({ ref }) => ref < end),
    next: Math.min(next, end),
    atEnd: atEnd || next >= end,
  })
  return {
    name: log.name,
    maxCommitBytes: log.maxCommitBytes,
    append: () => Promise.reject(asItWas(log.name)),
    sync: () => Promise.resolve(end),
    read(from, last) {
      if (from >= end) return { entries: [], next: from, atEnd: true }
      const page = log.read(from, last)
      return page instanceof Promise ? page.then(cut) : cut(page)
    },
    readAt: (ref) => log.readAt(ref),
    end: async () => Math.min(end, await log.end()),
    watch: () => ({ dispose: () => undefined }),
    // It is somebody else's.
    close: () => Promise.resolve(),
  }
}

export const asItWas = (name: string): BatonError =>
  new BatonError('STORAGE_FAILED', `${name} is looked at as it was: nothing can be written there`, {
    details: { file: name, outcome: 'none' },
    hint: 'To go on from there, fork it, or restore it into a directory of its own.',
  })
