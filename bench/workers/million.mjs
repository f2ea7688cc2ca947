/**
 * Two hubs built by `hub.send` alone, one a thousand times as long as the other, and in both a session for which the same
 * twenty messages wait: sessions write to each other and acknowledge, claim and close tasks, run and merge work, set state.
 */
import fs from 'node:fs'
import path from 'node:path'
import { openHub } from '../../dist/index.js'
import { serve } from './serve.mjs'

const SMALL = 1_000
const SESSIONS = 64
const CALLERS = 64
const BODY = 'The parser accepts the new header, the old one is refused with a message that says what to change. '

const who = (i) => `agent-${i % SESSIONS}`

/** One of the things that agents do; returns once it is done. */
async function act(hub, i) {
  const me = hub.as({ kind: 'session', id: who(i) })
  switch (i % 10) {
    case 6: {
      const taskId = `task-${i}`
      await hub.send({ type: 'OpenTask', taskId, title: `Step ${i}`, participants: [who(i), who(i + 1)] })
      await me.send({ type: 'ClaimTask', taskId })
      await me.send({ type: 'Handoff', taskId, to: `session:${who(i + 1)}` })
      return hub.send({ type: 'CloseTask', taskId, outcome: 'done' })
    }
    case 7: {
      const { events } = await me.send({ type: 'StartRun', runId: `run-${i}`, sessionId: who(i), begin: true })
      const { runId } = events[0].data
      await me.send({ type: 'ReportProgress', runId, percent: 50, step: 'parse' })
      return me.send({ type: 'CompleteRun', runId, result: { tests: i } })
    }
    case 8:
    case 9:
      return me.send({ type: 'SetState', scope: 'session', id: who(i), set: { [`plan.${i % 40}`]: { step: i } } })
    default: {
      const key = i % 2 === 0 ? { key: `note-${i}` } : {}
      const message = { type: 'SendMessage', to: `session:${who(i * 7 + 1)}`, subject: `Step ${i}`, body: BODY }
      const { events } = await me.send(message, key)
      // Handed-over work is told of by messages too: all of them are taken care of in the end.
      return hub.send({ type: 'AcknowledgeMessage', messageIds: [events[0].data.messageId] })
    }
  }
}

async function build(dir, events) {
  const hub = await openHub({ dir, create: true, durability: 'os', sweepEvery: false, limits: { inbox: 100_000 } })
  for (let i = 0; i < SESSIONS; i++) await hub.send({ type: 'OpenSession', sessionId: who(i), label: `agent ${i}` })
  await hub.send({ type: 'OpenSession', sessionId: 'reader' })
  for (let i = 0; i < 20; i++)
    await hub.send({ type: 'SendMessage', to: 'session:reader', subject: `${i}`, body: BODY })
  let next = 0
  async function caller() {
    while (hub.head.position < events) await act(hub, next++)
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  await acknowledgeAll(hub)
  const { position } = hub.head
  await hub.close()
  return { events: position, bytes: fs.statSync(path.join(dir, 'log', '00000001.jsonl')).size }
}

/** What Baton itself has sent; and the operator's. */
async function acknowledgeAll(hub) {
  for (const name of ['operator', ...Array.from({ length: SESSIONS }, (_, i) => who(i))]) {
    for (;;) {
      const waiting = await hub.inbox(name).list({ limit: 500 })
      if (waiting.length === 0) break
      await hub.inbox(name).ack([...new Set(waiting.map(({ id }) => id))])
    }
  }
}

serve(async ({ shared, commits }) => {
  for (const [name, events] of [
    ['small', SMALL],
    ['large', commits],
  ]) {
    const start = performance.now()
    const built = await build(path.join(shared, name), events)
    const seconds = (performance.now() - start) / 1000
    console.error(`${name}: ${built.events} events, ${built.bytes} bytes, by hub.send in ${seconds.toFixed(0)} s`)
  }
  // The verbs add to theirs: what is opened beside the short one stays as it was closed.
  fs.cpSync(path.join(shared, 'large'), path.join(shared, 'used'), { recursive: true })
  return {}
})
