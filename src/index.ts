export { openHub, type Hub, type HubOptions, type LoggedEvent } from './hub.ts'
export { BatonError, isBatonError, type ErrorCode } from './errors.ts'
export type { Clock, NewId } from './ids.ts'

// The log: for adapters of your own, and for tools that read a log as it stands.
export type { Cursor, Disposable, Entry, Horizon, Log, Page, Proposal } from './log/log.ts'
export { openFileLog, type FileLogOptions } from './log/file/file-log.ts'
export { clearSuspect, readSuspect } from './log/file/suspect.ts'
export { readPages } from './log/pages.ts'
export { openMemoryLog } from './log/memory.ts'
export {
  decode,
  encodeCommit,
  encodeGenesis,
  type Actor,
  type Commit,
  type Decoded,
  type Draft,
  type Genesis,
  type Mark,
  type StoredEvent,
} from './log/commit.ts'
export { createFold, type Fold } from './log/fold.ts'
export type { Head, Judged, VoidReason } from './log/judging.ts'
export { createProposer, type Proposer, type Request } from './log/proposer.ts'
export type { Durability } from './log/durability.ts'
export { found } from './log/founding.ts'
export { verifyLog, type Finding, type Report, type VerifyOptions } from './log/verify.ts'
export type { BatonEventStore } from './log/emmett.ts'
