import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

/**
 * What happened to a task, a session, a run, or in a thread. `task:t1` lists its buckets; each bucket, `task:t1@3`, holds
 * where its events lie in the log: position, reference, index of the event. So no document grows with the log.
 */
export const history: View<number[]> = { name: 'history', version: 1, keys, evolve }

/** Positions to a bucket. */
const BUCKET = 4096

export const bucketOf = (position: number): number => Math.floor(position / BUCKET)

function keys(event: BatonEvent): readonly string[] {
  const bucket = bucketOf(event.position)
  return scopesOf(event).flatMap((scope) => [scope, `${scope}@${bucket}`])
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
function scopesOf(event: BatonEvent): string[] {
  const scopes = new Set<string>()
  const add = (kind: string, id: string | undefined): void => void (id === undefined || scopes.add(`${kind}:${id}`))
  const data = event.data as Readonly<Record<string, unknown>>
  const text = (field: string): string | undefined => (typeof data[field] === 'string' ? data[field] : undefined)

  add('task', text('taskId'))
  for (const field of ['sessionId', 'parentSessionId', 'toSessionId']) add('session', text(field))
  for (const field of ['runId', 'parentRunId', 'childRunId']) add('run', text(field))
  add('thread', text('threadId'))
  addParties(event, add)
  return [...scopes]
}

/** Whoever is named by a mailbox, as an owner, or by the scope of a state. */
function addParties(event: BatonEvent, add: (kind: string, id: string | undefined) => void): void {
  switch (event.type) {
    case 'MessageSent':
      add('session', event.by.kind === 'session' ? event.by.id : undefined)
      for (const mailbox of [event.data.from, ...event.data.to]) addMailbox(mailbox, add)
      return
    case 'MessageDelivered':
    case 'MessageUndeliverable':
    case 'MessageAcknowledged':
    case 'MessageDeadLettered':
    case 'DeadLetterDiscarded':
      return addMailbox(event.data.mailbox, add)
    case 'MessageTransferred':
    case 'DeadLetterRequeued':
      addMailbox(event.data.mailbox, add)
      return addMailbox(event.data.to, add)
    case 'OwnershipTransferred':
    case 'HandoffOffered':
    case 'HandoffAccepted':
    case 'HandoffDeclined':
    case 'HandoffCancelled':
    case 'HandoffExpired':
      add('session', event.data.from)
      return add('session', event.data.to)
    case 'OwnerReleased':
      return add('session', event.data.from)
    case 'StateChanged':
    case 'ChildResultMerged':
      return add(event.data.scope, event.data.id)
    default:
  }
}

function addMailbox(mailbox: string, add: (kind: string, id: string | undefined) => void): void {
  const colon = mailbox.indexOf(':')
  if (colon > 0) add(mailbox.slice(0, colon), mailbox.slice(colon + 1))
}
