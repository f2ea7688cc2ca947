/** The folded documents as decisions and queries ask for them. */
import { countInText } from '../domain/mailbox.ts'
import { roundKey } from '../domain/round.ts'
import type { States } from '../domain/world.ts'
import { listOf, newestOf } from './chunked.ts'
import { groupKey, labelKey } from './directory.ts'
import { isOpen, openOnes } from './open.ts'
import type { Replica } from './replica.ts'

export function statesOf(replica: Pick<Replica, 'get' | 'text'>, position: () => number, at: () => string): States {
  const { get, text } = replica
  const ids = (key: string) => get('directory', key)
  const opened = (share: string) => get('open', share)
  return {
    session: (id) => get('sessions', id),
    run: (id) => get('runs', id),
    work: (runId) => get('works', runId),
    sessionState: (rootSessionId) => get('sessionStates', rootSessionId),
    task: (id) => get('tasks', id),
    place: (path) => get('places', path),
    lease: (sessionId) => get('sessions', sessionId)?.leaseUntil,
    group: (id) => get('groups', id),
    round: (groupId, round) => get('rounds', roundKey(groupId, round)),
    groupsNamed: (name) => listOf(ids, groupKey(name)),
    timers: (kind) => get('timers', kind),
    seat: (sessionId) => get('seats', sessionId),
    inbox: (owner) => get('inboxes', owner),
    waiting: (owner) => {
      const unparsed = text('inboxes', owner)
      if (unparsed === undefined) return get('inboxes', owner)?.count ?? 0
      return unparsed === null ? 0 : countInText(unparsed)
    },
    message: (id) => get('messages', id),
    labelled: (label) => listOf(ids, labelKey(label)),
    isOpen: (kind, id) => isOpen(opened, kind, id),
    ids: (kind) => [...new Set([...Array.from(openOnes(opened, kind), ([id]) => id), ...newestOf(ids, kind)])],
    get position() {
      return position()
    },
    get at() {
      return at()
    },
  }
}
