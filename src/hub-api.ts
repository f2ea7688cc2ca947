/** What callers hold: a hub in one actor's name. Commands go out in that name, questions are the same for everybody. */
import type { KeptLease, LeaseOptions } from './alive/keep-lease.ts'
import type { RequestOptions } from './alive/request.ts'
import type { UntilOptions } from './alive/until.ts'
import type { DryRun, SendOptions } from './commands/bus.ts'
import type { Command } from './commands/catalog.ts'
import type { ExpireDue } from './commands/expire-due.ts'
import type { CommandSender } from './commands/emmett.ts'
import type { Receipt } from './commands/receipt.ts'
import type { SendMessage } from './commands/send-message.ts'
import type { BatonError } from './errors.ts'
import type { Actor } from './log/commit.ts'
import type { BatonEventStore } from './log/emmett.ts'
import type { Head } from './log/judging.ts'
import type { Report, VerifyOptions } from './log/verify.ts'
import type { ViewName } from './projections/catalog.ts'
import type { RebuildOptions, RebuildReport } from './projections/rebuild.ts'
import type { ViewsStatus } from './projections/status.ts'
import type { ViewsOptions, ViewsReport } from './projections/verify.ts'
import type { CommitView } from './queries/commits.ts'
import type { DeadLetterView } from './queries/dead-letters.ts'
import type { DiffOptions, DocumentChange } from './queries/diff.ts'
import type { GroupOptions, GroupView } from './queries/groups.ts'
import type { HistoryOptions, HistoryPage, HistoryScope } from './queries/history.ts'
import type { InboxOptions, MessageStatus, MessageView } from './queries/inbox.ts'
import type { ListOptions, OpenListOptions } from './queries/listing.ts'
import type { LogOptions } from './queries/log.ts'
import type { Moment } from './queries/moments.ts'
import type { Freshness, LoggedEvent } from './queries/reading.ts'
import type { ReplayOptions, ReplayStep } from './queries/replay.ts'
import type { RunTree, RunView } from './queries/runs.ts'
import type { FoundMessage, SearchOptions } from './queries/search.ts'
import type { SessionView } from './queries/sessions.ts'
import type { StateView } from './queries/state.ts'
import type { SubscribeOptions } from './queries/subscribe.ts'
import type { TimerView } from './queries/timers.ts'
import type { OwnershipView, TaskView } from './queries/tasks.ts'
import type { WhySubject } from './queries/why-subjects.ts'
import type { Why } from './queries/why.ts'

/** What `safeSend` gives: switch on `error.code` where it is not ok. */
export type SafeResult =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly error: BatonError }

/** A message in hand: acknowledge it once it was taken care of. */
export interface ReceivedMessage extends MessageView {
  readonly ack: (options?: SendOptions) => Promise<Receipt>
}

/** The mail of one session, run, or the operator. */
export interface InboxHandle {
  /** What is not acknowledged, oldest first, or newest first; reading changes nothing. */
  list: (options?: InboxOptions) => Promise<MessageView[]>
  /**
   * What waits, then what comes. At least once, until it is acknowledged; leave the loop or abort to stop. Whoever keeps
   * the `cursor` of the last message goes on behind it, and is told where this is another history: CURSOR_LOST.
   */
  subscribe: (options?: SubscribeOptions) => AsyncIterable<ReceivedMessage>
  /** How many messages wait. */
  count: (options?: Freshness) => Promise<number>
  /** Says that messages were taken care of; said again, it changes nothing. */
  ack: (messageIds: string | readonly string[], options?: SendOptions) => Promise<Receipt>
}

/** A hub in one actor's name. Handles made by `as` share everything but the name. */
export interface Hub {
  /** The hub's own id, from the first line of its log. */
  readonly id: string
  /** Whom commands are by. */
  readonly actor: Actor
  /** The same hub in another actor's name: closing it closes the hub, disposing of the name does not. */
  as: (actor: Actor) => Hub
  /**
   * Decides the command on what is folded, writes what follows as one commit, and resolves with the receipt once that is
   * as durable as this hub promises. Throws a BatonError where it is refused; then nothing was written. Who is beaten by
   * another writer decides again by itself, until the patience is over.
   */
  send: {
    (command: Command, options?: SendOptions): Promise<Receipt>
    /** What would follow, with nothing written. */
    (command: Command, options: { readonly dryRun: true }): Promise<DryRun>
  }
  /** Like `send`, with what Baton refuses as a result: switch on `error.code`. Any other error is thrown all the same. */
  safeSend: (command: Command, options?: SendOptions) => Promise<SafeResult>
  /** Sends a message and resolves with the first answer to it, whichever process gives it; else REQUEST_EXPIRED. */
  request: (
    message: Omit<SendMessage, 'type' | 'replyBy' | 'replyWithinMs'>,
    options: RequestOptions,
  ) => Promise<ReceivedMessage>
  /**
   * Renews the lease of a run or a session while this process lives. The first renewal is waited for. `signal` is aborted
   * once there is nothing left to renew. A renewal never shortens what was granted before.
   */
  keepLease: (
    what: { readonly session: string } | { readonly run: string },
    options?: LeaseOptions,
  ) => Promise<KeptLease>
  /** Ends what is due. By the operator at once; by a session, and by the hub's own timer, with time to renew leases. */
  sweep: (options?: SweepOptions) => Promise<Receipt>
  /** Emmett's CommandSender: a command's fields are its `data`; a `key` in its `metadata` makes it idempotent. */
  readonly commandBus: CommandSender
  /** Emmett's EventStore for your own streams, in the same log; `hub.log` shows them as `x-<name>`. */
  readonly eventStore: BatonEventStore

