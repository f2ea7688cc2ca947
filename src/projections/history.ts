import { eventCatalog, type BatonEvent } from '../events/catalog.ts'
import { emptyList, spillAt, type Chunked } from './chunked.ts'
import type { View } from './view.ts'

/** They repeat on another stream what happened, for whoever relies on that one. */
const GUARDS: ReadonlySet<string> = new Set(['RunSeated', 'ItemBound'])

/** Position, reference of the line, index of the event. */
export const NUMBERS = 3
/** Events to a chunk. */
const EVENTS = 128

/** What happened to a task, a session, a run, a group, or in a thread, by `task:t1`: where its events lie in the log. */
export const history: View<Chunked<number>> = {
  name: 'history',
  version: 1,
  keys: (type) => (Object.hasOwn(eventCatalog, type) && !GUARDS.has(type) ? scopesOf : undefined),
  evolve,
  spill: spillAt(EVENTS * NUMBERS),
}

function evolve(places: Chunked<number> = emptyList(), { position, ref, index }: BatonEvent): Chunked<number> {
  places.last.push(position, ref, index)
  return places
}

/** Ids hold neither colon nor at sign. */
function scopesOf(event: BatonEvent): string[] {
  const scopes: string[] = []
  const data = event.data as Readonly<Record<string, unknown>>
  for (const [field, kind] of NAMED) {
    const id = data[field]
    if (typeof id === 'string') add(scopes, `${kind}:${id}`)
  }
  addParties(event, scopes)
  return scopes
}

/** Of every event: a set costs several times what looking through the few that there are does. */
function add(scopes: string[], scope: string): void {
  if (!scopes.includes(scope)) scopes.push(scope)
}

/** The fields that name whom an event concerns. */
const NAMED: readonly (readonly [field: string, kind: string])[] = [
  ['taskId', 'task'],
  ['sessionId', 'session'],
  ['parentSessionId', 'session'],
  ['toSessionId', 'session'],
  ['runId', 'run'],
  ['parentRunId', 'run'],
  ['childRunId', 'run'],
  ['groupId', 'group'],
  ['coordinator', 'session'],
  ['servedBy', 'run'],
  ['threadId', 'thread'],
]

/** Whoever is named by a mailbox, as an owner, or by the scope of a state. */
function addParties(event: BatonEvent, scopes: string[]): void {
  switch (event.type) {
    case 'MessageSent':
      if (event.by.kind === 'session') add(scopes, `session:${event.by.id ?? ''}`)
      addMailbox(event.data.from, scopes)
      for (const mailbox of event.data.to) addMailbox(mailbox, scopes)
      return
    case 'MessageDelivered':
    case 'MessageUndeliverable':
    case 'MessageAcknowledged':
    case 'MessageDeadLettered':
    case 'MessageExpired':
    case 'RequestAnswered':
    case 'RequestExpired':
    case 'DeadLetterDiscarded':
      return addMailbox(event.data.mailbox, scopes)
    case 'MessageTransferred':
    case 'DeadLetterRequeued':
      addMailbox(event.data.mailbox, scopes)
      return addMailbox(event.data.to, scopes)
    case 'OwnershipTransferred':
    case 'HandoffOffered':
    case 'HandoffAccepted':
    case 'HandoffDeclined':
    case 'HandoffCancelled':
    case 'HandoffExpired':
      if (event.data.from !== undefined) add(scopes, `session:${event.data.from}`)
      add(scopes, `session:${event.data.to}`)
      return
    case 'GroupFormed':
      for (const { member } of event.data.members) addMailbox(member, scopes)
      return
    case 'MemberAdded':
    case 'MemberRemoved':
      return addMailbox(event.data.member, scopes)
    case 'CoordinatorChanged':
    case 'ItemReassigned':
      if (event.data.from !== undefined) add(scopes, `session:${event.data.from}`)
      add(scopes, `session:${event.data.to}`)
      return
    case 'RoundDispatched':
      for (const { runId, sessionId } of event.data.items) {
        if (runId !== undefined) add(scopes, `run:${runId}`)
        if (sessionId !== undefined) add(scopes, `session:${sessionId}`)
      }
      return
    case 'GroupDisbanded':
      for (const { member } of event.data.members) addMailbox(member, scopes)
      return
    case 'RoundCancelled':
      for (const runId of event.data.runIds) add(scopes, `run:${runId}`)
      return
    case 'CoordinatorVacated':
    case 'OwnerReleased':
      add(scopes, `session:${event.data.from}`)
      return
    case 'StateChanged':
    case 'ChildResultMerged':
      add(scopes, `${event.data.scope}:${event.data.id}`)
      return
    default:
  }
}

/** A mailbox is written as the scope is: `session:<id>`, `run:<id>`; the operator has no history of its own. */
function addMailbox(mailbox: string, scopes: string[]): void {
  if (mailbox.includes(':')) add(scopes, mailbox)
}
