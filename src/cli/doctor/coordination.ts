/** What agents left behind, and what nobody will end. */
import { DEFAULT_LIMITS, type DeadLetterView, type GroupView, type SessionView, type TimerView } from '../../exports.ts'
import { ago } from '../print.ts'
import { counted, firstOf, ofHub, type Check, type Trouble } from './check.ts'
import type { Facts, HubFacts } from './facts.ts'

export const coordinationChecks: readonly Check[] = [
  ofHub('clock', clock),
  ofHub('leases', leases),
  ofHub('overdue', overdue),
  ofHub('half-closed', halfClosed),
  ofHub('full-inboxes', fullInboxes),
  ofHub('dead-letters', deadLetters),
  ofHub('lost-owners', lostOwners),
  ofHub('vacant-seats', vacantSeats),
  ofHub('endless-rounds', endlessRounds),
]

const AS_OPERATOR = ['--as', 'operator'] as const
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

// ---- time

/** Clocks of several machines may differ by as much. */
const AHEAD_MS = 2 * MINUTE_MS

function clock({ at }: HubFacts, { now }: Facts): Trouble[] {
  const ahead = Date.parse(at) - now
  if (ahead <= AHEAD_MS) return []
  return [
    {
      severity: 'warning',
      what: `the newest event is of ${at}, ${ago(at, { now, colour: false })}: a clock was far ahead, or this one is behind`,
      cure: 'Set the clock right (timedatectl set-ntp true). Until that time has come, leases and deadlines set by that clock run too long.',
    },
  ]
}

/** Further from the newest event than this, a sweep wants to be told that the clock is right. */
const IDLE_MS = 30 * DAY_MS

/** What types a sweep that ends it. */
function sweeping({ at }: HubFacts, { now, baton }: Facts, ...options: readonly string[]): string[] {
  return [baton('sweep', ...options, ...(now - Date.parse(at) > IDLE_MS ? ['--force'] : []))]
}

const isLease = ({ kind }: TimerView): boolean => kind === 'sessionLeases' || kind === 'runLeases'

/** Its holder has had as long again as it was granted for. */
function leases(hub: HubFacts, facts: Facts): Trouble[] {
  const { now, baton } = facts
  const late = hub.timers.filter((timer) => isLease(timer) && Date.parse(timer.at) + (timer.leaseMs ?? 0) <= now)
  return firstOf(
    late,
    ({ kind, id, at }) => {
      const what = kind === 'runLeases' ? 'run' : 'session'
      return {
        severity: 'warning',
        what: `the lease of ${what} ${id} ran out ${ago(at, { now, colour: false })}, and nobody renews it`,
        cure: `If it is alive it renews it (${baton(what, 'renew', id)}); else end as lost whatever nobody renews.`,
        type: sweeping(hub, facts, '--now'),
      }
    },
    (more) => ({ what: `${more} more leases ran out`, cure: 'See them all.', type: [baton('timers')] }),
  )
}

/** A hub that is open looks every five seconds. */
const UNSWEPT_MS = 10_000

function overdue(hub: HubFacts, facts: Facts): Trouble[] {
  const { now } = facts
  const late = hub.timers.filter(
    (timer) =>
      !isLease(timer) && timer.kind !== 'closing' && Date.parse(timer.at) + (timer.graceMs ?? 0) + UNSWEPT_MS <= now,
  )
  const [oldest] = late
  if (oldest === undefined) return []
  const kinds = [...new Set(late.map(({ kind }) => kind))].join(', ')
  return [
    {
      severity: 'warning',
      what: `${counted(late.length, 'thing is', 'things are')} overdue (${kinds}), the oldest since ${ago(oldest.at, { now, colour: false }).replace(/ ago$/, '')}: nobody sweeps`,
      cure: 'Keep a process with an open hub, or sweep now and then.',
      type: sweeping(hub, facts),
    },
  ]
}

// ---- sessions

function halfClosed({ timers, sessions }: HubFacts, { now, baton }: Facts): Trouble[] {
  const late = timers.filter(
    ({ kind, at, graceMs = 0, id }) =>
      kind === 'closing' &&
      Date.parse(at) + graceMs <= now &&
      sessions.some((session) => session.id === id && session.status === 'closing'),
  )
  return firstOf(
    late,
    ({ id, at }) => ({
      severity: 'warning',
      what: `session ${id} was half closed ${ago(at, { now, colour: false })}: whoever closed it was killed over it`,
      cure: 'Finish that: its mail and tasks move as was said then.',
      type: [baton('session', 'close', id, ...AS_OPERATOR)],
    }),
    (more) => ({
      what: `${more} more sessions are half closed`,
      cure: 'A sweep finishes them.',
      type: [baton('sweep')],
    }),
  )
}

const NEARLY = 0.8

function fullInboxes({ mailboxes }: HubFacts, { baton }: Facts): Trouble[] {
  const { inbox: limit } = DEFAULT_LIMITS
  const full = [...mailboxes].filter(([, waiting]) => waiting >= limit * NEARLY)
  return firstOf(
    full,
    ([mailbox, waiting]) => ({
      severity: waiting >= limit ? 'warning' : 'hint',
      what:
        waiting >= limit
          ? `the inbox of ${mailbox} is full: ${waiting} messages wait, and whoever sends another is refused`
          : `the inbox of ${mailbox} is nearly full: ${waiting} messages wait, of ${limit} at most`,
      cure: 'Let its owner read, or acknowledge in its place what it will not.',
      type: [baton('inbox', mailbox, '--ack', '-n', String(waiting), ...AS_OPERATOR)],
    }),
    (more) => ({
      what: `${more} more inboxes are full, or nearly`,
      cure: 'See them all.',
      type: [baton('session', 'list')],
    }),
  )
}

