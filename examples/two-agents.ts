/**
 * Two agents, each a process of its own, that talk through the hub. The planner tells the coder something, asks for an
 * answer, and asks once more where no answer comes in time. The coder takes what comes and acknowledges it when it is done:
 * were it killed in between, it would be handed the message again.
 *
 *   npx tsx examples/two-agents.ts
 */
import { fork } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isBatonError, openHub, type Hub } from 'agent-baton'

const [, , role, hubDir] = process.argv

const AGENTS: Record<string, (hub: Hub) => Promise<void>> = {
  async planner(hub) {
    await hub.send({ type: 'SendMessage', to: 'coder', body: 'the grammar is in docs/grammar.md' })

    const answer = await hub.request({ to: 'coder', body: 'which version of it?' }, { replyWithin: '20s' })
    console.log(`planner: the answer is: ${answer.body}`)
    await answer.ack()

    try {
      await hub.request({ to: 'coder', body: 'do you like it?' }, { replyWithin: '2s' })
    } catch (error) {
      if (!isBatonError(error, 'REQUEST_EXPIRED')) throw error
      console.log(`planner: ${error.code}, so I go on without`)
    }
    await hub.send({ type: 'SendMessage', to: 'coder', body: 'that is all' })
  },

  async coder(hub) {
    for await (const message of hub.inbox().subscribe()) {
      console.log(`coder: ${message.from} says: ${message.body}`)
      if (message.body.startsWith('which')) {
        // No `to`: an answer goes to whoever asked.
        await hub.send({ type: 'SendMessage', inReplyTo: message.id, body: 'the second' })
      }
      await message.ack()
      if (message.body === 'that is all') return
    }
  },
}

async function operator(): Promise<void> {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
  const hub = await openHub({ dir, create: true })
  for (const sessionId of Object.keys(AGENTS)) await hub.send({ type: 'OpenSession', sessionId })
  await Promise.all(Object.keys(AGENTS).map((name) => runAs(name, dir)))

  console.log('\nwhat became of each message:')
  for await (const { data } of hub.log({ type: 'MessageSent' })) {
    const { messageId } = data as { messageId: string }
    const { from, body, answeredBy, unanswered, deliveries = {} } = (await hub.message(messageId)) ?? {}
    const ends = Object.values(deliveries).map(({ state }) => state)
    const note = answeredBy === undefined ? (unanswered === true ? ', never answered' : '') : ', answered'
    console.log(`${from}: ${body} (${ends.join()}${note})`)
  }
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
coder: session:planner says: the grammar is in docs/grammar.md
coder: session:planner says: which version of it?
planner: the answer is: the second
coder: session:planner says: do you like it?
planner: REQUEST_EXPIRED, so I go on without
coder: session:planner says: that is all

what became of each message:
session:planner: the grammar is in docs/grammar.md (acknowledged)
session:planner: which version of it? (acknowledged, answered)
session:coder: the second (acknowledged)
session:planner: do you like it? (acknowledged, never answered)
system: it was to be answered until ... (pending)
session:planner: that is all (acknowledged)
*/
