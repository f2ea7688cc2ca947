/** The subscriber; the sender is a process of its own, this file once more. Every message once, in order, or no figure. */
import { fork } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openHub } from '../../dist/index.js'
import { serve } from './serve.mjs'

const limits = { inbox: Infinity }
const now = () => Number(process.hrtime.bigint()) / 1e6

/** Told to send for so long, it sends at an even pace, and says how many. */
async function sender({ dir, durability, every }) {
  const hub = await openHub({ dir, durability, limits })
  let sent = 0
  process.on('message', async ({ ms }) => {
    const end = now() + ms
    const before = sent
    for (let next = now(); now() < end; next += every) {
      await hub.send({ type: 'SendMessage', to: 'reader', body: `${sent++} ${now()}` })
      await setTimeout(Math.max(0, next + every - now()))
    }
    process.send({ sent: sent - before })
  })
  process.on('disconnect', () => void hub.close())
  process.send({ ready: true })
}

const { sends } = JSON.parse(process.argv[2])
if (sends !== undefined) await sender(sends)
else serve(subscriber)

async function subscriber({ dir, durability, every, waiting = 0 }) {
  const hub = await openHub({ dir, create: true, durability, limits })
  await hub.send({ type: 'OpenSession', sessionId: 'reader' })
  for (let i = 0; i < waiting; i += 50) {
    await Promise.all(Array.from({ length: 50 }, () => hub.send({ type: 'SendMessage', to: 'reader', body: 'waits' })))
  }
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify({ sends: { dir, durability, every } })])
  const told = () => new Promise((resolve) => child.once('message', resolve))
  await told()
  const leaving = new AbortController()
  const mail = hub.inbox('reader').subscribe({ after: hub.head.position, signal: leaving.signal })
  const items = mail[Symbol.asyncIterator]()
  let expected = 0
  /** What is waited for; from one run to the next, if nothing came. */
  let coming
  return {
    async run({ ms }) {
      const start = now()
      let sent = Infinity
      const done = told().then((answer) => void (sent = answer.sent))
      child.send({ ms })
      const latencies = []
      while (latencies.length < sent) {
        coming ??= items.next()
        // The last message may have come before the sender says that it was the last.
        const item = await (sent === Infinity ? Promise.race([coming, done]) : coming)
        if (item === undefined) continue
        coming = undefined
        const [number, at] = item.value.body.split(' ').map(Number)
        if (number !== expected++) throw new Error(`message ${number} came where ${expected - 1} was due`)
        latencies.push(now() - at)
      }
      return { ops: latencies.length, ms: now() - start, latencies }
    },
    async close() {
      leaving.abort()
      child.disconnect()
      await new Promise((resolve) => child.once('exit', resolve))
      await hub.close()
    },
    async check() {
      const again = await openHub({ dir })
      let messages = -waiting
      for await (const _ of again.log({ type: 'MessageSent' })) messages++
      await again.close()
      return messages
    },
  }
}