  /** Of a session, its runs included; of `run:<id>`; of the operator. Without a name, the actor's own. */
  inbox: (mailbox?: string) => InboxHandle
  /** A message with its body, who answered it, and how each of its deliveries stands. */
  message: (id: string, options?: Freshness) => Promise<MessageStatus | undefined>
  /** The messages of a thread, with bodies and what became of each; named by any of them. */
  thread: (id: string, options?: HistoryOptions) => Promise<MessageStatus[]>
  /** What happened to a task, a session, a run, a thread or a group, in pages; closed ones too. */
  history: (scope: HistoryScope, options?: HistoryOptions) => Promise<HistoryPage>
  /** A task; undefined if there is none. */
  task: (id: string, options?: Freshness) => Promise<TaskView | undefined>
  /** All tasks, or those that are open, in the order in which they were opened; so with sessions and groups. */
  tasks: (options?: OpenListOptions) => Promise<TaskView[]>
  /** Who owns a task, and who did before. */
  owner: (taskId: string, options?: Freshness) => Promise<OwnershipView | undefined>
  /** A session: what it owns and takes part in, its live runs, how much mail waits. */
  session: (id: string, options?: Freshness) => Promise<SessionView | undefined>
  sessions: (options?: OpenListOptions) => Promise<SessionView[]>
  readonly runs: {
    /** A run: how it stands, its result, its effects, its lease. */
    get: (id: string, options?: Freshness) => Promise<RunView | undefined>
    /** The same, with everything below it. */
    tree: (id: string, options?: Freshness) => Promise<RunTree | undefined>
    /** Those that have not ended, in the order in which they were started. */
    live: (options?: ListOptions) => Promise<RunView[]>
  }
  /** A group with its newest round: by name, of one's own root session, or as `<root session>/<name>`. */
  group: (name: string, options?: GroupOptions) => Promise<GroupView | undefined>
  groups: (options?: OpenListOptions) => Promise<GroupView[]>
  /** Shared state as a session or a run reads it: values, and beside each its version and where it comes from. */
  state: (id: string) => { get: (options?: Freshness) => Promise<StateView> }
  /** What reached nobody, and why. */
  deadLetters: (options?: ListOptions) => Promise<DeadLetterView[]>
  /** What falls due, soonest first. */
  timers: (options?: Freshness) => Promise<TimerView[]>
  /**
   * The first answer that is not undefined: asked now, and again whenever the log has grown. What held for a moment
   * between two looks may be missed. Only a `signal` ends it otherwise.
   */
  until: <Answer>(ask: () => Promise<Answer | undefined>, options?: UntilOptions) => Promise<Answer>
  /** The accepted events, any part of them, in either direction, to the end as it is now; with `follow`, those to come. */
  log: (options?: LogOptions) => AsyncIterable<LoggedEvent>
  /** The commit that holds a position, or has this id. By its id it is looked for, newest first. */
  commit: (which: number | string, options?: Freshness) => Promise<CommitView | undefined>
  /** The messages that hold a text, whatever the case of its letters; each as it is met in one scan of the log. */
  search: (text: string, options?: SearchOptions) => AsyncIterable<FoundMessage>
  /**
   * Which documents of which views are not the same at both, each as it was at the one and at the other. A position
   * stands for the whole commit that holds it.
   */
  diff: (from: Moment, to: Moment, options?: DiffOptions) => AsyncIterable<DocumentChange>
  /** The life of a stream, or of a task, step by step; nothing happens again. */
  replay: (what: string | { readonly task: string }, options?: ReplayOptions) => AsyncIterable<ReplayStep>
  /**
   * How a task, a message, a run, a session or a commit came to be as it is: its causal chain in sentences, oldest
   * first, with the void commits that tried to change it and what they lost to. Scans the log once, in flat memory.
   */
  why: (subject: WhySubject, options?: Freshness) => Promise<Why>

  /** Where this replica stands; `position` is that of the newest event. */
  readonly head: Head
  /** Set when the log contradicts itself: the hub is read-only up to there. */
  readonly damage: BatonError | undefined
  /** Folds what others have written meanwhile. Questions do so by themselves. */
  catchUp: (signal?: AbortSignal) => Promise<void>
  /** Reads the whole log and says what is torn, damaged or void. Changes nothing. */
  verify: (options?: Omit<VerifyOptions, 'inspect'>) => Promise<Report>
  /** How the views stand, rebuilding and comparing them. */
  readonly projections: Projections
  /**
   * This hub as it stood at a position, with the whole commit that holds it, or at a time. Every question works there and
   * nothing can be written. Close it, or dispose of it, when you have looked.
   */
  at: (moment: Moment) => Promise<Hub>
  /** A hub of its own in memory, that begins with this one's history; `(await hub.at(1200)).fork()` begins back there. */
  fork: () => Promise<Hub>
  /** Ends timers, leases and subscriptions, and waits for what is on its way; any number of times. */
  close: () => Promise<void>
  /** `await using`: closes the hub; on a handle made by `as` it does nothing. */
  [Symbol.asyncDispose]: () => Promise<void>
}

/** The views, which can always be folded again from the log. */
export interface Projections {
  /** How each view stands, and what is wrong with the snapshots. */
  status: () => Promise<ViewsStatus>
  /** Folds one view, or all, from the beginning, beside those that are served, and puts it in their place. */
  rebuild: (view?: ViewName, options?: RebuildOptions) => Promise<RebuildReport>
  /** Compares what is served with a fresh fold, document by document. Changes nothing. */
  verify: (options?: ViewsOptions) => Promise<ViewsReport>
}

/** Since when the sweeper is awake, up to which time, and whether a clock far ahead of the log is believed. */
export type SweepOptions = Omit<ExpireDue, 'type'>
