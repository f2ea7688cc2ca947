/** Starting a run, and its way between created, running and waiting. */
import type { BeginRun } from '../../commands/begin-run.ts'
import type { CheckpointRun } from '../../commands/checkpoint-run.ts'
import type { ReportProgress } from '../../commands/report-progress.ts'
import type { ResumeRun } from '../../commands/resume-run.ts'
import type { StartRun } from '../../commands/start-run.ts'
import type { SuspendRun } from '../../commands/suspend-run.ts'
import type { Fact } from '../../events/catalog.ts'
import { acting, actingSession, commanded, notAllowed } from '../acting.ts'
import { of } from '../dict.ts'
import { assertPayload } from '../deliver.ts'
import { effectSettled, liveRun, openSession } from '../find.ts'
import { placeStream } from '../place.ts'
import { refuse } from '../refuse.ts'
import { runStream, type Run } from '../run.ts'
import { seatStream } from '../seat.ts'
import { workStream } from '../work.ts'
import type { Context, Decide, World } from '../world.ts'
import { leaseFrom } from './sessions.ts'

export const decideStartRun: Decide<StartRun> = (command, world, context) => {
  const by = acting(world, context)
  const { effectId, isolation, background = false, harness, model, leaseMs, label } = command
  const session = openSession(world, actingSession(by, command.sessionId))
  const runId = command.runId ?? context.newId()
  const existing = world.run(runId)
  if (existing !== undefined) {
    return refuse('RUN_EXISTS', `run ${runId} is there already, and ${existing.status}`, {
      details: { runId, status: existing.status, sessionId: existing.sessionId },
    })
  }
  const parent = command.parentRunId === undefined ? undefined : liveRun(world, command.parentRunId)
  if (!by.operator && by.session?.id !== session.id && by.session?.id !== parent?.sessionId) {
    notAllowed(by, `start a run in session ${session.id}`, 'That session and that of the parent run')
  }
  if (parent !== undefined) assertFits(parent, session.rootSessionId, session.id, context)
  const facts: Fact[] = [
    {
      stream: runStream(runId),
      type: 'RunStarted',
      data: {
        runId,
        sessionId: session.id,
        rootSessionId: session.rootSessionId,
        ...(parent !== undefined && { parentRunId: parent.id }),
        rootRunId: parent?.rootRunId ?? runId,
        depth: parent === undefined ? 1 : parent.depth + 1,
        effectId,
        harness,
        model,
        context: isolation?.context ?? (parent === undefined ? 'shared' : 'isolated'),
        runDir: isolation?.runDir,
        worktree: isolation?.worktree,
        background,
        ...leaseFrom(leaseMs, context),
        label,
      },
    },
  ]
  facts.push({ stream: seatStream(session.id), type: 'RunSeated', data: { runId, sessionId: session.id } })
  if (effectId !== undefined) facts.push(...registering(parent, effectId))
  if (parent !== undefined) {
    const data = { runId: parent.id, childRunId: runId, effectId, background }
    facts.push({ stream: runStream(parent.id), type: 'ChildRunLinked', data })
  }
  facts.push(...takePlaces(runId, command, world))
  if (command.begin === true) facts.push({ stream: runStream(runId), type: 'RunBegan', data: { runId } })
  return facts
}

function assertFits(parent: Run, rootSessionId: string, sessionId: string, { limits }: Context): void {
  if (parent.rootSessionId !== rootSessionId) {
    refuse('UNRELATED', `run ${parent.id} and session ${sessionId} belong to different session trees`, {
      details: { parentRunId: parent.id, sessionId },
      hint: `Open the session below: baton session open --parent ${parent.sessionId}`,
    })
  }
  if (parent.depth < limits.depth) return
  refuse('DEPTH_EXCEEDED', `the run would stand ${parent.depth + 1} deep; the limit is ${limits.depth}`, {
    details: { limit: limits.depth, depth: parent.depth + 1 },
  })
}

