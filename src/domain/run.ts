/** A run: one attempt at work inside a session. Its lifecycle, children, effects and seed, on `run-<id>`. */
import type { BatonEvent } from '../events/catalog.ts'
import type { Dict } from './dict.ts'
import { of } from './dict.ts'

export const runStream = (id: string): string => `run-${id}`

export type RunOutcome = 'completed' | 'failed' | 'cancelled'

/** What a child run starts from; it never changes. */
export interface Seed {
  readonly values: Readonly<Dict<unknown>>
  readonly hash: string
  readonly position: number
  readonly versions: Readonly<Dict<number>>
  readonly at: string
}

export interface Effect {
  readonly kind?: string
  readonly label?: string
  /** The runs that served it, in order. */
  readonly runs: string[]
  outcome?: 'ok' | 'error' | 'cancelled'
  result?: unknown
  /** The run whose end settled it. */
  servedBy?: string
}

/** An item of a group's round that this run settles: by its end, or by that of one of its effects. */
export interface BoundItem {
  readonly groupId: string
  readonly round: number
  readonly itemId: string
  readonly effectId?: string
}

export interface Run {
  readonly id: string
  status: 'created' | 'running' | 'waiting' | RunOutcome
  readonly sessionId: string
  readonly rootSessionId: string
  readonly parentRunId?: string
  readonly rootRunId: string
  readonly depth: number
  readonly effectId?: string
  readonly harness?: string
  readonly model?: string
  modelUsed?: string
  readonly context: 'isolated' | 'shared'
  readonly runDir?: string
  readonly worktree?: { readonly path: string; readonly branch?: string; readonly baseRef?: string }
  readonly background: boolean
  readonly leaseMs?: number
  readonly label?: string
  readonly startedAt: string
  beganAt?: string
  endedAt?: string
  waitingFor?: string
  result?: unknown
  /** Why it failed or was cancelled. */
  reason?: string
  error?: string
  endedWith?: string
  seed?: Seed
  readonly children: Dict<{ readonly background: boolean; outcome?: RunOutcome }>
  readonly effects: Dict<Effect>
  /** Those that are not settled. */
  items: BoundItem[]
  /** Where its writes were merged into. */
  readonly merged: { readonly scope: 'session' | 'run'; readonly id: string; readonly checkpoint?: string }[]
}

export const isLive = ({ status }: Run): boolean => status === 'created' || status === 'running' || status === 'waiting'

/** `partial` of a failed run and `result` of a completed one are both what it has to show. */
export function evolveRun(run: Run | undefined, event: BatonEvent): Run | undefined {
  if (event.type === 'RunStarted') {
    const { runId: id, leaseUntil: _, ...rest } = event.data
    const started = rest as Omit<Run, 'id' | 'status' | 'startedAt' | 'children' | 'effects' | 'items' | 'merged'>
    return { ...started, id, status: 'created', startedAt: event.at, children: {}, effects: {}, items: [], merged: [] }
  }
  if (run === undefined) return undefined
  switch (event.type) {
    case 'RunBegan':
      run.status = 'running'
      run.beganAt = event.at
      if (event.data.modelUsed !== undefined) run.modelUsed = event.data.modelUsed
      return run
    case 'RunSuspended':
      run.status = 'waiting'
      run.waitingFor = event.data.reason
      return run
    case 'RunResumed':
      run.status = 'running'
      delete run.waitingFor
      return run
    case 'RunCompleted':
      return end(run, 'completed', event.at, event.data.result)
    case 'RunFailed':
      run.reason = event.data.reason
      run.error = event.data.error
      if (event.data.endedWith !== undefined) run.endedWith = event.data.endedWith
      return end(run, 'failed', event.at, event.data.partial)
    case 'RunCancelled':
      run.reason = event.data.reason
      if (event.data.endedWith !== undefined) run.endedWith = event.data.endedWith
      return end(run, 'cancelled', event.at)
    case 'ChildRunLinked': {
      const { childRunId, effectId, background } = event.data
      run.children[childRunId] = { background }
      if (effectId !== undefined) of(run.effects, effectId)?.runs.push(childRunId)
      return run
    }
    case 'ChildRunSettled': {
      const child = of(run.children, event.data.childRunId)
      if (child !== undefined) child.outcome = event.data.outcome
      return run
    }
    case 'EffectRegistered': {
      const { kind, label, effectId } = event.data
      run.effects[effectId] = { runs: [], ...(kind !== undefined && { kind }), ...(label !== undefined && { label }) }
      return run
    }
    case 'EffectSettled': {
      const effect = of(run.effects, event.data.effectId)
      if (effect === undefined) return run
      effect.outcome = event.data.outcome
      if (event.data.result !== undefined) effect.result = event.data.result
      if (event.data.childRunId !== undefined) effect.servedBy = event.data.childRunId
      return run
    }
    case 'ItemBound': {
      const { runId: _, ...item } = event.data
      run.items.push(item as BoundItem)
      return run
    }
    case 'ItemSettled': {
      const { groupId, round, itemId } = event.data
      run.items = run.items.filter((item) => !isItem(item, groupId, round) || item.itemId !== itemId)
      return run
    }
    case 'RoundCancelled': {
      const { groupId, round } = event.data
      run.items = run.items.filter((item) => !isItem(item, groupId, round))
      return run
    }
    case 'ChildStateSeeded': {
      const { values, hash, position, versions } = event.data
      run.seed = { values, hash, position, versions, at: event.at }
      return run
    }
    case 'ChildResultMerged': {
      const { scope, id, checkpoint } = event.data
      run.merged.push({ scope, id, ...(checkpoint !== undefined && { checkpoint }) })
      return run
    }
    default:
      return run
  }
}

const isItem = (item: BoundItem, groupId: string, round: number): boolean =>
  item.groupId === groupId && item.round === round

function end(run: Run, outcome: RunOutcome, at: string, result?: unknown): Run {
  run.status = outcome
  run.endedAt = at
  delete run.waitingFor
  if (result !== undefined) run.result = result
  return run
}
