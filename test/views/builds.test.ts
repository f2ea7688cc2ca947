/** Builds that fold in different ways use one hub in turn: each answers as it would alone, whatever the others left. */
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { crc32 } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { openHub as OpenHub } from '../../src/hub.ts'
import type { openFileLog as OpenFileLog } from '../../src/log/file/file-log.ts'
import { answersOf } from '../support/histories.ts'
import { randomHub } from '../support/random-hub.ts'
import { scratch } from '../support/scratch.ts'
import { copyOf } from '../support/snapshots.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SEED = Number(process.env['BATON_SEED'] ?? 20_267)

const dir = scratch()

interface Build {
  readonly openHub: typeof OpenHub
  readonly openFileLog: typeof OpenFileLog
}

type Edit = readonly [file: string, from: string, to: string]

/** What another version of this package might do otherwise. */
const EDITS: Readonly<Record<string, readonly Edit[]>> = {
  'as it is': [],
  'another version of a view': [
    ['projections/tasks.ts', 'version: 1', 'version: 2'],
    ['projections/catalog.ts', "import { tasks } from './tasks.ts'", "import { shouted as tasks } from './shouted.ts'"],
  ],
  'a view more': [
    ['projections/catalog.ts', '  open,\n}', '  open,\n  extra,\n}'],
    ['projections/catalog.ts', 'import { works }', "import { extra } from './extra.ts'\nimport { works }"],
  ],
  'another catalogue of events': [
    ['events/catalog.ts', 'export const eventCatalog = {', 'export const eventCatalog = { Novel: LeaseRenewed,'],
  ],
}

const SHOUTED = `import { tasks } from './tasks.ts'
export const shouted = { ...tasks, evolve(doc, event, key) {
  const next = tasks.evolve(doc, event, key)
  if (next !== undefined && event.type === 'TaskOpened') next.title = next.title.toUpperCase() + '!'
  return next
} }
`
const EXTRA = `export const extra = { name: 'extra', version: 1, keys: { SessionOpened: ({ data }) => [data.sessionId] },
  evolve: (doc = { times: 0 }) => ({ times: doc.times + 1 }) }
`

const builds = new Map<string, Build>()
/** Where they find what they depend on. */
const CACHE = path.join(ROOT, 'node_modules/.cache/agent-baton')
fs.mkdirSync(CACHE, { recursive: true })
const place = fs.mkdtempSync(path.join(CACHE, 'builds-'))

beforeAll(async () => {
  for (const [i, [name, edits]] of Object.entries(EDITS).entries()) builds.set(name, await buildOf(`${i}`, edits))
}, 120_000)
afterAll(() => fs.rmSync(place, { recursive: true, force: true }))

