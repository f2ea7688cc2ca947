// Sends mail, or follows inboxes and logs from stored cursors and notes what it is handed: `cursor nanoseconds body`, a
// line each, written at once. Under the shim it tells the trace too.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHub } from '../../dist/index.js'

const { dir, durability = 'disk', send, follow = [] } = JSON.parse(process.argv[2])
const hub = await openHub({ dir, durability, sweepEvery: false, limits: { inbox: Infinity } })
const trace = process.env.BATON_SHIM_TRACE ? fs.openSync(process.env.BATON_SHIM_TRACE, 'a') : undefined
const now = () => process.hrtime.bigint()

async function sendAll({ to, count, every }) {
  for (let i = 0; i < count; i++) {
    await hub.send({ type: 'SendMessage', to, body: `${i} ${now()}` })
    if (every !== undefined) await sleep(every)
  }
}

async function followOne({ inbox, log, after, notes }) {
  const fd = fs.openSync(notes, 'a')
  const items = log === undefined ? hub.inbox(inbox).subscribe({ after }) : hub.log({ ...log, after, follow: true })
  for await (const { cursor, position, body, data } of items) {
    const text = body ?? data.body
    fs.writeSync(fd, `${cursor} ${now()} ${text}\n`)
    if (trace === undefined) continue
    const record = { op: 'ack', pid: process.pid, n: 0, t: Number(now()), id: cursor, position, duplicate: false }
    fs.writeSync(trace, `${JSON.stringify(record)}\n`)
    if (text.startsWith('last')) break
  }
}

process.send?.({ ready: true })
await Promise.all([...follow.map(followOne), ...(send === undefined ? [] : [sendAll(send)])])
await hub.close()
process.disconnect?.()
