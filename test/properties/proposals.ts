/** One line for each command: how often it is drawn, and by what. */
import type { CommandType } from '../../src/commands/catalog.ts'
import type { Chooser, Maker, Proposal } from './chooser.ts'
import * as groups from './propose-groups.ts'
import * as mail from './propose-mail.ts'
import * as runs from './propose-runs.ts'
import * as sessions from './propose-sessions.ts'
import * as state from './propose-state.ts'
import * as tasks from './propose-tasks.ts'
import * as time from './propose-time.ts'

const makers: Readonly<Record<CommandType, readonly [weight: number, Maker]>> = {
  OpenSession: [7, sessions.openSession],
  CloseSession: [4, sessions.closeSession],
  ReopenSession: [2, sessions.reopenSession],
  RenewLease: [2, sessions.renewLease],
  SetState: [10, state.setState],
  StartRun: [10, runs.startRun],
  BeginRun: [5, runs.beginRun],
  SuspendRun: [5, runs.suspendRun],
  ResumeRun: [9, runs.resumeRun],
  ReportProgress: [3, runs.reportProgress],
  CheckpointRun: [3, runs.checkpointRun],
  CompleteRun: [8, runs.completeRun],
  FailRun: [1, runs.failRun],
  CancelRun: [1, runs.cancelRun],
  SeedChildState: [5, state.seedChildState],
  MergeChildResult: [6, state.mergeChildResult],
  OpenTask: [5, tasks.openTask],
  JoinTask: [5, tasks.joinTask],
  LeaveTask: [2, tasks.leaveTask],
  SetTaskStatus: [3, tasks.setTaskStatus],
  CloseTask: [2, tasks.closeTask],
  ClaimTask: [5, tasks.claimTask],
  ReleaseTask: [3, tasks.releaseTask],
  AssignTask: [5, tasks.assignTask],
  Handoff: [12, tasks.handoff],
  AcceptHandoff: [15, tasks.acceptHandoff],
  DeclineHandoff: [13, tasks.declineHandoff],
  CancelHandoff: [6, tasks.cancelHandoff],
  SendMessage: [16, mail.sendMessage],
  Broadcast: [10, mail.broadcast],
  AcknowledgeMessage: [5, mail.acknowledgeMessage],
  RequeueDeadLetter: [3, mail.requeueDeadLetter],
  DiscardDeadLetter: [2, mail.discardDeadLetter],
  RegisterEffect: [3, runs.registerEffect],
  SettleEffect: [3, runs.settleEffect],
  FormGroup: [6, groups.formGroup],
  AddMember: [4, groups.addMember],
  RemoveMember: [2, groups.removeMember],
  TransferCoordinator: [3, groups.transferCoordinator],
  DispatchRound: [10, groups.dispatchRound],
  SettleItem: [10, groups.settleItem],
  CheckpointGroup: [3, groups.checkpointGroup],
  CancelRound: [2, groups.cancelRound],
  DisbandGroup: [2, groups.disbandGroup],
  ExpireDue: [9, time.expireDue],
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
