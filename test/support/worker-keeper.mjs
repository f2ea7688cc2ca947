// A hub in a process of its own that keeps leases, asks, answers and lets expire what is due. The parent sends
// { run, ... } and is answered with { done, ... }; one thing at a time, but what waits (a request, a lease that may be
// lost) goes on behind it under a name, until it is asked for.
import { setTimeout as sleep } from 'node:timers/promises'
import { openFileLog, openHub } from '../../dist/index.js'

const { dir, actor, durability = 'os', sweepEvery = false } = JSON.parse(process.argv[2])

let appends = Infinity
/** Dies before the nth write from when it is told so. */
function mortal(log) {
  return {
    ...log,
    async append(proposals) {
      if (--appends < 0) process.kill(process.pid, 'SIGKILL')
      await log.append(proposals)
    },
  }
}

const hub = await openHub({ log: mortal(openFileLog(dir)), durability, sweepEvery, ...(actor && { actor }) })
const stopping = new AbortController()
const leases = new Map()
const requests = new Map()
const answering = []

async function execute({ as, command, key }) {
  const { ok, receipt, error } = await (as === undefined ? hub : hub.as(as)).safeSend(
    command,
    key === undefined ? {} : { key },
  )
  return ok ? { ok, receipt } : { ok, code: error.code, details: error.details }
}

const failure = (error) => ({ ok: false, code: error.code ?? error.name, details: error.details })

/** Everybody who is told the same moment begins then. */
const reach = async (at) => {
  if (at !== undefined) await sleep(Math.max(0, at - Date.now()))
}

const tasks = {
  async each({ steps, at }) {
    await reach(at)
    const outcomes = []
    for (const step of steps) outcomes.push(await execute(step))
    return { outcomes }
  },
  async sweep({ at }) {
    await reach(at)
    const { events } = await hub.sweep()
    return { events: events.length }
  },
  async keep({ name, what, leaseMs }) {
    leases.set(name, await hub.keepLease(what, { leaseMs }))
    return {}
  },
  stop({ name }) {
    leases.get(name).stop()
    return {}
  },
  /** Answers once the lease is lost. */
  async lost({ name }) {
    const { signal } = leases.get(name)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return { code: signal.reason.code }
  },
  request({ name, message, replyWithin, key }) {
    const options = { replyWithin, ...(key && { key }) }
    const answered = hub.request(message, options).then((reply) => ({ ok: true, reply }), failure)
    requests.set(name, answered)
    return {}
  },
  /** Answers once the request is, and acknowledges the reply if it is told to. */
  async outcome({ name, ack }) {
    const { reply, ...rest } = await requests.get(name)
    if (reply === undefined) return rest
    if (ack) await reply.ack()
    const { ack: _, ...message } = reply
    return { ...rest, reply: message }
  },
  /** Asks so often, several at once, and acknowledges each answer. */
  async ask({ to, count, atOnce }) {
    const wrong = []
    let next = 0
    const lane = async () => {
      for (let i = next++; i < count; i = next++) {
        const reply = await hub.request({ to, body: `${i}` }, { replyWithin: '30s' })
        if (reply.body !== `re ${i}` || reply.mailbox !== `session:${actor.id}`) wrong.push({ i, reply })
        await reply.ack()
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
    return { wrong }
  },
  /** From now on replies to each request, so often, and acknowledges it. */
  answer({ replies }) {
    answering.push(
      (async () => {
        for await (const message of hub.inbox().subscribe({ signal: stopping.signal })) {
          for (let n = 0; message.replyBy !== undefined && n < replies; n++) {
            const body = n === 0 ? `re ${message.body}` : `re ${message.body}, and ${n}`
            await hub.send({ type: 'SendMessage', inReplyTo: message.id, body })
          }
          await message.ack()
        }
      })(),
    )
    return {}
  },
  dieBeforeWrite({ nth }) {
    appends = nth - 1
    return {}
  },
  async close() {
    stopping.abort()
    await Promise.all(answering)
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
