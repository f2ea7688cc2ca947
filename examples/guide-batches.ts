/** What makes a hub fast: commands sent at once share a write and a sync; `os` leaves the sync for later. For docs/guide.md. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub, type Durability, type Hub } from 'agent-baton'

const COMMANDS = 400
const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')

async function timed(durability: Durability, work: (hub: Hub) => Promise<void>): Promise<number> {
  const hub = await openHub({ dir, create: true, durability, actor: { kind: 'session', id: 'ann' } })
  await hub.as({ kind: 'operator' }).send({ type: 'OpenSession', sessionId: 'ann', ensure: true })
  const start = performance.now()
  await work(hub)
  const seconds = (performance.now() - start) / 1_000
  await hub.close()
  return COMMANDS / seconds
}

const say = (i: number) => ({ type: 'SendMessage', to: 'operator', body: `message ${i}` }) as const
const numbers = Array.from({ length: COMMANDS }, (_, i) => i)

// ---- each one waits for the disk
const oneByOne = await timed('disk', async (hub) => {
  for (const i of numbers) await hub.send(say(i))
})
// ---- all that is sent while the disk is busy goes out in the next write, and every receipt means as much as before
const atOnce = await timed('disk', async (hub) => {
  await Promise.all(numbers.map((i) => hub.send(say(i))))
})
// ---- survives `kill -9`, and not a power cut: its last second may be gone
const unsynced = await timed('os', async (hub) => {
  for (const i of numbers) await hub.send(say(i))
})

const rate = (perSecond: number): string => `${Math.round(perSecond)} a second`
console.log(`one by one, on the disk: ${rate(oneByOne)}`)
console.log(`at once, on the disk: ${rate(atOnce)}`)
console.log(`one by one, written and not yet synced: ${rate(unsynced)}`)

/* Prints
one by one, on the disk: ... a second
at once, on the disk: ... a second
one by one, written and not yet synced: ... a second
*/
