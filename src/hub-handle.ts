/** A hub in one actor's name, made of its parts. */
import { keepLease } from './alive/keep-lease.ts'
import { awaitReply, millisecondsOf } from './alive/request.ts'
import { until } from './alive/until.ts'
import type { Bus, DryRun, SendOptions } from './commands/bus.ts'
import type { Command } from './commands/catalog.ts'
import { commandSender } from './commands/emmett.ts'
import type { Receipt, ReceiptEvent } from './commands/receipt.ts'
import { isId, sessionNamed } from './domain/address.ts'
import { unknownRun } from './domain/find.ts'
import { refuse } from './domain/refuse.ts'
import { isoTime } from './iso-time.ts'
import { asking } from './domain/world.ts'
import { BatonError } from './errors.ts'
import type { Clock } from './ids.ts'
import type { Actor } from './log/commit.ts'
import type { BatonEventStore } from './log/emmett.ts'
import type { Fold } from './log/fold.ts'
import type { Log } from './log/log.ts'
import { commit } from './queries/commits.ts'
import { deadLetters } from './queries/dead-letters.ts'
import { diff, type LookBack } from './queries/diff.ts'
import { group, groups } from './queries/groups.ts'
import type { Growth } from './queries/growth.ts'
import { history } from './queries/history.ts'
import { countInbox, listInbox, messageStatus, type Inboxed, type MessageView } from './queries/inbox.ts'
import { followLog, readLog } from './queries/log.ts'
import type { Moment } from './queries/moments.ts'
import type { Reading } from './queries/reading.ts'
import { replay } from './queries/replay.ts'
import { liveRuns, run, runTree } from './queries/runs.ts'
import { search } from './queries/search.ts'
import { session, sessions } from './queries/sessions.ts'
import { state } from './queries/state.ts'
import { leavable, subscribeInbox, type SubscribeOptions } from './queries/subscribe.ts'
import { thread } from './queries/thread.ts'
import { timers } from './queries/timers.ts'
import { ownership, task, tasks } from './queries/tasks.ts'
import { verifyHub } from './queries/verify.ts'
import type { Hub, InboxHandle, Projections, ReceivedMessage, SafeResult, SweepOptions } from './hub-api.ts'

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
  readonly projections: Projections
  readonly at: (moment: Moment, actor: Actor) => Promise<Hub>
  readonly lookBack: (moment: Moment) => Promise<LookBack>
  readonly fork: (actor: Actor) => Promise<Hub>
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
  function ownerOf(name: string | undefined): Inboxed {
    const wanted = name ?? (actor.run === undefined ? (actor.id ?? 'operator') : `run:${actor.run}`)
    if (wanted === 'operator') return { owner: 'operator' }
    if (wanted.startsWith('run:')) {
      const id = wanted.slice('run:'.length)
      return { owner: (reading.states.run(id) ?? unknownRun(reading.states, id)).sessionId, mailbox: wanted }
    }
    return { owner: sessionNamed(asking(reading.states), wanted.replace(/^session:/, '')) }
  }

  const ack: InboxHandle['ack'] = (messageIds, options) =>
    send({ type: 'AcknowledgeMessage', messageIds: [messageIds].flat() }, options)

  /** Time acts in the system's name; but no session fails others whose lease has only just run out. */
  const sweep = (options: SweepOptions = {}): Promise<Receipt> => {
    const grace = actor.kind === 'session' ? { awakeSince: isoTime(parts.clock()) } : {}
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
    const [sent] = receipt.events as [ReceiptEvent<'MessageSent'>]
    // With grace, as the timer gives it: a laptop that slept past the answer slept past its leases too.
    const expire = (): Promise<Receipt> => sweep({ awakeSince: isoTime(parts.clock()) })
    return inHand(await awaitReply({ ...parts, sweep: expire }, sent.data.messageId, signal))
  }

  async function* received(name: string | undefined, options: SubscribeOptions): AsyncGenerator<ReceivedMessage> {
    const { owner, mailbox } = await reading.ask({}, () => ownerOf(name))
    const only = mailbox === undefined ? {} : { mailbox }
    for await (const message of subscribeInbox(reading, parts.growth, parts.settled, owner, { ...options, ...only })) {
      yield inHand(message)
    }
  }

  function inbox(name?: string): InboxHandle {
    return {
      ack,
      count: (options = {}) => reading.ask(options, () => countInbox(reading, ownerOf(name))),
      list: (options) => listInbox(reading, () => ownerOf(name), options),
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
    thread: (id, options) => thread(reading, id, options),
    history: (scope, options) => history(reading, scope, options),
    task: (id, options) => task(reading, id, options),
    tasks: (options) => tasks(reading, options),
    owner: (taskId, options) => ownership(reading, taskId, options),
    session: (id, options) => session(reading, id, options),
    sessions: (options) => sessions(reading, options),
    runs: {
      get: (id, options) => run(reading, id, options),
      tree: (id, options) => runTree(reading, id, options),
      live: (options) => liveRuns(reading, options),
    },
    state: (id) => ({ get: (options) => state(reading, id, options) }),
    group: (name, options) => group(reading, actor, name, options),
    groups: (options) => groups(reading, options),
    deadLetters: (options) => deadLetters(reading, options),
    timers: (options) => timers(reading, options),
    until: (ask, options) => until(parts, ask, options),
    log: (options = {}) =>
      options.follow === true
        ? leavable((signal) => followLog(reading, parts.growth, parts.settled, { ...options, signal }), options.signal)
        : readLog(reading, options),
    commit: (which, options) => commit(reading, which, options),
    search: (text, options) => search(reading, text, options),
    diff: (from, to, options) => diff(reading, parts.lookBack, from, to, options),
    replay: (what, options) => replay(reading, what, options),
    // Few ask, and it is long.
    why: async (subject, options) =>
      (await import('./queries/why.ts')).why(reading, () => fold.cursor, subject, options),
    get head() {
      return fold.head
    },
    get damage() {
      return fold.damage
    },
    catchUp: (signal) => fold.catchUp(signal),
    verify: (options) => verifyHub(log, options),
    projections: parts.projections,
    at: (moment) => parts.at(moment, actor),
    fork: () => parts.fork(actor),
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
