/** A session: one addressable agent seat, alive or gone. */
import type { BatonEvent } from '../events/catalog.ts'

export const sessionStream = (id: string): string => `session-${id}`
/** Of its own: a lease that is renewed must not hold up whoever relies on the session being open. */
export const leaseStream = (id: string): string => `lease-${id}`

export interface Session {
  readonly id: string
  status: 'open' | 'closing' | 'closed'
  readonly rootSessionId: string
  readonly parentSessionId?: string
  readonly depth: number
  readonly label?: string
  readonly harness?: string
  readonly model?: string
  readonly cwd?: string
  readonly meta?: Readonly<Record<string, unknown>>
  readonly openedAt: string
  readonly leaseMs?: number
  leaseUntil?: string
  /** How it is being closed, or was. */
  closing?: {
    readonly outcome: 'done' | 'failed' | 'lost'
    readonly reason?: string
    readonly successorId?: string
  }
  closedAt?: string
}

export function evolveSession(session: Session | undefined, event: BatonEvent): Session | undefined {
  if (event.type === 'SessionOpened') {
    const { sessionId: id, ...rest } = event.data
    return { ...(rest as Omit<Session, 'id' | 'status' | 'openedAt'>), id, status: 'open', openedAt: event.at }
  }
  if (session === undefined) return undefined
  switch (event.type) {
    case 'SessionClosing': {
      const { outcome, reason, successorId } = event.data
      session.status = 'closing'
      session.closing = {
        outcome,
        ...(reason !== undefined && { reason }),
        ...(successorId !== undefined && { successorId }),
      }
      return session
    }
    case 'SessionClosed':
      session.status = 'closed'
      session.closedAt = event.at
      return session
    case 'SessionReopened':
      session.status = 'open'
      delete session.closing
      delete session.closedAt
      if (event.data.leaseUntil === undefined) delete session.leaseUntil
      else session.leaseUntil = event.data.leaseUntil
      return session
    case 'LeaseRenewed':
      // Two at once may come in any order.
      if (event.data.leaseUntil > (session.leaseUntil ?? '')) session.leaseUntil = event.data.leaseUntil
      return session
    default:
      return session
  }
}
