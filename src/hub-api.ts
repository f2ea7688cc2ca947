/** A hub as one actor holds it: commands go out in that actor's name, questions are the same for everybody. */
import { keepLease, type KeptLease, type LeaseOptions } from './alive/keep-lease.ts'
import { awaitReply, millisecondsOf, type RequestOptions } from './alive/request.ts'
import type { Bus, DryRun, SendOptions } from './commands/bus.ts'
import type { Command } from './commands/catalog.ts'
import type { ExpireDue } from './commands/expire-due.ts'
import { commandSender, type CommandSender } from './commands/emmett.ts'
import type { Receipt, ReceiptEvent } from './commands/receipt.ts'
import type { SendMessage } from './commands/send-message.ts'
import { isId, sessionNamed } from './domain/address.ts'
import { unknownRun } from './domain/find.ts'
import { refuse } from './domain/refuse.ts'
import { asking, instant } from './domain/world.ts'
import { BatonError } from './errors.ts'
import type { Clock } from './ids.ts'
import type { Actor } from './log/commit.ts'
import type { BatonEventStore } from './log/emmett.ts'
import type { Fold } from './log/fold.ts'
import type { Head } from './log/judging.ts'
import type { Log } from './log/log.ts'
import { verifyLog, type Report, type VerifyOptions } from './log/verify.ts'
import { deadLetters, type DeadLetterView } from './queries/dead-letters.ts'
import { group, groups, type GroupOptions, type GroupView } from './queries/groups.ts'
import type { Growth } from './queries/growth.ts'
import { history, type HistoryOptions, type HistoryPage, type HistoryScope } from './queries/history.ts'
import {
  countInbox,
  listInbox,
  messageStatus,
  type InboxOptions,
  type MessageStatus,
  type MessageView,
} from './queries/inbox.ts'
import { readLog, type LogOptions } from './queries/log.ts'
import type { Freshness, LoggedEvent, Reading } from './queries/reading.ts'
import { replay, type ReplayOptions, type ReplayStep } from './queries/replay.ts'
import { run, runTree, type RunTree, type RunView } from './queries/runs.ts'
import { session, sessions, type SessionView } from './queries/sessions.ts'
import { state, type StateView } from './queries/state.ts'
import { leavable, subscribeInbox, type SubscribeOptions } from './queries/subscribe.ts'
import { timers, type TimerView } from './queries/timers.ts'
import { ownership, task, tasks, type OwnershipView, type TaskView } from './queries/tasks.ts'
import type { WhySubject } from './queries/why-subjects.ts'
import { why, type Why } from './queries/why.ts'

export type SafeResult =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly error: BatonError }

/** A message in hand: acknowledge it once it was taken care of. */
export interface ReceivedMessage extends MessageView {
  readonly ack: (options?: SendOptions) => Promise<Receipt>
}

export interface InboxHandle {
  /** What is not acknowledged, oldest first; reading changes nothing. */
  list: (options?: InboxOptions) => Promise<MessageView[]>
  /** What waits, then what comes. At least once, until it is acknowledged; leave the loop or abort to stop. */
  subscribe: (options?: SubscribeOptions) => AsyncIterable<ReceivedMessage>
  /** How many messages wait. */
  count: (options?: Freshness) => Promise<number>
  ack: (messageIds: string | readonly string[], options?: SendOptions) => Promise<Receipt>
}

export interface Hub {
  readonly id: string
  /** Whom commands are by. */
  readonly actor: Actor
  /** The same hub in another actor's name: closing it closes the hub, disposing of the name does not. */
  as: (actor: Actor) => Hub
  send: {
    (command: Command, options?: SendOptions): Promise<Receipt>
    /** What would follow, with nothing written. */
    (command: Command, options: { readonly dryRun: true }): Promise<DryRun>
  }
  /** Like `send`, with what Baton refuses as a result: switch on `error.code`. */
  safeSend: (command: Command, options?: SendOptions) => Promise<SafeResult>
  /** Sends a message and resolves with the first answer to it, whichever process gives it; else REQUEST_EXPIRED. */
  request: (
    message: Omit<SendMessage, 'type' | 'replyBy' | 'replyWithinMs'>,
    options: RequestOptions,
  ) => Promise<ReceivedMessage>
  /** Renews a lease while this process lives. */
  keepLease: (
    what: { readonly session: string } | { readonly run: string },
    options?: LeaseOptions,
  ) => Promise<KeptLease>
  /** Ends what is due. By the operator at once; by a session, and by the hub's own timer, with time to renew leases. */
  sweep: (options?: SweepOptions) => Promise<Receipt>
  /** Emmett's CommandSender: `{ type, data }`. */
  readonly commandBus: CommandSender
  /** Emmett's EventStore for your own streams, in the same log. */
  readonly eventStore: BatonEventStore

