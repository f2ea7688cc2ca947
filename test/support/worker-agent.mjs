// A hub in a process of its own, which does what it is told. The parent sends { run, ... } and is answered with
// { done, ... }; one thing at a time.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHub } from '../../dist/index.js'

const { dir, actor, durability = 'disk', limits = {} } = JSON.parse(process.argv[2])
const hub = await openHub({ dir, durability, limits, ...(actor && { actor }) })
const stopping = new AbortController()
let receiving = Promise.resolve()

/** A step is { as?, command, key? }, or { as?, acknowledge: N }: what an earlier step of the same list has sent. */
async function execute({ as, command, acknowledge, key }, outcomes) {
  const sent = outcomes[acknowledge]?.receipt?.events.find(({ type }) => type === 'MessageSent')
  if (acknowledge !== undefined && sent === undefined) return { ok: false, code: 'NOTHING_SENT' }
  const { ok, receipt, error } = await (as === undefined ? hub : hub.as(as)).safeSend(
    command ?? { type: 'AcknowledgeMessage', messageIds: [sent.data.messageId] },
    key === undefined ? {} : { key },
  )
  return ok ? { ok, receipt } : { ok, code: error.code, details: error.details }
}

const tasks = {
  async each({ steps }) {
    const outcomes = []
    for (const step of steps) outcomes.push(await execute(step, outcomes))
    return { outcomes }
  },
  async together({ steps }) {
    return { outcomes: await Promise.all(steps.map((step) => execute(step, []))) }
  },
  /** Sends one message after the other, and waits where there is no room. */
  async write({ to, count }) {
    let full = 0
    for (let i = 0; i < count;) {
      const { ok, error } = await hub.safeSend({ type: 'SendMessage', to, body: `${hub.actor.id} ${i}` })
      if (ok) i++
      else if (error.code === 'INBOX_FULL') {
        full++
        await sleep(10)
      } else throw error
    }
    return { full }
  },
  /** Acknowledges all that comes, until it is closed. What was noted stays noted, whatever kills the process. */
  receive({ notes }) {
    const fd = fs.openSync(notes, 'a')
    const note = (what, body) => fs.writeSync(fd, `${what} ${body}\n`)
    receiving = (async () => {
      for await (const message of hub.inbox().subscribe({ signal: stopping.signal })) {
        note('handed', message.body)
        await message.ack()
        note('acknowledged', message.body)
      }
    })()
    return {}
  },
  async close() {
    stopping.abort()
    await receiving
    await hub.close()
    process.disconnect()
  },
}

process.on('message', async (message) => {
  try {
    const result = await tasks[message.run](message)
    if (process.connected) process.send({ done: message.run, ...result })
  } catch (error) {
    process.send({ done: message.run, error: String(error?.stack ?? error) })
  }
})
process.send({ ready: true })
