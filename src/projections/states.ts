/** The folded documents as decisions and queries ask for them. */
import type { States } from '../domain/world.ts'
import { labelKey } from './directory.ts'
import type { Replica } from './replica.ts'

export function statesOf(replica: Pick<Replica, 'get'>, position: () => number): States {
  const { get } = replica
  return {
    session: (id) => get('sessions', id),
    run: (id) => get('runs', id),
    work: (runId) => get('works', runId),
    sessionState: (rootSessionId) => get('sessionStates', rootSessionId),
    task: (id) => get('tasks', id),
    place: (path) => get('places', path),
    seat: (sessionId) => get('seats', sessionId),
    inbox: (owner) => get('inboxes', owner),
    message: (id) => get('messages', id),
    labelled: (label) => get('directory', labelKey(label)) ?? [],
    ids: (kind) => get('directory', kind) ?? [],
    get position() {
      return position()
    },
  }
}
