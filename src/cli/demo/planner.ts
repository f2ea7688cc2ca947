/** The planner: fans the work out, passes on what a lost worker leaves, and brings the results together. */
import path from 'node:path'
import { isBatonError, type Hub, type ReceivedMessage } from '../../exports.ts'
import { answers } from './answers.ts'
import { CREW, HALF, KIND, LEASE_MS, PIECES, PLANNER, RELEASE, TASK, WORKERS } from './cast.ts'

/** Where two have changed the same, this is what the planner takes to be right. */
const STRATEGIES: Readonly<Record<string, 'append'>> = { tokens: 'append' }

export async function plan(hub: Hub, signal: AbortSignal): Promise<void> {
  await hub.send({ type: 'OpenSession', sessionId: PLANNER })
  const crew: string[] = []
  let order: string | undefined
  let isOut = false
  const answering = answers(hub, signal)
  for await (const message of hub.inbox().subscribe({ signal: answering.signal })) {
    const { kind, body, by } = message
    if (kind === KIND.order) order = body
    if (kind === KIND.ready && by.id !== undefined) crew.push(by.id)
    // Nobody is working on what it is about just now: whoever will be is asked in the end all the same.
    if (kind === KIND.question) answering.to(message)
    const isIn = kind === 'result' && (await attend(hub, message, signal))
    if (kind !== KIND.question) await message.ack()
    if (!isOut && order !== undefined && crew.length === WORKERS.length) {
      isOut = true
      await fanOut(hub, order, crew)
    }
    if (isIn) break
  }
  await answering.done()
  signal.throwIfAborted()
  await bringTogether(hub, signal)
}

// ---- out

async function fanOut(hub: Hub, goal: string, crew: readonly string[]): Promise<void> {
  await hub.send({ type: 'OpenTask', taskId: TASK, title: goal, owner: PLANNER, participants: [...crew] })
  await hub.send({ type: 'StartRun', runId: RELEASE, label: goal, begin: true })
  await hub.send({ type: 'SetState', scope: 'run', id: RELEASE, set: { goal, tokens: ['name', 'number'] } })
  await hub.send({ type: 'FormGroup', name: CREW, members: [...crew] })
  for (const [i, piece] of PIECES.entries()) await startRun(hub, piece, `${piece}-1`, crew[i] as string)
  await hub.send({
    type: 'DispatchRound',
    group: CREW,
    items: PIECES.map((piece) => ({ itemId: piece, effect: `${RELEASE}/${piece}`, payload: `write the ${piece}` })),
  })
  await hub.send({ type: 'Broadcast', to: `task:${TASK}`, kind: KIND.news, body: 'all pieces are out, good luck' })
  const [first] = crew as [string]
  await hub.send({ type: 'Handoff', taskId: TASK, to: first, context: 'you were ready first: see it through' })
}

/** A child run with the state it starts from, a worktree that is recorded as its own, and a lease. */
async function startRun(hub: Hub, piece: string, runId: string, sessionId: string): Promise<void> {
  const worktree = { path: path.resolve('worktrees', piece), branch: piece, baseRef: 'main' }
  await hub.send({
    type: 'StartRun',
    runId,
    sessionId,
    parentRunId: RELEASE,
    effectId: piece,
    isolation: { context: 'isolated', worktree },
    leaseMs: LEASE_MS,
  })
  await hub.send({ type: 'SeedChildState', childRunId: runId, keys: ['goal', 'tokens', piece] })
}

// ---- on the way

interface Result {
  readonly runId?: string
  readonly outcome?: string
  readonly effectId?: string
  /** Of a round that is over. */
  readonly verdict?: string
}

/** The end of a run, or of the round; answers whether all is in. */
async function attend(hub: Hub, { data, body }: ReceivedMessage, signal: AbortSignal): Promise<boolean> {
  const { runId, outcome, effectId, verdict } = data as Result
  if (verdict !== undefined) {
    if (verdict !== 'complete') throw new Error(`the round is ${verdict}`)
    return true
  }
  if (runId === undefined || effectId === undefined) return false
  if (outcome === 'completed') await checkpoint(hub, effectId)
  else await passOn(hub, runId, effectId, body, signal)
  return false
}

