/** One line for each command: how often it is drawn, and by what. */
import type { CommandType } from '../../src/commands/catalog.ts'
import type { Chooser, Maker, Proposal } from './chooser.ts'
import * as mail from './propose-mail.ts'
import * as runs from './propose-runs.ts'
import * as sessions from './propose-sessions.ts'
import * as state from './propose-state.ts'
import * as tasks from './propose-tasks.ts'

const makers: Readonly<Record<CommandType, readonly [weight: number, Maker]>> = {
  OpenSession: [6, sessions.openSession],
  CloseSession: [3, sessions.closeSession],
  ReopenSession: [2, sessions.reopenSession],
  RenewLease: [2, sessions.renewLease],
  SetState: [10, state.setState],
  StartRun: [10, runs.startRun],
  BeginRun: [5, runs.beginRun],
  SuspendRun: [3, runs.suspendRun],
  ResumeRun: [7, runs.resumeRun],
  ReportProgress: [3, runs.reportProgress],
  CheckpointRun: [3, runs.checkpointRun],
  CompleteRun: [8, runs.completeRun],
  FailRun: [1, runs.failRun],
  CancelRun: [1, runs.cancelRun],
  SeedChildState: [4, state.seedChildState],
  MergeChildResult: [6, state.mergeChildResult],
  OpenTask: [5, tasks.openTask],
  JoinTask: [5, tasks.joinTask],
  LeaveTask: [2, tasks.leaveTask],
  SetTaskStatus: [3, tasks.setTaskStatus],
  CloseTask: [2, tasks.closeTask],
  ClaimTask: [5, tasks.claimTask],
  ReleaseTask: [3, tasks.releaseTask],
  AssignTask: [5, tasks.assignTask],
  Handoff: [8, tasks.handoff],
  AcceptHandoff: [9, tasks.acceptHandoff],
  DeclineHandoff: [9, tasks.declineHandoff],
  CancelHandoff: [2, tasks.cancelHandoff],
  SendMessage: [14, mail.sendMessage],
  Broadcast: [10, mail.broadcast],
  AcknowledgeMessage: [5, mail.acknowledgeMessage],
  RequeueDeadLetter: [3, mail.requeueDeadLetter],
  DiscardDeadLetter: [2, mail.discardDeadLetter],
}

const drawn = Object.values(makers).flatMap(([weight, maker]) => Array.from({ length: weight }, () => maker))

/** There is always something to do: a session can be opened. */
export function propose(choose: Chooser): Proposal {
  for (let tries = 0; tries < 20; tries++) {
    const proposal = choose.random.pick(drawn)(choose)
    if (proposal !== undefined) return proposal
  }
  return { actor: { kind: 'operator' }, command: { type: 'OpenSession' } }
}
