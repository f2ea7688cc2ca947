import { evolveSession, type Session } from '../domain/session.ts'
import type { BatonEvent } from '../events/catalog.ts'
import type { View } from './view.ts'

type OfSession = BatonEvent<'SessionOpened' | 'SessionClosing' | 'SessionClosed' | 'SessionReopened'>

const sessionId = ({ data }: OfSession): readonly string[] => [data.sessionId]

/** Each session's lifecycle and lease, by its id. */
export const sessions: View<Session> = {
  name: 'sessions',
  version: 1,
  keys: {
    SessionOpened: sessionId,
    SessionClosing: sessionId,
    SessionClosed: sessionId,
    SessionReopened: sessionId,
    LeaseRenewed: ({ data }) => (data.sessionId === undefined ? [] : [data.sessionId]),
  },
  evolve: evolveSession,
}
