import type { BatonEvent } from '../events/catalog.ts'
import { evolveSession, type Session } from '../domain/session.ts'
import type { View } from './view.ts'

/** Each session's lifecycle and lease, by its id. */
export const sessions: View<Session> = { name: 'sessions', version: 1, keys, evolve: evolveSession }

function keys(event: BatonEvent): readonly string[] {
  switch (event.type) {
    case 'SessionOpened':
    case 'SessionClosing':
    case 'SessionClosed':
    case 'SessionReopened':
      return [event.data.sessionId]
    case 'LeaseRenewed':
      return event.data.sessionId === undefined ? [] : [event.data.sessionId]
    default:
      return []
  }
}
