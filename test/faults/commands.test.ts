/** Commands that do much at once, by a process that dies on the way: whole or not at all, and the next try finishes it. */
import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Command } from '../../src/commands/catalog.ts'
import { openHub, type Hub, type HubOptions } from '../../src/hub.ts'
import { sessionActor, tallyOf } from '../support/agents.ts'
import { expectSoundLog } from '../support/closing-rounds.ts'
import { scratch } from '../support/scratch.ts'
import { killPlans } from './scenarios.ts'
import { readOperations, shimEnv } from './shim.ts'
import { eachOf, listenTo, type Writer } from './writers.ts'

const WORKER = path.join(import.meta.dirname, 'worker-command.mjs')
const KEY = 'once'
const RECIPIENTS = 200

const dir = scratch()
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

interface Scene extends Pick<HubOptions, 'durability' | 'limits' | 'actor'> {
  readonly command: Command
}

/** What the process does next, so that it can die after the answer too. */
const AFTERWARDS: Command = { type: 'SendMessage', to: 'operator', body: 'afterwards' }

/** Sends the command under the key, and one that is of no interest. */
function start(hub: string, { command, ...options }: Scene, env: Record<string, string>): Writer {
  const child = spawn(
    process.execPath,
    [WORKER, JSON.stringify({ ...options, dir: hub, commands: [{ command, key: KEY }, { command: AFTERWARDS }] })],
    {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    },
  )
  started.push(child)
  return listenTo(child, 'w')
}

/** The same hub for every run: made once, copied since. */
async function made(make: (hub: Hub) => Promise<unknown>): Promise<() => { around: string; hub: string }> {
  const original = path.join(dir(), '.baton')
  const hub = await openHub({ dir: original, create: true, durability: 'os' })
  await make(hub)
  await hub.close()
  return () => {
    const around = dir()
    const copy = path.join(around, '.baton')
    fs.cpSync(original, copy, { recursive: true })
    return { around, hub: copy }
  }
}

/** Kills the process before, amid and after each file operation, and looks at what each death has left behind. */
async function killEverywhere(
  copyOf: () => { around: string; hub: string },
  scene: Scene,
  look: (hub: Hub, acknowledged: Writer['acks'][number] | undefined) => Promise<string>,
): Promise<Record<string, number>> {
  const { around, hub } = copyOf()
  const counted = path.join(dir(), 'operations')
  const undisturbed = start(hub, scene, shimEnv({ dir: around, plan: `count:${counted}` }))
  await undisturbed.ended
  expect(undisturbed.complaints()).toBe('')
  expect(undisturbed.said).toEqual(['open', 'closed'])
  expect(undisturbed.acks).toHaveLength(2)

  // What comes before the first write only opens the hub.
  const operations = readOperations(counted)
  const first = operations.find(({ kind }) => kind === 'write')?.n ?? 0
  const plans = killPlans(operations.filter(({ n }) => n >= first))
  const found: string[] = []
  let killed = 0
  await eachOf(plans, 2, async (plan) => {
    const { around, hub: hubDir } = copyOf()
    const sender = start(hubDir, scene, shimEnv({ dir: around, plan }))
    if ((await sender.ended).signal === 'SIGKILL') killed++
    else expect(sender.said, plan).toEqual(['open', 'closed'])
    const hub = await openHub({ dir: hubDir, durability: 'os', ...(scene.limits && { limits: scene.limits }) })
    try {
      expect(sender.failures).toEqual([])
      const [acknowledged] = sender.acks
      found.push(`${await look(hub, acknowledged)}${acknowledged === undefined ? '' : ', acknowledged'}`)
      const { findings } = await hub.verify()
      expect(findings.filter(({ kind }) => kind !== 'torn' && kind !== 'tail')).toEqual([])
    } catch (error) {
      throw new Error(`after ${plan}`, { cause: error })
    } finally {
      await hub.close()
    }
  })
  const tally = tallyOf(found)
  console.log(`${operations.length} operations, ${killed} of ${plans.length} plans killed`, tally)
  // Which operation is the last may hang on how syncs and writes fell together.
  expect(killed).toBeGreaterThanOrEqual(plans.length - 2)
  return tally
}

// ---- a broadcast

const recipients = Array.from({ length: RECIPIENTS }, (_, i) => `member-${i}`)

