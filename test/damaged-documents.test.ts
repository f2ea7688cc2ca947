/** Where the documents of a snapshot are damaged, every answer is what it would be without: they are folded anew. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHub, type Hub } from '../src/index.ts'
import { seeded } from './faults/power-cut.ts'
import { scratch } from './support/scratch.ts'

const dir = scratch()
const quiet = { create: true, durability: 'os', sweepEvery: false, limits: { inbox: Infinity } } as const

async function every<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

async function some<Item>(items: AsyncIterable<Item>, count: number): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) if (found.push(item) === count) break
  return found
}

const QUESTIONS: Readonly<Record<string, (hub: Hub) => Promise<unknown>>> = {
  log: (hub) => every(hub.log()),
  'log backward': (hub) => every(hub.log({ direction: 'backward' })),
  'log of a stream': (hub) => every(hub.log({ stream: 'mailbox-session-a', after: 90, limit: 30 })),
  'log followed': (hub) => every(hub.log({ follow: true, limit: 500 })),
  subscription: async (hub) =>
    JSON.parse(JSON.stringify(await some(hub.inbox('a').subscribe({ after: 300 }), 300))) as unknown,
  inbox: (hub) => hub.inbox('a').list({ direction: 'backward', limit: 300 }),
  history: (hub) => hub.history({ session: 'a' }, { limit: 3_000 }),
  sessions: (hub) => hub.sessions(),
  search: (hub) => every(hub.search('message 7', { direction: 'backward' })),
  replay: (hub) => every(hub.replay('session-a')),
  diff: (hub) => every(hub.diff(100, 300, { view: 'messages' })),
  commit: (hub) => hub.commit(700),
}

test.each(Object.keys(QUESTIONS))('%s', async (name) => {
  const hubDir = path.join(dir(), '.baton')
  const ask = QUESTIONS[name] as (hub: Hub) => Promise<unknown>
  const first = await openHub({ ...quiet, dir: hubDir })
  for (const sessionId of ['a', 'b']) await first.send({ type: 'OpenSession', sessionId })
  const body = 'x'.repeat(400)
  await Promise.all(
    Array.from({ length: 700 }, (_, i) => first.send({ type: 'SendMessage', to: 'a', body: `message ${i} ${body}` })),
  )
  const wanted = await ask(first)
  await first.close()

  const views = path.join(hubDir, 'views')
  const tables = fs.readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.table'))
  expect(tables).not.toEqual([])
  const hub = await openHub({ ...quiet, dir: hubDir })
  // Behind its back, wherever it looks next.
  for (const table of tables) damage(path.join(views, table))
  expect(await ask(hub)).toEqual(wanted)
  await hub.close()
})

/** A bit in each hundred bytes. */
function damage(file: string): void {
  const [bytes, random] = [fs.readFileSync(file), seeded(9)]
  const fd = fs.openSync(file, 'r+')
  for (let at = 0; at < bytes.length; at += 100) {
    const where = Math.min(bytes.length - 1, at + Math.floor(random() * 100))
    fs.writeSync(fd, Buffer.of((bytes[where] as number) ^ 4), 0, 1, where)
  }
  fs.closeSync(fd)
}
