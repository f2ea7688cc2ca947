import { eventCatalog, type BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/** They repeat on another stream what happened, for whoever relies on that one. */
const GUARDS: ReadonlySet<string> = new Set(['RunSeated', 'ItemBound'])

/**
 * What happened to a task, a session, a run, a group, or in a thread. `task:t1` lists its buckets; each bucket, `task:t1@3`, holds
 * where its events lie in the log: position, reference, index of the event. So no document grows with the log.
 */
export const history: View<number[]> = {
  name: 'history',
  version: 1,
  keys: Object.fromEntries(
    Object.keys(eventCatalog)
      .filter((type) => !GUARDS.has(type))
      .map((type) => [type, keys]),
  ),
  evolve,
}

/** Positions to a bucket. */
const BUCKET = 4096

export const bucketOf = (position: number): number => Math.floor(position / BUCKET)

function keys(event: BatonEvent): readonly string[] {
  const bucket = bucketOf(event.position)
  const touched: string[] = []
  for (const scope of scopesOf(event)) touched.push(scope, `${scope}@${bucket}`)
  return touched
}

function evolve(doc: number[] = [], event: BatonEvent, key: string): number[] {
  if (key.includes('@')) {
    doc.push(event.position, event.ref, event.index)
  } else {
    const bucket = bucketOf(event.position)
    if (doc.at(-1) !== bucket) doc.push(bucket)
  }
  return doc
}

/** Ids hold neither colon nor at sign. */
function scopesOf(event: BatonEvent): Set<string> {
  const scopes = new Set<string>()
  const data = event.data as Readonly<Record<string, unknown>>
  for (const [field, kind] of NAMED) {
    const id = data[field]
    if (typeof id === 'string') scopes.add(`${kind}:${id}`)
  }
  addParties(event, scopes)
  return scopes
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
function addParties(event: BatonEvent, scopes: Set<string>): void {
  switch (event.type) {
    case 'MessageSent':
      if (event.by.kind === 'session') scopes.add(`session:${event.by.id ?? ''}`)
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
      if (event.data.from !== undefined) scopes.add(`session:${event.data.from}`)
      scopes.add(`session:${event.data.to}`)
      return
    case 'GroupFormed':
      for (const { member } of event.data.members) addMailbox(member, scopes)
      return
    case 'MemberAdded':
    case 'MemberRemoved':
      return addMailbox(event.data.member, scopes)
    case 'CoordinatorChanged':
    case 'ItemReassigned':
      if (event.data.from !== undefined) scopes.add(`session:${event.data.from}`)
      scopes.add(`session:${event.data.to}`)
      return
    case 'RoundDispatched':
      for (const { runId, sessionId } of event.data.items) {
        if (runId !== undefined) scopes.add(`run:${runId}`)
        if (sessionId !== undefined) scopes.add(`session:${sessionId}`)
      }
      return
    case 'GroupDisbanded':
      for (const { member } of event.data.members) addMailbox(member, scopes)
      return
    case 'RoundCancelled':
      for (const runId of event.data.runIds) scopes.add(`run:${runId}`)
      return
    case 'CoordinatorVacated':
    case 'OwnerReleased':
      scopes.add(`session:${event.data.from}`)
      return
    case 'StateChanged':
    case 'ChildResultMerged':
      scopes.add(`${event.data.scope}:${event.data.id}`)
      return
    default:
  }
}

/** A mailbox is written as the scope is: `session:<id>`, `run:<id>`; the operator has no history of its own. */
function addMailbox(mailbox: string, scopes: Set<string>): void {
  if (mailbox.includes(':')) scopes.add(mailbox)
}
