/**
 * Time acts here and nowhere else. Whatever is due ends, each thing in a commit of its own: what others write to one of
 * them holds up none of the rest, and two that sweep at once end everything once.
 */
import type { ExpireDue } from '../../commands/expire-due.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, notAllowed, type Acting } from '../acting.ts'
import { expired, tellSender } from '../deliver.ts'
import { of } from '../dict.ts'
import { mailboxKind, mailboxStream, type Recipient } from '../mailbox.ts'
import { refuse } from '../refuse.ts'
import { isLive } from '../run.ts'
import { sessionStream } from '../session.ts'
import { dueAt, TIMER_KINDS, type Timer, type TimerKind } from '../timers.ts'
import { isoTime } from '../../iso-time.ts'
import type { Context, Decide, Decision, World } from '../world.ts'
import { moveOut } from './close-session.ts'
import { failing } from './end-run.ts'
import { withdrawOffer } from './handoff.ts'
import { fanIn } from './settle-items.ts'
import { fits, inSteps } from './steps.ts'

/** A clock that is further ahead of the newest event than this is more likely wrong than the hub idle. */
const FAR_AHEAD_MS = 30 * 86_400_000

export const decideExpireDue: Decide<ExpireDue> = ({ awakeSince, until, force }, world, asked) => {
  const context = until === undefined ? asked : { ...asked, now: Math.min(asked.now, Date.parse(until)) }
  const by = acting(world, context)
  if (!by.operator) notAllowed(by, 'let expire what is due', 'The system')
  const since = awakeSince === undefined ? undefined : Date.parse(awakeSince)
  if (force !== true) assertClock(since, world, context)
  // Texts are compared first: most are far off, and to parse each of very many costs more than to decide.
  const soon = isoTime(context.now + 1_000)
  const isDue = (timer: Timer, kind: TimerKind): boolean =>
    (timer.at < soon && dueAt(timer, since) <= context.now) || (kind === 'closing' && isLost(timer.id, world, context))
  const things = TIMER_KINDS.flatMap((kind) => {
    const timers = Object.values(world.peek.timers(kind) ?? {})
    return thingsOf(
      kind,
      timers.filter((timer) => isDue(timer, kind)),
    )
  })
  let tooMuch: Thing | undefined
  let unreadable: unknown
  for (const [i, thing] of things.entries()) {
    let decision: Decision
    try {
      decision = expire(thing, by, world, context)
    } catch (error) {
      // What this build cannot read holds up nothing but itself.
      unreadable ??= error
      continue
    }
    if ('done' in decision) return decision
    const facts = 'step' in decision ? decision.step : decision
    if (facts.length === 0) continue
    // It does not hold up the rest.
    if (!fits(facts, context)) tooMuch ??= thing
    else return 'step' in decision || i + 1 < things.length ? { step: facts } : facts
  }
  // What was ended on the way is told; the next sweep finds nothing else and says so.
  if (context.begun) return []
  if (unreadable !== undefined) throw unreadable
  return tooMuch === undefined ? [] : noCommitHolds(tooMuch, context)
}

function noCommitHolds({ kind, timers: [timer] }: Thing, { limits }: Context): never {
  const { commitEvents, commitBytes } = limits
  refuse('LIMIT_EXCEEDED', `what is due of ${timer?.id ?? ''} (${kind}) does not fit into one commit`, {
    details: { kind, id: timer?.id, commitEvents, commitBytes },
    hint: 'Raise the limits of the hub that sweeps.',
  })
}

/** Whoever has been awake, and seen its clock go on, vouches for it as it was then. */
function assertClock(since: number | undefined, { peek }: World, { now }: Context): void {
  if ((since ?? now) - Date.parse(peek.at) <= FAR_AHEAD_MS) return
  refuse('INVALID_TRANSITION', `the clock shows ${isoTime(now)}, and the newest event is of ${peek.at}`, {
    details: { now: isoTime(now), newest: peek.at },
    hint: 'If the clock is right and the hub was idle, say so: baton sweep --force',
  })
}

interface Thing {
  readonly kind: TimerKind
  /** One, but of messages all that expire in one mailbox. */
  readonly timers: readonly Timer[]
}

function thingsOf(kind: TimerKind, timers: readonly Timer[]): Thing[] {
  if (kind !== 'messages') return timers.map((timer) => ({ kind, timers: [timer] }))
  const mailboxes = new Map<string, Timer[]>()
  for (const timer of timers) {
    const { mailbox = '' } = timer
    const together = mailboxes.get(mailbox)
    if (together === undefined) mailboxes.set(mailbox, [timer])
    else together.push(timer)
  }
  return [...mailboxes.values()].map((each) => ({ kind, timers: each }))
}