/** What is in is kept with the round, as soon as anything is. */
async function checkpoint(hub: Hub, piece: string): Promise<void> {
  const { status, checkpoints = [] } = (await hub.group(CREW))?.round ?? {}
  if (status !== 'open' || checkpoints.length > 0) return
  await hub.send({ type: 'CheckpointGroup', group: CREW, label: `the ${piece} is in` })
}

/**
 * The work of a lost run goes to whoever is free, with what stood at its last checkpoint; so do the mail and the tasks of
 * the seat that it left.
 */
async function passOn(hub: Hub, lostId: string, piece: string, why: string, signal: AbortSignal): Promise<void> {
  const lost = await hub.runs.get(lostId)
  if (lost === undefined) throw new Error(`there is no run ${lostId}`)
  const heir = await hub.until(() => whoeverIsFree(hub, lost.sessionId), { signal })
  const isHalfDone = lost.checkpoints.includes(HALF)
  if (isHalfDone) await hub.send({ type: 'MergeChildResult', childRunId: lostId, checkpoint: HALF })
  await hub.send({
    type: 'CloseSession',
    sessionId: lost.sessionId,
    outcome: 'lost',
    reason: `run ${lostId} was ${why}`,
    successorId: heir,
  })
  const attempts = (await hub.runs.get(RELEASE))?.effects[piece]?.runs.length ?? 1
  await startRun(hub, piece, `${piece}-${attempts + 1}`, heir)
  const body = `go on with the ${piece}${isHalfDone ? ', it is half done' : ''}`
  await hub.send({ type: 'SendMessage', to: `effect:${RELEASE}/${piece}`, kind: KIND.work, body })
}

/** Whoever has brought in what it had to do. */
async function whoeverIsFree(hub: Hub, but: string): Promise<string | undefined> {
  const { items = [] } = (await hub.group(CREW))?.round ?? {}
  for (const { outcome, servedBy } of items) {
    const session = servedBy === undefined ? undefined : (await hub.runs.get(servedBy))?.sessionId
    if (outcome !== 'ok' || session === undefined || session === but) continue
    if ((await hub.session(session))?.status === 'open') return session
  }
  return undefined
}

// ---- in

async function bringTogether(hub: Hub, signal: AbortSignal): Promise<void> {
  const { effects = {} } = (await hub.runs.get(RELEASE)) ?? {}
  for (const piece of PIECES) await merge(hub, effects[piece]?.servedBy ?? '')
  // Whoever sees the task through gives it back when its piece is done.
  await hub.until(async () => ((await hub.owner(TASK))?.owner === PLANNER ? true : undefined), { signal })
  for (const { id } of await hub.inbox().list()) await hub.inbox().ack(id)
  await hub.send({ type: 'CompleteRun', runId: RELEASE, result: { pieces: [...PIECES] } })
  await hub.send({ type: 'Broadcast', to: `task:${TASK}`, kind: KIND.shipped, body: 'shipped, thank you all' })
  await hub.send({ type: 'SendMessage', to: 'operator', kind: KIND.shipped, task: TASK, body: 'it is shipped' })
  await hub.send({ type: 'CloseTask', taskId: TASK, outcome: 'done' })
}

/** At first without a strategy: what both sides changed is refused, told to the operator, and merged by a rule. */
async function merge(hub: Hub, childRunId: string): Promise<void> {
  const plain = await hub.safeSend({ type: 'MergeChildResult', childRunId })
  if (plain.ok) return
  if (!isBatonError(plain.error, 'MERGE_CONFLICT')) throw plain.error
  const { conflicts = [] } = plain.error.details as { readonly conflicts?: readonly { readonly key: string }[] }
  const rules = conflicts.map(({ key }) => [key, STRATEGIES[key] ?? 'fail'] as const)
  const strategies = Object.fromEntries(rules)
  await hub.send({
    type: 'SendMessage',
    to: 'operator',
    kind: KIND.conflict,
    body: `${childRunId} in conflict, merging: ${rules.map(([key, rule]) => `${key} by ${rule}`).join(', ')}`,
    data: { childRunId, strategies, conflicts: [...conflicts] },
  })
  await hub.send({ type: 'MergeChildResult', childRunId, strategies })
}
