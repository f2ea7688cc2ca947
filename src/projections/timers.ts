import { evolveTimers, type TimerKind, type Timers } from '../domain/timers.ts'
import type { View } from './view.ts'

const only = (...kinds: readonly TimerKind[]) => {
  return (): readonly string[] => kinds
}

/** What falls due, by kind: whatever is not settled and has a time. */
export const timers: View<Timers> = {
  name: 'timers',
  version: 1,
  keys: {
    SessionOpened: only('sessionLeases'),
    SessionReopened: only('sessionLeases'),
    SessionClosing: only('sessionLeases', 'closing'),
    SessionClosed: only('closing'),
    LeaseRenewed: ({ data }) => [data.runId === undefined ? 'sessionLeases' : 'runLeases'],
    RunStarted: only('runLeases'),
    RunSuspended: only('runLeases'),
    RunResumed: only('runLeases'),
    RunCompleted: only('runLeases'),
    RunFailed: only('runLeases'),
    RunCancelled: only('runLeases'),
    RoundDispatched: only('rounds'),
    FanInReached: only('rounds'),
    RoundCancelled: only('rounds'),
    HandoffOffered: only('offers'),
    HandoffAccepted: only('offers'),
    HandoffDeclined: only('offers'),
    HandoffCancelled: only('offers'),
    HandoffExpired: only('offers'),
    MessageSent: ({ data }) => [
      ...(data.replyBy === undefined ? [] : ['requests']),
      ...(data.expiresAt === undefined ? [] : ['messages']),
    ],
    RequestAnswered: only('requests'),
    RequestExpired: only('requests'),
    MessageTransferred: only('messages'),
    MessageUndeliverable: only('messages'),
    MessageAcknowledged: only('messages'),
    MessageDeadLettered: only('messages'),
    MessageExpired: only('messages'),
  },
  evolve: evolveTimers,
}