/** The effect that the run serves is registered with it; a later run may try an effect again until it is settled. */
function registering(parent: Run | undefined, effectId: string): Fact[] {
  if (parent === undefined) {
    return refuse('INVALID_COMMAND', 'an effect is that of a parent run: name it', { details: { path: 'parentRunId' } })
  }
  const effect = of(parent.effects, effectId)
  if (effect === undefined) {
    return [{ stream: runStream(parent.id), type: 'EffectRegistered', data: { runId: parent.id, effectId } }]
  }
  return effect.outcome === undefined ? [] : effectSettled(parent.id, effectId, effect.outcome)
}

function takePlaces(runId: string, { isolation }: StartRun, world: World): Fact[] {
  const wanted = [
    { path: isolation?.worktree?.path, use: 'worktree' as const },
    { path: isolation?.runDir, use: 'runDir' as const },
  ]
  return wanted.flatMap(({ path, use }, i): Fact[] => {
    if (path === undefined || (i > 0 && path === wanted[0]?.path)) return []
    const held = world.place(path)
    if (held === undefined) return [{ stream: placeStream(path), type: 'PlaceTaken', data: { path, use, runId } }]
    return refuse('PLACE_IN_USE', `run ${held.runId} holds ${path}`, {
      details: { path, runId: held.runId },
      hint: `It is free once that run has ended: baton run show ${held.runId}`,
    })
  })
}

// ---- between start and end

export function assertStatus(run: Run, from: readonly Run['status'][], to: string): void {
  if (from.includes(run.status)) return
  refuse('INVALID_TRANSITION', `run ${run.id} is ${run.status}: only a run that is ${from.join(' or ')} can be ${to}`, {
    details: { runId: run.id, from: run.status, to },
    ...(run.status === 'created' && { hint: `Begin it: baton run begin ${run.id}` }),
  })
}

export const decideBeginRun: Decide<BeginRun> = ({ runId, modelUsed }, world, context) => {
  const { run } = commanded(runId, world, context)
  assertStatus(run, ['created'], 'begun')
  return [{ stream: runStream(runId), type: 'RunBegan', data: { runId, modelUsed } }]
}

export const decideSuspendRun: Decide<SuspendRun> = ({ runId, reason }, world, context) => {
  const { run } = commanded(runId, world, context)
  assertStatus(run, ['running'], 'suspended')
  return [{ stream: runStream(runId), type: 'RunSuspended', data: { runId, reason } }]
}

export const decideResumeRun: Decide<ResumeRun> = ({ runId }, world, context) => {
  const { run } = commanded(runId, world, context)
  assertStatus(run, ['waiting'], 'resumed')
  // Nothing renews it while it waits.
  const leaseMs = world.peek.work(runId)?.leaseMs
  return [{ stream: runStream(runId), type: 'RunResumed', data: { runId, ...leaseFrom(leaseMs, context) } }]
}

export const decideReportProgress: Decide<ReportProgress> = (command, world, context) => {
  const { runId, percent, step, label, usage } = command
  commanded(runId, world, context)
  // Only a figure that must not fall needs to know the last one.
  const last = percent === undefined ? undefined : world.work(runId)?.percent
  if (percent !== undefined && last !== undefined && percent < last) {
    return refuse('INVALID_TRANSITION', `run ${runId} is at ${last} %: progress never falls`, {
      details: { runId, from: last, to: percent },
    })
  }
  assertPayload('', usage, context)
  return [{ stream: workStream(runId), type: 'RunProgressed', data: { runId, percent, step, label, usage } }]
}

/** It keeps the run's own writes as they are at its place in the log. */
export const decideCheckpointRun: Decide<CheckpointRun> = ({ runId, label, result }, world, context) => {
  commanded(runId, world, context)
  if (of(world.work(runId)?.checkpoints, label) !== undefined) {
    return refuse('INVALID_TRANSITION', `run ${runId} has a checkpoint ${label} already`, {
      details: { runId, label },
      hint: 'A checkpoint never changes: choose another label.',
    })
  }
  assertPayload('', result, context)
  return [{ stream: workStream(runId), type: 'RunCheckpointed', data: { runId, label, result } }]
}