async function makeTeam(hub: Hub): Promise<void> {
  const all = ['sender', ...recipients]
  await Promise.all(all.map((sessionId) => hub.send({ type: 'OpenSession', sessionId })))
  await hub.send({ type: 'OpenTask', taskId: 'team', title: 'team', participants: all })
}

/** How many copies wait in each inbox: the same number in all of them. */
async function copiesOf(hub: Hub): Promise<number> {
  const waiting = await Promise.all(recipients.map(async (id) => (await hub.session(id))?.waiting))
  expect(waiting).toEqual(waiting.map(() => waiting[0]))
  for (const id of ['member-0', `member-${RECIPIENTS - 1}`]) {
    expect((await hub.inbox(id).list()).map(({ body }) => body)).toEqual(waiting[0] === 0 ? [] : ['to all'])
  }
  return waiting[0] ?? 0
}

test.each(['disk', 'os'] as const)(
  `a broadcast to ${RECIPIENTS}, %s, killed at every file operation: all copies or none`,
  { timeout: 300_000 },
  async (durability) => {
    const copyOf = await made(makeTeam)
    const actor = sessionActor('sender')
    const command: Command = { type: 'Broadcast', to: 'task:team', body: 'to all' }
    const tally = await killEverywhere(copyOf, { actor, durability, command }, async (hub, acknowledged) => {
      const before = await copiesOf(hub)
      if (acknowledged !== undefined) expect(before).toBe(1)

      const receipt = await hub.as(actor).send(command, { key: KEY })
      expect(receipt.duplicate).toBe(before === 1)
      expect(receipt.events).toHaveLength(1 + RECIPIENTS)
      if (acknowledged !== undefined) {
        const { id, position } = acknowledged
        expect({ id: receipt.commit, position: receipt.position }).toEqual({ id, position })
      }
      expect(await copiesOf(hub)).toBe(1)
      return before === 1 ? 'all' : 'none'
    })
    expect(Object.keys(tally).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['all', 'all, acknowledged', 'none'])
  },
)

// ---- closing a session

/** Ids of the messages that wait for the session and its runs, before. */
const LETTERS = 9
const RUNS = ['top', 'below']
const OWNED = ['owned', 'offered']

async function makeHolder(hub: Hub): Promise<void> {
  for (const sessionId of ['leaving', 'heir', 'other']) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'StartRun', runId: 'top', sessionId: 'leaving', begin: true })
  await hub.send({
    type: 'StartRun',
    runId: 'below',
    sessionId: 'leaving',
    parentRunId: 'top',
    effectId: 'e',
    begin: true,
  })
  for (const taskId of OWNED) await hub.send({ type: 'OpenTask', taskId, title: taskId, owner: 'leaving' })
  for (const taskId of ['theirs', 'wanted']) {
    await hub.send({ type: 'OpenTask', taskId, title: taskId, owner: 'other', participants: ['leaving'] })
  }
  const [leaving, other] = [hub.as(sessionActor('leaving')), hub.as(sessionActor('other'))]
  await leaving.send({ type: 'Handoff', taskId: 'offered', to: 'other', mode: 'offer' })
  // The ninth letter: the offer comes with one.
  await other.send({ type: 'Handoff', taskId: 'wanted', to: 'leaving', mode: 'offer' })
  const to = ['session:leaving', 'run:top', 'session:leaving', 'run:below']
  for (let i = 0; i < LETTERS - 1; i++) {
    await hub.send({ type: 'SendMessage', to: to[i % to.length] as string, body: `letter ${i}` })
  }
}

const CLOSINGS = [
  { durability: 'disk', heir: 'heir', limits: { commitEvents: 20 } },
  { durability: 'disk', heir: undefined, limits: {} },
  { durability: 'os', heir: 'heir', limits: {} },
  { durability: 'os', heir: undefined, limits: { commitEvents: 20 } },
] as const

