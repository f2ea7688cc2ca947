/** All commands: the table that the bus, the CLI and the documentation are made from. */
import { jsonSchema, type JsonSchema } from '../schema/json-schema.ts'
import type { CommandDefinition } from './define.ts'
import { acceptHandoff, type AcceptHandoff } from './accept-handoff.ts'
import { acknowledgeMessage, type AcknowledgeMessage } from './acknowledge-message.ts'
import { addMember, type AddMember } from './add-member.ts'
import { assignTask, type AssignTask } from './assign-task.ts'
import { beginRun, type BeginRun } from './begin-run.ts'
import { broadcast, type Broadcast } from './broadcast.ts'
import { cancelHandoff, type CancelHandoff } from './cancel-handoff.ts'
import { cancelRound, type CancelRound } from './cancel-round.ts'
import { cancelRun, type CancelRun } from './cancel-run.ts'
import { checkpointGroup, type CheckpointGroup } from './checkpoint-group.ts'
import { checkpointRun, type CheckpointRun } from './checkpoint-run.ts'
import { claimTask, type ClaimTask } from './claim-task.ts'
import { closeSession, type CloseSession } from './close-session.ts'
import { closeTask, type CloseTask } from './close-task.ts'
import { completeRun, type CompleteRun } from './complete-run.ts'
import { declineHandoff, type DeclineHandoff } from './decline-handoff.ts'
import { disbandGroup, type DisbandGroup } from './disband-group.ts'
import { discardDeadLetter, type DiscardDeadLetter } from './discard-dead-letter.ts'
import { dispatchRound, type DispatchRound } from './dispatch-round.ts'
import { expireDue, type ExpireDue } from './expire-due.ts'
import { failRun, type FailRun } from './fail-run.ts'
import { formGroup, type FormGroup } from './form-group.ts'
import { handoff, type Handoff } from './handoff.ts'
import { joinTask, type JoinTask } from './join-task.ts'
import { leaveTask, type LeaveTask } from './leave-task.ts'
import { mergeChildResult, type MergeChildResult } from './merge-child-result.ts'
import { openSession, type OpenSession } from './open-session.ts'
import { openTask, type OpenTask } from './open-task.ts'
import { registerEffect, type RegisterEffect } from './register-effect.ts'
import { releaseTask, type ReleaseTask } from './release-task.ts'
import { removeMember, type RemoveMember } from './remove-member.ts'
import { renewLease, type RenewLease } from './renew-lease.ts'
import { reopenSession, type ReopenSession } from './reopen-session.ts'
import { reportProgress, type ReportProgress } from './report-progress.ts'
import { requeueDeadLetter, type RequeueDeadLetter } from './requeue-dead-letter.ts'
import { resumeRun, type ResumeRun } from './resume-run.ts'
import { seedChildState, type SeedChildState } from './seed-child-state.ts'
import { sendMessage, type SendMessage } from './send-message.ts'
import { setState, type SetState } from './set-state.ts'
import { setTaskStatus, type SetTaskStatus } from './set-task-status.ts'
import { settleEffect, type SettleEffect } from './settle-effect.ts'
import { settleItem, type SettleItem } from './settle-item.ts'
import { startRun, type StartRun } from './start-run.ts'
import { suspendRun, type SuspendRun } from './suspend-run.ts'
import { transferCoordinator, type TransferCoordinator } from './transfer-coordinator.ts'

/** By name: summary, schema, the kinds of streams that it relies on, the codes that it can be refused with. */
export const commandCatalog = {
  OpenSession: openSession,
  CloseSession: closeSession,
  ReopenSession: reopenSession,
  RenewLease: renewLease,
  SetState: setState,
  StartRun: startRun,
  BeginRun: beginRun,
  SuspendRun: suspendRun,
  ResumeRun: resumeRun,
  ReportProgress: reportProgress,
  CheckpointRun: checkpointRun,
  CompleteRun: completeRun,
  FailRun: failRun,
  CancelRun: cancelRun,
  RegisterEffect: registerEffect,
  SettleEffect: settleEffect,
  SeedChildState: seedChildState,
  MergeChildResult: mergeChildResult,
  OpenTask: openTask,
  JoinTask: joinTask,
  LeaveTask: leaveTask,
  SetTaskStatus: setTaskStatus,
  CloseTask: closeTask,
  ClaimTask: claimTask,
  ReleaseTask: releaseTask,
  AssignTask: assignTask,
  Handoff: handoff,
  AcceptHandoff: acceptHandoff,
  DeclineHandoff: declineHandoff,
  CancelHandoff: cancelHandoff,
  SendMessage: sendMessage,
  Broadcast: broadcast,
  AcknowledgeMessage: acknowledgeMessage,
  RequeueDeadLetter: requeueDeadLetter,
  DiscardDeadLetter: discardDeadLetter,
  FormGroup: formGroup,
  AddMember: addMember,
  RemoveMember: removeMember,
  TransferCoordinator: transferCoordinator,
  DispatchRound: dispatchRound,
  SettleItem: settleItem,
  CheckpointGroup: checkpointGroup,
  CancelRound: cancelRound,
  DisbandGroup: disbandGroup,
  ExpireDue: expireDue,
} satisfies Record<string, CommandDefinition>

/** The names of all commands. */
export type CommandType = keyof typeof commandCatalog

/** Whatever a hub can be asked to do. */
export type Command =
  | OpenSession
  | CloseSession
  | ReopenSession
  | RenewLease
  | SetState
  | StartRun
  | BeginRun
  | SuspendRun
  | ResumeRun
  | ReportProgress
  | CheckpointRun
  | CompleteRun
  | FailRun
  | CancelRun
  | RegisterEffect
  | SettleEffect
  | SeedChildState
  | MergeChildResult
  | OpenTask
  | JoinTask
  | LeaveTask
  | SetTaskStatus
  | CloseTask
  | ClaimTask
  | ReleaseTask
  | AssignTask
  | Handoff
  | AcceptHandoff
  | DeclineHandoff
  | CancelHandoff
  | SendMessage
  | Broadcast
  | AcknowledgeMessage
  | RequeueDeadLetter
  | DiscardDeadLetter
  | FormGroup
  | AddMember
  | RemoveMember
  | TransferCoordinator
  | DispatchRound
  | SettleItem
  | CheckpointGroup
  | CancelRound
  | DisbandGroup
  | ExpireDue

/** The JSON Schema of one command. */
export function commandSchema(type: CommandType): JsonSchema {
  const { summary, schema } = commandCatalog[type]
  return { title: type, description: summary, ...jsonSchema(schema) }
}

/** JSON Schemas of all commands. */
export function commandSchemas(): Record<CommandType, JsonSchema> {
  const types = Object.keys(commandCatalog) as CommandType[]
  return Object.fromEntries(types.map((type) => [type, commandSchema(type)])) as ReturnType<typeof commandSchemas>
}