/** The sources with a few words changed, as a package of their own. */
async function buildOf(name: string, edits: readonly Edit[]): Promise<Build> {
  const tree = path.join(place, name)
  fs.cpSync(path.join(ROOT, 'src'), path.join(tree, 'src'), { recursive: true })
  fs.writeFileSync(path.join(tree, 'src/projections/shouted.ts'), SHOUTED)
  fs.writeFileSync(path.join(tree, 'src/projections/extra.ts'), EXTRA)
  for (const [file, from, to] of edits) {
    const where = path.join(tree, 'src', file)
    const text = fs.readFileSync(where, 'utf8')
    expect(text).toContain(from)
    fs.writeFileSync(where, text.replace(from, to))
  }
  const outfile = path.join(tree, 'index.mjs')
  await build({
    entryPoints: [path.join(tree, 'src/index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  return (await import(pathToFileURL(outfile).href)) as Build
}

const ALONE = { durability: 'os', sweepEvery: false } as const

/** As this build answers without any snapshot. */
async function alone({ openHub, openFileLog }: Build, hubDir: string): Promise<object> {
  const hub = await openHub({ ...ALONE, log: openFileLog(hubDir) })
  try {
    return await answersOf(hub)
  } finally {
    await hub.close()
  }
}

/** Opens, asks, writes enough to be flushed when it closes, and asks again. */
async function takeTurn(name: string, hubDir: string, turn: number): Promise<void> {
  const here = builds.get(name) as Build
  const hub = await here.openHub({ ...ALONE, dir: hubDir })
  expect(await answersOf(hub), `${name}, turn ${turn}`).toEqual(await alone(here, hubDir))
  const text = 'p'.repeat(50_000)
  await hub.send({ type: 'OpenSession', sessionId: `turn-${turn}` })
  await hub.send({ type: 'OpenTask', taskId: `turn-${turn}`, title: 'Quiet', owner: `turn-${turn}` })
  for (let i = 0; i < 6; i++) await hub.eventStore.appendToStream('pad', [{ type: 'Pad', data: { text } }])
  expect((await hub.task(`turn-${turn}`))?.title).toBe(name === 'another version of a view' ? 'QUIET!' : 'Quiet')
  expect(await hub.projections.verify(), `${name}, turn ${turn}`).toMatchObject({ drifted: 0, drift: [] })
  expect(await answersOf(hub), `${name}, turn ${turn}`).toEqual(await alone(here, hubDir))
  const { snapshot, views } = await hub.projections.status()
  expect(snapshot?.problems.filter(({ why }) => why !== 'it is of other events')).toEqual([])
  expect(views.map(({ state }) => state)).not.toContain('failed')
  await hub.close()
}

test(
  '1. each as the first, and each after each, which goes on from what the other one has',
  { timeout: 300_000 },
  async () => {
    const names = Object.keys(EDITS)
    const original = await randomHub(dir(), SEED, 40)
    let turns = 0
    for (const first of names) {
      for (const second of names) {
        const hubDir = copyOf(original, dir())
        for (const [turn, name] of [first, second, first].entries()) await takeTurn(name, hubDir, turn)
        turns += 3
      }
    }
    console.log(`${turns} turns of ${names.length} builds`)
  },
)

test('2. open at the same time', { timeout: 120_000 }, async () => {
  const hubDir = await randomHub(dir(), SEED, 40)
  const open = await Promise.all(
    [...builds].map(async ([name, { openHub }]) => ({ name, hub: await openHub({ ...ALONE, dir: hubDir }) })),
  )
  const text = 'p'.repeat(100_000)
  for (let i = 0; i < 20; i++) {
    const { hub } = open[i % open.length] as (typeof open)[number]
    await hub.send({ type: 'OpenSession', sessionId: `open-${i}` })
    await hub.eventStore.appendToStream('pad', [{ type: 'Pad', data: { text } }])
    await hub.eventStore.appendToStream('pad', [{ type: 'Pad', data: { text } }])
  }
  for (const { name, hub } of open) {
    await hub.catchUp()
    expect(await answersOf(hub), name).toEqual(await alone(builds.get(name) as Build, hubDir))
    expect(await hub.projections.verify(), name).toMatchObject({ drifted: 0 })
    await hub.close()
  }
})

test('3. what a build of which nothing is known has left is no obstacle', async () => {
  const hubDir = await randomHub(dir(), SEED, 40)
  const theirs = path.join(hubDir, 'views', 'ffffffffffffffff')
  fs.mkdirSync(theirs, { recursive: true })
  // Whole, by its checksum, and in no shape that anybody here knows.
  fs.writeFileSync(path.join(theirs, 'manifest-000000000001.json'), '{"from":"the future"}\n1a2b3c4d')
  for (const [i, text] of ['{}', 'null', '[]', '7', '{"folds":{}}', '{"folds":{"events":1},"saved":{}}'].entries()) {
    const file = path.join(theirs, `manifest-${String(i + 2).padStart(12, '0')}.json`)
    fs.writeFileSync(file, `${text}\n${crc32(text).toString(16).padStart(8, '0')}`)
  }
  const here = builds.get('as it is') as Build
  const hub = await here.openHub({ ...ALONE, dir: hubDir })
  expect(await answersOf(hub)).toEqual(await alone(here, hubDir))
  expect((await hub.projections.status()).snapshot?.problems).toEqual([])
  await hub.close()
})

test('4. whoever verifies while a view is being built waits for it', async () => {
  const hubDir = await randomHub(dir(), SEED, 40)
  const writer = await (builds.get('as it is') as Build).openHub({ ...ALONE, dir: hubDir })
  await Promise.all(
    Array.from({ length: 3_000 }, (_, i) => writer.send({ type: 'OpenSession', sessionId: `many-${i}` })),
  )
  await writer.close()
  for (const name of ['another version of a view', 'a view more']) {
    const hub = await (builds.get(name) as Build).openHub({ ...ALONE, dir: hubDir })
    const { views } = await hub.projections.status()
    expect(views.map(({ state }) => state)).toContain('rebuilding')
    expect(await hub.projections.verify(), name).toMatchObject({ drifted: 0, drift: [] })
    await hub.close()
  }
})