test.each(CLOSINGS)(
  'closing a session, $durability, successor $heir, $limits, killed at every file operation: closing it again finishes it',
  { timeout: 300_000 },
  async ({ durability, heir, limits }) => {
    const copyOf = await made(makeHolder)
    const letters = await lettersIn(copyOf().hub)
    const command: Command = {
      type: 'CloseSession',
      sessionId: 'leaving',
      outcome: 'done',
      force: true,
      ...(heir !== undefined && { successorId: heir }),
    }
    const tally = await killEverywhere(copyOf, { durability, limits, command }, async (hub, acknowledged) => {
      const before = await stateOf(hub, letters, heir)
      if (acknowledged !== undefined) expect(before).toBe('closed')

      const receipt = await hub.send(command, { key: KEY })
      expect(receipt.duplicate).toBe(before === 'closed')
      expect(receipt.events.at(-1)?.type).toBe('SessionClosed')
      if (acknowledged !== undefined) expect(receipt.commit).toBe(acknowledged.id)
      expect(await stateOf(hub, letters, heir)).toBe('closed')
      await expectSoundLog(hub, 1)
      await expectOnce(hub)
      return before
    })
    const partly = 'commitEvents' in limits ? ['closing, partly moved'] : []
    expect(Object.keys(tally).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      ['closed', 'closed, acknowledged', 'closing', ...partly, 'open'].toSorted((a, b) => (a < b ? -1 : 1)),
    )
  },
)

async function lettersIn(hubDir: string): Promise<string[]> {
  const hub = await openHub({ dir: hubDir })
  const letters = (await hub.inbox('leaving').list()).map(({ id }) => id)
  await hub.close()
  expect(letters).toHaveLength(LETTERS)
  return letters
}

/** Each thing that the session held is in one place: still there, or where it goes. */
async function stateOf(hub: Hub, letters: readonly string[], heir: string | undefined): Promise<string> {
  const session = await hub.session('leaving')
  const mine = new Set((await hub.inbox('leaving').list()).map(({ id }) => id))
  const goal = heir === undefined ? await hub.deadLetters() : await hub.inbox(heir).list()
  const gone = goal.map((letter) => ('messageId' in letter ? letter.messageId : letter.id))
  let moved = 0
  for (const id of letters) {
    const places = [...(mine.has(id) ? ['here'] : []), ...gone.filter((other) => other === id)]
    expect(places).toHaveLength(1)
    if (!mine.has(id)) moved++
    const deliveries = Object.values((await hub.message(id))?.deliveries ?? {}).map(({ state }) => state)
    const afterwards = heir === undefined ? ['dead'] : ['transferred', 'pending']
    expect(deliveries).toEqual(mine.has(id) ? ['pending'] : afterwards)
  }
  for (const taskId of OWNED) {
    const task = await hub.task(taskId)
    const isMine = task?.owner === 'leaving'
    expect(isMine ? 1 : 2).toBe(task?.epoch)
    if (isMine) continue
    moved++
    expect(task?.owner).toBe(heir)
    expect(task?.offer).toBeUndefined()
    expect(task?.participants).toEqual(heir === undefined ? [] : [heir])
  }
  for (const id of ['theirs', 'wanted']) {
    const task = await hub.task(id)
    expect(task).toMatchObject({ owner: 'other', epoch: 1 })
    if (task?.participants.includes('leaving') === false) moved++
  }
  for (const id of RUNS) {
    const run = await hub.runs.get(id)
    expect(['running', 'failed']).toContain(run?.status)
    if (run?.status === 'failed') moved++
  }
  const all = LETTERS + OWNED.length + 2 + RUNS.length
  if (session?.status === 'closed') {
    expect(moved).toBe(all)
    expect(session).toMatchObject({ waiting: 0, owns: [], participates: [], liveRuns: [] })
    return 'closed'
  }
  expect(session?.status === 'open' ? 0 : moved).toBe(moved)
  expect(moved).toBeLessThan(all)
  return session?.status === 'closing' && moved > 0 ? 'closing, partly moved' : (session?.status ?? 'gone')
}

/** What may happen to a thing once happened once. */
async function expectOnce(hub: Hub): Promise<void> {
  const seen = new Set<string>()
  for await (const { type, data, position } of hub.log()) {
    const { runId = '', taskId = '', offerId = '', epoch = '' } = data as Record<string, string>
    if (!['SessionClosing', 'RunFailed', 'OwnershipTransferred', 'OwnerReleased', 'HandoffCancelled'].includes(type))
      continue
    const what = `${type} ${runId}${taskId} ${offerId}${epoch}`
    if (seen.has(what)) expect.unreachable(`${what} once more, at ${position}`)
    seen.add(what)
  }
}
