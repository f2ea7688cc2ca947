/** What a verb reads does not grow with what has ended on the hub: every verb, on a short history and on a long one. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { APART, STORY } from '../../bench/every-verb.ts'
import { verbs } from '../../src/cli/verbs/catalog.ts'
import { openHub, type Hub } from '../../src/index.ts'
import { shell } from '../support/baton.ts'
import { lacks } from '../support/needs.ts'

const isOf = (name: string) => (line: string) => `${line} `.startsWith(`${name} `)

test('every verb is in the story, or it is said why not', () => {
  const told = verbs.map(({ name }) => name).filter((name) => STORY.some(isOf(name)))
  expect([...told, ...Object.keys(APART)].toSorted()).toEqual(verbs.map(({ name }) => name).toSorted())
})

let dir: string
beforeAll(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
})
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }))

/** So many of each kind begin and end, with mail in between. */
async function live(hub: Hub, times: number): Promise<void> {
  await hub.send({ type: 'OpenSession', sessionId: 'chief' })
  const chief = hub.as({ kind: 'session', id: 'chief' })
  const one = async (i: number): Promise<void> => {
    const id = `old-${i}`
    const me = hub.as({ kind: 'session', id })
    await chief.send({ type: 'OpenSession', sessionId: id, parentSessionId: 'chief', label: 'worker' })
    await chief.send({ type: 'SendMessage', to: id, body: 'what was said long ago' })
    await me.send({ type: 'OpenTask', taskId: id, title: 'what was done long ago', owner: id })
    await me.send({ type: 'StartRun', runId: id, begin: true })
    await me.send({ type: 'FormGroup', name: id, members: [id] })
    await me.send({ type: 'DisbandGroup', group: id })
    await me.send({ type: 'CompleteRun', runId: id })
    await me.send({ type: 'CloseTask', taskId: id, outcome: 'done' })
    await hub.inbox(id).ack((await hub.inbox(id).list()).map((message) => message.id))
    await hub.send({ type: 'CloseSession', sessionId: id, outcome: 'done' })
  }
  for (let i = 0; i < times; i += 25) {
    await Promise.all(Array.from({ length: Math.min(25, times - i) }, (_, j) => one(i + j)))
  }
}

async function hubOf(name: string, times: number): Promise<string> {
  const place = path.join(dir, name)
  const hub = await openHub({ dir: place, create: true, durability: 'os', sweepEvery: false })
  await live(hub, times)
  await hub.projections.rebuild()
  await hub.close()
  return place
}

/** What a process read. */
interface Reads {
  readonly calls: number
  readonly bytes: number
  /** Now and then a verb writes a table of what was folded, and reads what it merges that with. */
  readonly flushed: boolean
}

/** Changes with every flush that makes a table: one into a margin reads nothing more. */
const tablesOf = (hub: string): string =>
  fs
    .readdirSync(path.join(hub, 'views'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.table'))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join()

/** Types a story, and says of each line what it read. */
async function readsOf(hub: string, story: string): Promise<Reads[]> {
  const counts = `${hub}.counts`
  const counter = `${hub}.cjs`
  const tell = `require('fs').writeFileSync(${JSON.stringify(counts)}, require('fs').readFileSync('/proc/self/io'))`
  fs.writeFileSync(counter, `process.on('exit', () => ${tell})`)
  const type = shell(dir, { BATON_DIR: hub, NODE_OPTIONS: `--require ${counter}` })
  const kept = new Map<string, string>()
  const reads: Reads[] = []
  for (const line of STORY) {
    const [command = '', keep] = line.split(' -> ')
    const filled = command.replaceAll('#', story).replace(/\{(\w+)\}/g, (_, name: string) => kept.get(name) ?? '')
    const before = tablesOf(hub)
    const said = await type.ok(...filled.split(' '), ...(keep === undefined ? [] : ['--json']))
    if (keep !== undefined) kept.set(keep, /"messageId":"(\w+)"/.exec(said)?.[1] ?? '')
    const io = fs.readFileSync(counts, 'utf8')
    const figure = (name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(io)?.[1])
    reads.push({ calls: figure('syscr'), bytes: figure('rchar'), flushed: tablesOf(hub) !== before })
  }
  return reads
}

/** Of two stories, where neither flushed the less. */
async function leastOf(hub: string): Promise<Reads[]> {
  const [one, other] = [await readsOf(hub, 'one'), await readsOf(hub, 'other')]
  return one.map((reads, i) => {
    const again = other[i] as Reads
    if (reads.flushed !== again.flushed) return reads.flushed ? again : reads
    return reads.calls < again.calls ? reads : again
  })
}

test.skipIf(lacks('proc'))('what a verb reads does not grow with what has ended', { timeout: 240_000 }, async () => {
  const [short, long] = [await hubOf('short', 5), await hubOf('long', 1_000)]
  // The first time of each verb leaves behind what was compiled.
  await readsOf(short, 'first')
  const [few, many] = await Promise.all([leastOf(short), leastOf(long)])
  const lines = STORY.map((line, i) => ({ line, few: few[i] as Reads, many: many[i] as Reads }))
  const compared = lines.filter((each) => !each.few.flushed && !each.many.flushed)
  const more = compared.map((each) => ({
    line: each.line,
    calls: each.many.calls - each.few.calls,
    bytes: each.many.bytes - each.few.bytes,
  }))
  const worst = more.toSorted((a, b) => b.calls - a.calls)[0]
  console.log(`${more.length} of ${lines.length} lines; the most that one reads more: ${JSON.stringify(worst)}`)
  expect(more.length).toBeGreaterThan(lines.length * 0.9)
  expect(more.filter(({ calls, bytes }) => calls > 60 || bytes > 300_000)).toEqual([])
})