  /** Of a session, its runs included; of `run:<id>`; of the operator. Without a name, the actor's own. */
  inbox: (mailbox?: string) => InboxHandle
  message: (id: string, options?: Freshness) => Promise<MessageStatus | undefined>
  history: (scope: HistoryScope, options?: HistoryOptions) => Promise<HistoryPage>
  task: (id: string, options?: Freshness) => Promise<TaskView | undefined>
  tasks: (options?: Freshness) => Promise<TaskView[]>
  /** Who owns a task, and who did before. */
  owner: (taskId: string, options?: Freshness) => Promise<OwnershipView | undefined>
  session: (id: string, options?: Freshness) => Promise<SessionView | undefined>
  sessions: (options?: Freshness) => Promise<SessionView[]>
  readonly runs: {
    get: (id: string, options?: Freshness) => Promise<RunView | undefined>
    tree: (id: string, options?: Freshness) => Promise<RunTree | undefined>
  }
  /** A group with its newest round: by name, of one's own root session, or as `<root session>/<name>`. */
  group: (name: string, options?: GroupOptions) => Promise<GroupView | undefined>
  groups: (options?: Freshness) => Promise<GroupView[]>
  /** Shared state as a session or a run reads it. */
  state: (id: string) => { get: (options?: Freshness) => Promise<StateView> }
  deadLetters: (options?: Freshness) => Promise<DeadLetterView[]>
  /** What falls due, soonest first. */
  timers: (options?: Freshness) => Promise<TimerView[]>
  /** The accepted events in order, to the end as it is now. */
  log: (options?: LogOptions) => AsyncIterable<LoggedEvent>
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
  /** Folds what others have written meanwhile. */
  catchUp: (signal?: AbortSignal) => Promise<void>
  verify: (options?: VerifyOptions) => Promise<Report>
  close: () => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

export type SweepOptions = Omit<ExpireDue, 'type'>

export interface HubParts {
  readonly id: string
  readonly log: Log
  readonly fold: Fold
  readonly bus: Bus
  readonly reading: Reading
  readonly growth: Growth
  readonly clock: Clock
  /** What stops renewing when the hub closes. */
  readonly leases: Set<() => void>
  readonly eventStore: (actor: Actor) => BatonEventStore
  /** Resolves when all that is folded now is as durable as was promised. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

/** In whose name time acts. */
export const SYSTEM: Actor = Object.freeze({ kind: 'system', pid: process.pid })

/** The first handle closes the hub when it is disposed of; those in other names are only names. */
export function createHub(parts: HubParts, actor: Actor, dispose: () => Promise<void> = parts.close): Hub {
  const { log, fold, bus, reading } = parts
  let eventStore: BatonEventStore | undefined

  function send(command: Command, options?: SendOptions): Promise<Receipt>
  function send(command: Command, options: { readonly dryRun: true }): Promise<DryRun>
  async function send(
    command: Command,
    options: SendOptions & { readonly dryRun?: true } = {},
  ): Promise<Receipt | DryRun> {
    const { dryRun, ...rest } = options
    if (dryRun !== undefined && typeof dryRun !== 'boolean') {
      refuse('INVALID_COMMAND', 'dryRun is true or it is not there', { details: { path: 'dryRun' } })
    }
    return dryRun === true ? bus.dryRun(actor, command) : bus.send(actor, command, rest)
  }

  async function safeSend(command: Command, options?: SendOptions): Promise<SafeResult> {
    try {
      return { ok: true, receipt: await send(command, options) }
    } catch (error) {
      if (error instanceof BatonError) return { ok: false, error }
      throw error
    }
  }

  /** Whose inbox a name means, and which mailbox of it alone. Asked after the fold has caught up. */
  function ownerOf(name: string | undefined): { owner: string; mailbox?: string } {
    const wanted = name ?? (actor.run === undefined ? (actor.id ?? 'operator') : `run:${actor.run}`)
    if (wanted === 'operator') return { owner: 'operator' }
    if (wanted.startsWith('run:')) {
      const id = wanted.slice('run:'.length)
      return { owner: (reading.states.run(id) ?? unknownRun(id)).sessionId, mailbox: wanted }
    }
    return { owner: sessionNamed(asking(reading.states), wanted.replace(/^session:/, '')) }
  }

  const ack: InboxHandle['ack'] = (messageIds, options) =>
    send({ type: 'AcknowledgeMessage', messageIds: [messageIds].flat() }, options)

  /** Time acts in the system's name; but no session fails others whose lease has only just run out. */
  const sweep = (options: SweepOptions = {}): Promise<Receipt> => {
    const grace = actor.kind === 'session' ? { awakeSince: instant(parts.clock()) } : {}
    return bus.send(SYSTEM, { type: 'ExpireDue', ...grace, ...options })
  }

  const inHand = (message: MessageView): ReceivedMessage => ({
    ...message,
    ack: (sendOptions?: SendOptions) => ack(message.id, sendOptions),
  })

  const request: Hub['request'] = async (message, { replyWithin, key, signal }) => {
    const options = { ...(key !== undefined && { key }), ...(signal !== undefined && { signal }) }
    const replyWithinMs = millisecondsOf(replyWithin)
    const receipt = await send({ type: 'SendMessage', ...message, replyWithinMs }, options)
    const { messageId } = (receipt.events[0] as ReceiptEvent).data as { messageId: string }
    // With grace, as the timer gives it: a laptop that slept past the answer slept past its leases too.
    const expire = (): Promise<Receipt> => sweep({ awakeSince: instant(parts.clock()) })
    return inHand(await awaitReply({ ...parts, sweep: expire }, messageId, signal))
  }

  async function* received(name: string | undefined, options: SubscribeOptions): AsyncGenerator<ReceivedMessage> {
    await reading.reach()
    const { owner, mailbox } = ownerOf(name)
    const only = mailbox === undefined ? {} : { mailbox }
    for await (const message of subscribeInbox(reading, parts.growth, parts.settled, owner, { ...options, ...only })) {
      yield inHand(message)
    }
  }

  function inbox(name?: string): InboxHandle {
    return {
      ack,
      async count(options = {}) {
        await reading.reach(options)
        const { owner, mailbox } = ownerOf(name)
        return countInbox(reading, owner, mailbox)
      },
      async list(options = {}) {
        await reading.reach(options)
        const { owner, mailbox } = ownerOf(name)
        return listInbox(reading, owner, { ...options, ...(mailbox !== undefined && { mailbox }) })
      },
      subscribe: (options = {}) => leavable((signal) => received(name, { ...options, signal }), options.signal),
    }
  }

  const hub: Hub = {
    id: parts.id,
    actor,
    as: (other) => createHub(parts, asActor(other), () => Promise.resolve()),
    send,
    safeSend,
    request,
    async keepLease(what, options) {
      const lease = await keepLease(send, what, options, parts.leases)
      // Closed while the first renewal was on its way: there is nothing to keep.
      if (parts.growth.closed) lease.stop()
      return lease
    },
    sweep,
    commandBus: commandSender(send),
    get eventStore() {
      return (eventStore ??= parts.eventStore(actor))
    },
    inbox,
    message: (id, options) => messageStatus(reading, id, options),
    history: (scope, options) => history(reading, scope, options),
    task: (id, options) => task(reading, id, options),
    tasks: (options) => tasks(reading, options),
    owner: (taskId, options) => ownership(reading, taskId, options),
    session: (id, options) => session(reading, id, options),
    sessions: (options) => sessions(reading, options),
    runs: { get: (id, options) => run(reading, id, options), tree: (id, options) => runTree(reading, id, options) },
    state: (id) => ({ get: (options) => state(reading, id, options) }),
    group: (name, options) => group(reading, actor, name, options),
    groups: (options) => groups(reading, options),
    deadLetters: (options) => deadLetters(reading, options),
    timers: (options) => timers(reading, options),
    async *log(options = {}) {
      await fold.catchUp(options.signal)
      yield* readLog(log, fold.head.cursor, options)
    },
    replay: (what, options) => replay(reading, what, options),
    async why(subject, options) {
      await reading.reach(options)
      return why(reading, fold.head.cursor, subject, options?.signal)
    },
    get head() {
      return fold.head
    },
    get damage() {
      return fold.damage
    },
    catchUp: (signal) => fold.catchUp(signal),
    verify: (options) => verifyLog(log, options),
    close: parts.close,
    [Symbol.asyncDispose]: dispose,
  }
  return hub
}

/** Who it is, checked; and which process speaks in the name. */
export function asActor(actor: Actor): Actor {
  const { kind, id, run: runId } = actor
  const known = kind === 'operator' || kind === 'system' || kind === 'session'
  if (!known || (kind === 'session') !== (id !== undefined) || (kind !== 'session' && runId !== undefined)) {
    refuse('INVALID_COMMAND', `${JSON.stringify(actor)} is nobody who can act`, {
      details: { actor },
      hint: "{ kind: 'operator' }, or { kind: 'session', id, run? }",
    })
  }
  for (const text of [id, runId]) {
    if (text !== undefined && !isId(text))
      refuse('BAD_ID', `${JSON.stringify(text)} is no id`, { details: { id: text } })
  }
  return Object.freeze({
    kind,
    ...(id !== undefined && { id }),
    ...(runId !== undefined && { run: runId }),
    pid: process.pid,
  })
}