function expire({ kind, timers }: Thing, by: Acting, world: World, context: Context): Decision {
  const [timer] = timers as [Timer]
  switch (kind) {
    case 'closing':
      return finishClosing(timer, by, world, context)
    case 'runLeases':
      return loseRun(timer, world, context)
    case 'sessionLeases':
      return loseSession(timer, world, context)
    case 'rounds':
      return endRound(timer, by, world, context)
    case 'offers':
      return expireOffer(timer, by, world, context)
    case 'requests':
      return expireRequest(timer, by, world, context)
    case 'messages':
      return inSteps(
        timers.map((each) => expireMessage(each, world)),
        [],
        context,
      )
  }
}

function finishClosing({ id }: Timer, by: Acting, world: World, context: Context): Decision {
  const session = world.session(id)
  return session?.status === 'closing' ? moveOut(session, by, world, context) : []
}

const isOver = (until: string | undefined, { now }: Context): boolean => until !== undefined && Date.parse(until) <= now

/** Nobody is left to finish closing it. */
const isLost = (id: string, { peek }: World, context: Context): boolean => isOver(peek.lease(id), context)

function loseRun({ id, at }: Timer, world: World, context: Context): Decision {
  const run = world.run(id)
  if (run === undefined || !isLive(run) || !isOver(world.work(id)?.leaseUntil, context)) return []
  return failing(id, { reason: 'lost', error: `its lease ran out at ${at}` }, `run ${id} was lost`, world, context)
}

/** Bars the door; what the session holds moves next, as with any that is half closed. */
function loseSession({ id, at }: Timer, world: World, context: Context): Decision {
  const session = world.session(id)
  if (session?.status !== 'open' || !isOver(world.lease(id), context)) return []
  const data = { sessionId: id, outcome: 'lost' as const, reason: `its lease ran out at ${at}` }
  return { step: [{ stream: sessionStream(id), type: 'SessionClosing', data }] }
}

function endRound({ id, round: number = 0 }: Timer, by: Acting, world: World, context: Context): Decision {
  const group = world.group(id)
  const round = world.round(id, number)
  if (group === undefined || round?.status !== 'open') return []
  return fanIn(group, round, 'partial', by.mailbox, world, context)
}

function expireOffer({ id, at }: Timer, by: Acting, world: World, context: Context): Decision {
  const task = world.task(id)
  return task === undefined ? [] : withdrawOffer(task, `it ran until ${at}`, by, world, context)
}

/** Relies on the mailbox that asked: an answer is written there. */
function expireRequest({ id, at }: Timer, by: Acting, world: World, context: Context): Decision {
  const message = world.peek.message(id)
  if (message === undefined) return []
  const { from, subject, threadId, deliveries } = message
  world.inbox(recipientOf(from, world), [from])
  const letter = {
    kind: 'notice',
    subject: subject === undefined ? `nobody answered message ${id}` : `nobody answered: ${subject}`.slice(0, 200),
    body: `it was to be answered until ${at}`,
    data: { messageId: id, replyBy: at, to: Object.keys(deliveries) },
    inReplyTo: id,
    threadId,
  }
  return [
    { stream: mailboxStream(from), type: 'RequestExpired', data: { messageId: id, ...recipientOf(from, world) } },
    ...tellSender(world, context, by.mailbox, from, letter),
  ]
}

/** A mailbox with the seat behind it. Which session a run belongs to never changes. */
function recipientOf(mailbox: string, { peek }: World): Recipient {
  const [kind, id] = mailboxKind(mailbox)
  const sessionId = kind === 'run' ? peek.run(id)?.sessionId : id
  return sessionId === undefined || sessionId === '' ? { mailbox } : { mailbox, sessionId }
}

/** Relies on the mailbox: what is acknowledged meanwhile has not expired. */
function expireMessage({ id, mailbox = '' }: Timer, world: World): Fact[] {
  const delivery = of(world.peek.message(id)?.deliveries, mailbox)
  if (delivery?.state !== 'pending') return []
  const at = delivery.sessionId === undefined ? { mailbox } : { mailbox, sessionId: delivery.sessionId }
  world.inbox(at, [mailbox])
  return [expired(id, at)]
}