function deadLetters({ deadLetters: letters, sessions }: HubFacts, { now, baton }: Facts): Trouble[] {
  const open = new Set(sessions.filter(({ status }) => status === 'open').map(({ id }) => id))
  return firstOf(
    letters,
    (letter) => ({
      severity: 'warning',
      what: `message ${letter.messageId} from ${letter.from} to ${letter.mailbox} reached nobody, ${ago(letter.at, { now, colour: false })}: ${letter.reason}`,
      cure: 'Deliver it after all, or give it up (baton dead discard).',
      type: [
        baton(
          'dead',
          'requeue',
          letter.messageId,
          '--mailbox',
          letter.mailbox,
          ...goalOf(letter, open),
          ...AS_OPERATOR,
        ),
      ],
    }),
    (more) => ({ what: `${more} more dead letters`, cure: 'See them all.', type: [baton('dead', 'list')] }),
  )
}

/** Where it died, if that is open again; else to whoever types it. */
const goalOf = ({ mailbox, reason }: DeadLetterView, open: ReadonlySet<string>): string[] =>
  open.has(mailbox.replace(/^session:/, '')) && !/full|limit/i.test(reason) ? [] : ['--to', 'operator']

function lostOwners({ tasks, sessions }: HubFacts, { baton }: Facts): Trouble[] {
  const known = new Map(sessions.map((session) => [session.id, session.status]))
  const lost = tasks.filter(({ owner }) => owner !== undefined && (known.get(owner) ?? 'closed') === 'closed')
  return firstOf(
    lost,
    ({ id, owner = '' }) => ({
      severity: 'warning',
      what: `task ${id} is owned by session ${owner}, which is ${known.get(owner) ?? 'not there'}`,
      cure: `Give it to somebody (baton task assign ${id} <session>), or to whoever claims it.`,
      type: [baton('task', 'release', id, ...AS_OPERATOR)],
    }),
    (more) => ({ what: `${more} more tasks like that`, cure: 'See them all.', type: [baton('owners')] }),
  )
}

// ---- groups

function vacantSeats({ groups, sessions }: HubFacts, { baton }: Facts): Trouble[] {
  const vacant = groups.filter(({ coordinator }) => coordinator === undefined)
  return firstOf(
    vacant,
    (group) => {
      const next = successorOf(group, sessions)
      return {
        severity: 'warning',
        what: `group ${group.id} has no coordinator since ${group.vacatedBy ?? 'its last one'} left: nobody dispatches, and results reach nobody`,
        cure:
          next === undefined
            ? 'No member is open any more: disband it.'
            : `Give the seat to somebody; ${next} is open and belongs there.`,
        type:
          next === undefined
            ? [
                ...(group.status === 'active' ? [baton('group', 'cancel', group.id, ...AS_OPERATOR)] : []),
                baton('group', 'disband', group.id, ...AS_OPERATOR),
              ]
            : [baton('group', 'transfer', group.id, next, ...AS_OPERATOR)],
      }
    },
    (more) => ({ what: `${more} more groups without`, cure: 'See them all.', type: [baton('group', 'list')] }),
  )
}

/** A member that is open; else the root session. */
function successorOf({ members, rootSessionId }: GroupView, sessions: readonly SessionView[]): string | undefined {
  const open = new Set(sessions.filter(({ status }) => status === 'open').map(({ id }) => id))
  const belong = [...members.flatMap((member) => member.match(/^session:(.*)$/)?.[1] ?? []), rootSessionId]
  return belong.find((id) => open.has(id))
}

type Item = NonNullable<GroupView['round']>['items'][number]

function endlessRounds(hub: HubFacts, { baton }: Facts): Trouble[] {
  const stuck = hub.groups.flatMap((group) => {
    const left = leftItems(group, hub)
    return left.length === 0 ? [] : [{ group, left }]
  })
  return firstOf(
    stuck,
    ({ group, left }) => ({
      severity: 'warning',
      what: `round ${group.rounds} of group ${group.id} cannot end: nobody is left to settle ${left.map(({ itemId }) => itemId).join(', ')}, and it has no deadline`,
      cure: `Settle them in their place (baton group settle ${group.id} <item>), or cancel it.`,
      type: [baton('group', 'cancel', group.id, ...AS_OPERATOR)],
    }),
    (more) => ({ what: `${more} more rounds like that`, cure: 'See them all.', type: [baton('group', 'list')] }),
  )
}

/** The items that nobody is left to settle, where the round does not end without them. */
function leftItems({ round, coordinator }: GroupView, hub: HubFacts): Item[] {
  if (round?.status !== 'open' || round.fanIn.deadline !== undefined) return []
  const pending = round.items.filter(({ outcome }) => outcome === undefined)
  const left = pending.filter((item) => !hasWorker(item, coordinator, hub))
  const { mode, needed } = round.fanIn
  const counts =
    mode === 'settled'
      ? round.items.length - left.length
      : round.items.filter(isOk).length + pending.length - left.length
  return counts >= needed ? [] : left
}

const isOk = ({ outcome }: Item): boolean => outcome === 'ok'

function hasWorker({ runId, sessionId }: Item, coordinator: string | undefined, { runs, sessions }: HubFacts): boolean {
  if (runId !== undefined) return ['created', 'running', 'waiting'].includes(runs.get(runId)?.status ?? '')
  const worker = sessionId ?? coordinator
  return sessions.some(({ id, status }) => id === worker && status !== 'closed')
}
