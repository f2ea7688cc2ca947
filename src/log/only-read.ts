/** A log that is looked at and never written. */
import { BatonError } from '../errors.ts'
import type { Log } from './log.ts'

export const onlyRead = (log: Log): Log => ({
  name: log.name,
  maxCommitBytes: log.maxCommitBytes,
  append: () => Promise.reject(openedToRead(log.name)),
  sync: () => log.sync(),
  read: (from, last) => log.read(from, last),
  readAt: (ref) => log.readAt(ref),
  end: () => log.end(),
  watch: (onGrowth) => log.watch(onGrowth),
  close: () => log.close(),
})

export const openedToRead = (name: string): BatonError =>
  new BatonError('STORAGE_FAILED', `${name} was opened to be read`, {
    details: { file: name, outcome: 'none' },
    hint: 'Every query works; to write, open the hub without readOnly.',
  })
