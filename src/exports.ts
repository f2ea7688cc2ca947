/**
 * All that the package gives, but the commands' catalogue: with it come all schemas and rules, which the command line
 * loads for a command alone.
 */
export { openHub, type HubOptions } from './hub.ts'
export type { Hub, InboxHandle, Projections, ReceivedMessage, SafeResult, SweepOptions } from './hub-api.ts'
export type { UntilOptions } from './alive/until.ts'
export type { ViewName } from './projections/catalog.ts'
export type { PhaseProgress } from './projections/progress.ts'
export type { RebuildOptions, RebuildReport } from './projections/rebuild.ts'
export type { SnapshotStatus, ViewsStatus, ViewStatus } from './projections/status.ts'
export type { Drift, ViewsOptions, ViewsReport } from './projections/verify.ts'
export type { DryRun, SendOptions } from './commands/bus.ts'
export type { KeptLease, LeaseOptions } from './alive/keep-lease.ts'
export type { RequestOptions } from './alive/request.ts'
export type { Command, CommandType } from './commands/catalog.ts'
export type { Receipt, ReceiptEvent } from './commands/receipt.ts'
export { eventCatalog, type BatonEvent, type EventData, type EventType, type Fact } from './events/catalog.ts'
export { DEFAULT_LIMITS, type Limits } from './domain/limits.ts'
export type { Strategy } from './domain/merge.ts'
export type { Bookmark } from './queries/bookmarks.ts'
export type { CommitView } from './queries/commits.ts'
export type { DeadLetterView } from './queries/dead-letters.ts'
export type { DiffOptions, DocumentChange } from './queries/diff.ts'
export { durationOf } from './domain/duration.ts'
export type { GroupOptions, GroupView, ItemView, RoundView } from './queries/groups.ts'
export type { TimerView } from './queries/timers.ts'
export type { HistoryOptions, HistoryPage, HistoryScope } from './queries/history.ts'
export type { InboxFilter, InboxOptions, MessageStatus, MessageView } from './queries/inbox.ts'
export type { ListOptions, OpenListOptions } from './queries/listing.ts'
export type { LogOptions } from './queries/log.ts'
export type { Moment } from './queries/moments.ts'
export type { Freshness, LoggedEvent } from './queries/reading.ts'
export type { ReplayOptions, ReplayStep } from './queries/replay.ts'
export type { RunTree, RunView } from './queries/runs.ts'
export type { FoundMessage, SearchOptions, SearchScope } from './queries/search.ts'
export type { SessionView } from './queries/sessions.ts'
export type { StateView } from './queries/state.ts'
export type { SubscribeOptions } from './queries/subscribe.ts'
export type { OwnershipView, TaskView } from './queries/tasks.ts'
export type { CommitRef } from './queries/attempts.ts'
export { verifyHub } from './queries/verify.ts'
export { describeEvent } from './queries/sentences.ts'
export type { WhySubject } from './queries/why-subjects.ts'
export type { Why, WhyStep, WhyVoid } from './queries/why.ts'
export { BatonError, ERROR_CODES, isBatonError, type ErrorCode } from './errors.ts'
export { systemClock, ulidFactory, type Clock, type Draw, type NewId } from './ids.ts'
export { isTypo, nearest } from './domain/nearest.ts'

// The log: for adapters of your own, and for tools that read a log as it stands.
export type { Cursor, Disposable, Entry, Horizon, Log, Page, Proposal } from './log/log.ts'
export { openFileLog, type FileLogOptions } from './log/file/file-log.ts'
export { backup, type BackupOptions, type BackupReport } from './log/file/backup.ts'
export { restore, type RestoreOptions, type RestoreReport } from './log/file/restore.ts'
export type { Progress } from './log/progress.ts'
export { restoreInto, type Restored, type RestoreIntoOptions } from './log/restore.ts'
export { unsafeFileSystem } from './log/file/safety.ts'
export { clearSuspect, readSuspect } from './log/file/suspect.ts'
export { readPages } from './log/pages.ts'
export { chainHex, genesisChain, nextChain, type Chain } from './log/chain.ts'
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
