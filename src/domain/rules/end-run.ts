/** The end of a run: whatever it held is let go, and its parent hears of it, in one commit. */
import type { CancelRun } from '../../commands/cancel-run.ts'
import type { CompleteRun } from '../../commands/complete-run.ts'
import type { FailRun } from '../../commands/fail-run.ts'
import type { EventData, Fact } from '../../events/catalog.ts'
import { commanded } from '../acting.ts'
import { of } from '../dict.ts'
import { assertPayload, tellRun } from '../deliver.ts'
import { runMailbox } from '../mailbox.ts'
import { placeStream } from '../place.ts'
import { refuse } from '../refuse.ts'
import { isLive, runStream, type BoundItem, type Run, type RunOutcome } from '../run.ts'
import type { Context, Decide, Decision, World } from '../world.ts'
import { itemsOfEffect, settling, type Settling } from './settle-items.ts'
import { assertStatus } from './start-run.ts'
import { inSteps } from './steps.ts'

type TerminalType = 'RunCompleted' | 'RunFailed' | 'RunCancelled'
export type Terminal = { [T in TerminalType]: Pick<Extract<Fact, { type: T }>, 'type' | 'data'> }[TerminalType]

const OUTCOME: Readonly<Record<TerminalType, RunOutcome>> = {
  RunCompleted: 'completed',
  RunFailed: 'failed',
  RunCancelled: 'cancelled',
}

export const decideCompleteRun: Decide<CompleteRun> = ({ runId, result }, world, context) => {
  const { run } = commanded(runId, world, context)
  assertStatus(run, ['running', 'waiting'], 'completed')
  const live = Object.keys(run.children).filter((id) => {
    const child = of(run.children, id)
    return child?.outcome === undefined && child?.background === false
  })
  if (live.length > 0) {
    return refuse('CHILDREN_LIVE', `run ${runId} has ${live.length} live children`, {
      details: { runId, runs: live },
      hint: 'Wait for them, or cancel them; only background runs may outlive their parent.',
    })
  }
  assertPayload('', result, context)
  const terminal: Terminal = { type: 'RunCompleted', data: { runId, sessionId: run.sessionId, result } }
  return ending(run, terminal, world, context, settling(world, context))
}

export const decideFailRun: Decide<FailRun> = ({ runId, reason, error, partial }, world, context) => {
  commanded(runId, world, context)
  assertPayload(error, partial, context)
  return failing(runId, { reason, error, partial }, `run ${runId} failed`, world, context)
}

/** It fails, and whatever works for it is cancelled. */
export function failing(
  runId: string,
  how: Omit<EventData<'RunFailed'>, 'runId' | 'sessionId' | 'endedWith'>,
  why: string,
  world: World,
  context: Context,
): Decision {
  const moves = endRuns([runId], world, context, (each) => {
    const ends = { runId: each.id, sessionId: each.sessionId }
    if (each.id === runId) return { type: 'RunFailed', data: { ...ends, ...how } }
    return { type: 'RunCancelled', data: { ...ends, reason: why, endedWith: runId } }
  })
  return inSteps(moves, [], context)
}

export const decideCancelRun: Decide<CancelRun> = ({ runId, reason }, world, context) => {
  commanded(runId, world, context)
  const moves = endRuns([runId], world, context, (each) => ({
    type: 'RunCancelled',
    data: { runId: each.id, sessionId: each.sessionId, reason, ...(each.id !== runId && { endedWith: runId }) },
  }))
  return inSteps(moves, [], context)
}

/** These runs and every live descendant, each once, the deepest first: a cascade of several commits ends with its root. */
export function endRuns(
  ids: readonly string[],
  world: World,
  context: Context,
  terminal: (run: Run) => Terminal,
  items: Settling = settling(world, context),
): Fact[][] {
  const found = new Map<string, Run>()
  const visit = (id: string): void => {
    // What has ended gets no more children, so only live ones are relied on; below it some may live in the background.
    const run = world.peek.run(id)
    if (run === undefined || found.has(id)) return
    if (isLive(run)) found.set(id, world.run(id) as Run)
    for (const childId in run.children) visit(childId)
  }
  for (const id of ids) visit(id)
  return [...found.values()]
    .toSorted((a, b) => b.depth - a.depth)
    .map((run) => ending(run, terminal(run), world, context, items))
}

function ending(run: Run, terminal: Terminal, world: World, context: Context, items: Settling): Fact[] {
  const stream = runStream(run.id)
  const outcome = OUTCOME[terminal.type]
  const facts: Fact[] = [{ stream, ...terminal }, ...releasePlaces(run), ...itemsOf(run, terminal, items)]
  const parent = run.parentRunId === undefined ? undefined : world.run(run.parentRunId)
  if (parent === undefined) return facts
  facts.push({
    stream: runStream(parent.id),
    type: 'ChildRunSettled',
    data: { runId: parent.id, childRunId: run.id, outcome },
  })
  const { effectId } = run
  const result = resultOf(terminal)
  // A failed or cancelled one leaves its effect open, for a later run to try again.
  if (
    terminal.type === 'RunCompleted' &&
    effectId !== undefined &&
    of(parent.effects, effectId)?.outcome === undefined
  ) {
    facts.push({
      stream: runStream(parent.id),
      type: 'EffectSettled',
      data: { runId: parent.id, effectId, outcome: 'ok', result, childRunId: run.id },
    })
    const settlement = { outcome: 'ok', result, servedBy: run.id, held: true } as const
    facts.push(...itemsOfEffect(parent, effectId, settlement, runMailbox(run), items))
  }
  facts.push(
    ...tellRun(world, context, runMailbox(run), parent, {
      kind: 'result',
      subject: `run ${run.id} ${outcome}`,
      body: summary(terminal),
      data: {
        runId: run.id,
        outcome,
        ...(effectId !== undefined && { effectId }),
        ...(result !== undefined && { result }),
      },
    }),
  )
  return facts
}

/** The items that wait for its end; and those that wait for an effect of its, which nobody can settle any more. */
function itemsOf(run: Run, terminal: Terminal, items: Settling): Fact[] {
  const open = ({ effectId }: BoundItem): boolean =>
    effectId === undefined || of(run.effects, effectId)?.outcome === undefined
  const from = runMailbox(run)
  return run.items.filter(open).flatMap((item) => {
    if (terminal.type === 'RunCompleted' && item.effectId === undefined) {
      return items.settle(item, { outcome: 'ok', result: terminal.data.result, held: true }, from)
    }
    const reason =
      item.effectId === undefined
        ? summary(terminal)
        : `run ${run.id} has ${OUTCOME[terminal.type]} with effect ${item.effectId} open`
    const result = item.effectId === undefined ? resultOf(terminal) : undefined
    return items.settle(item, { outcome: 'failed', result, reason, held: true }, from)
  })
}

const resultOf = (terminal: Terminal): unknown => {
  if (terminal.type === 'RunCompleted') return terminal.data.result
  return terminal.type === 'RunFailed' ? terminal.data.partial : undefined
}

const summary = (terminal: Terminal): string => {
  if (terminal.type === 'RunCompleted') return ''
  return terminal.type === 'RunFailed' ? `${terminal.data.reason}: ${terminal.data.error}` : terminal.data.reason
}

const releasePlaces = (run: Run): Fact[] =>
  [...new Set([run.worktree?.path, run.runDir])].flatMap((path): Fact[] =>
    path === undefined ? [] : [{ stream: placeStream(path), type: 'PlaceReleased', data: { path, runId: run.id } }],
  )
