/**
 * A task is offered, not thrown: the owner keeps it until somebody takes it. The coder declines and says why, the reviewer
 * accepts. Each of the three is a process of its own; the history knows it all.
 *
 *   npx tsx examples/handoff-offer.ts
 */
import { fork } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub, type Hub, type ReceivedMessage } from 'agent-baton'

const [, , role, hubDir] = process.argv
const taskId = 'parser'

/** The next message of Baton's own that says what became of an offer, or brings one. */
async function next(hub: Hub, kind: 'handoff' | 'notice'): Promise<ReceivedMessage> {
  for await (const message of hub.inbox().subscribe({ kind })) {
    await message.ack()
    return message
  }
  throw new Error('the hub was closed')
}

const AGENTS: Record<string, (hub: Hub) => Promise<void>> = {
  async planner(hub) {
    await hub.send({ type: 'OpenTask', taskId, title: 'write the parser', owner: 'planner' })
    for (const to of ['coder', 'reviewer']) {
      const context = 'the grammar is in docs/grammar.md'
      await hub.send({ type: 'Handoff', taskId, to, mode: 'offer', context, expiresWithinMs: 60_000 })
      const { subject, body } = await next(hub, 'notice')
      console.log(`planner: ${subject}${body && `, because: ${body}`}`)
    }
  },

  async coder(hub) {
    const { subject } = await next(hub, 'handoff')
    console.log(`coder: ${subject}. I decline`)
    await hub.send({ type: 'DeclineHandoff', taskId, reason: 'I am still at the printer' })
  },

  async reviewer(hub) {
    const { subject } = await next(hub, 'handoff')
    console.log(`reviewer: ${subject}. I take it`)
    await hub.send({ type: 'AcceptHandoff', taskId })
  },
}

async function operator(): Promise<void> {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
  const hub = await openHub({ dir, create: true })
  for (const sessionId of Object.keys(AGENTS)) await hub.send({ type: 'OpenSession', sessionId })
  await Promise.all(Object.keys(AGENTS).map((name) => runAs(name, dir)))

  const { chain = [], epoch } = (await hub.owner(taskId)) ?? {}
  console.log(`\nowners: ${chain.map(({ to }) => to).join(', then ')}; epoch ${epoch}`)
  console.log('how it came to be so:')
  for (const { text } of (await hub.why({ task: taskId })).steps) console.log(`  ${text}`)
  await hub.close()
}

/** This file again, as another process. */
const runAs = (name: string, dir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => (code === 0 ? resolve() : reject(new Error(`${name} failed`)))
    fork(import.meta.filename, [name, dir]).once('exit', ended)
  })

if (role === undefined || hubDir === undefined) {
  await operator()
} else {
  const hub = await openHub({ dir: hubDir, actor: { kind: 'session', id: role } })
  await AGENTS[role]?.(hub)
  await hub.close()
}

/* Prints
coder: session planner offers task parser to you. I decline
planner: session coder has declined task parser, because: I am still at the printer
reviewer: session planner offers task parser to you. I take it
planner: session reviewer has accepted task parser

owners: planner, then reviewer; epoch 2
how it came to be so:
  task parser opened: write the parser
  planner joined task parser
  task parser: nobody → planner (opened, epoch 1)
  task parser offered: planner → coder: the grammar is in docs/grammar.md
  handoff ... planner → session:coder: session planner offers task parser to you: the grammar is in docs/grammar.md
  offer of task parser declined by coder: I am still at the printer
  notice ... coder → session:planner: session coder has declined task parser
  task parser offered: planner → reviewer: the grammar is in docs/grammar.md
  handoff ... planner → session:reviewer: session planner offers task parser to you: the grammar is in docs/grammar.md
  offer of task parser accepted by reviewer
  reviewer joined task parser
  task parser: planner → reviewer (accepted, epoch 2)
  notice ... reviewer → session:planner: session reviewer has accepted task parser
*/
