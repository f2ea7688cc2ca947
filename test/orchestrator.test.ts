/** The orchestrator that the examples show, killed at any moment and started again: its hub tells one and the same story. */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { openHub } from '../src/hub.ts'
import { eachOf } from './faults/writers.ts'
import { seeded, type Random } from './support/random.ts'
import { scratch } from './support/scratch.ts'
import { bundled, lives, storyOf, type Life, type Story } from './support/stories.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEED = Number(process.env['BATON_SEED'] ?? Math.floor(performance.timeOrigin) % 1_000_000)
const KILLS = LONG ? 2_000 : 200
const RUN = 'release-1'
const BUILDERS = ['ann', 'bob', 'cyd']

const dir = scratch()
const start = lives()
let file: string

beforeEach(async () => {
  file = await bundled('orchestrator.ts', dir())
})

const LOG = 'log/00000001.jsonl'

/** How many bytes its log has. */
const sizeOf = (hubDir: string): number => fs.statSync(path.join(hubDir, LOG), { throwIfNoEntry: false })?.size ?? 0

/** How many lines its log has. */
function linesIn(hubDir: string): number {
  const log = path.join(hubDir, LOG)
  return fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter(Boolean).length : 0
}

async function lookAt(hubDir: string): Promise<Story> {
  const hub = await openHub({ dir: hubDir, sweepEvery: false })
  try {
    expect((await hub.verify()).findings.filter(({ kind }) => kind !== 'torn' && kind !== 'tail')).toEqual([])
    return await storyOf(hub, RUN, 'builders')
  } finally {
    await hub.close()
  }
}

/** To its end. */
async function undisturbed(hubDir: string): Promise<{ story: Story; said: string }> {
  const life = start(file, [hubDir])
  expect(await life.ended, life.said()).toBe(0)
  return { story: await lookAt(hubDir), said: life.said() }
}

test('the orchestrator: plan, fan-out, merge, approval, broadcast; once more on the same hub nothing is new', async () => {
  const hubDir = path.join(dir(), '.baton')
  const { story, said } = await undisturbed(hubDir)

  expect(said).toContain('\nreleased\n')
  expect(story.settled).toEqual(
    Object.fromEntries(['plan', 'build.parser', 'build.printer', 'build.docs'].map((id) => [`${RUN}/${id}`, 1])),
  )
  for (const builder of BUILDERS) {
    expect(story.mail[`session:${builder}`]).toEqual([
      { from: `run:${RUN}`, kind: 'message', body: 'the lead says: yes' },
    ])
  }
  expect(story.mail['session:lead']).toMatchObject([{ body: 'shall parser, printer, docs go out?' }])
  expect(story.ends).toMatchObject({
    runs: {
      status: 'completed',
      result: 'released',
      children: Array.from({ length: 4 }, () => ({ status: 'completed' })),
    },
    group: { status: 'idle', round: { verdict: 'complete', items: BUILDERS.map(() => ({ outcome: 'ok' })) } },
    values: { lines: 240 },
    waiting: 0,
  })

  const before = fs.readFileSync(path.join(hubDir, LOG))
  const again = await undisturbed(hubDir)
  expect(again.said.split('\n').slice(1, 2)).toEqual(['released'])
  expect(again.said).not.toContain('taken care of')
  expect(fs.readFileSync(path.join(hubDir, LOG)).equals(before)).toBe(true)
})

test(
  `the orchestrator, killed ${KILLS} times at any moment and started again: the same messages, effects and state`,
  { timeout: LONG ? 3_600_000 : 400_000 },
  async () => {
    const random = seeded(SEED)
    const hubDir = path.join(dir(), '.baton')
    const { story } = await undisturbed(hubDir)
    const wanted = { story, lines: linesIn(hubDir), size: sizeOf(hubDir) }
    const stories: Fates[] = []
    const total = (): number => stories.reduce((sum, { kills }) => sum + kills, 0)
    try {
      await eachOf([0, 1], 2, async () => {
        while (total() < KILLS) stories.push(await killedStory(wanted, random))
      })
    } catch (error) {
      const long = LONG ? 'BATON_TEST_LONG=1 ' : ''
      const again = `${long}BATON_SEED=${SEED} npx vitest run test/orchestrator.test.ts`
      throw new Error(`seed ${SEED}; again: ${again}`, { cause: error })
    }
    const reached = new Set(stories.flatMap(({ lines }) => lines))
    const amid = stories.flatMap(({ lines }) => lines).filter((count) => count > 1 && count < wanted.lines).length
    console.log(
      `seed ${SEED}: ${total()} kills in ${stories.length} stories of ${wanted.lines} lines, ` +
        `${amid} amid the story, at ${reached.size} lengths of the log`,
    )
    expect(Math.max(...stories.map(({ kills }) => kills))).toBeGreaterThan(2)
    // Most of them meet the story, not the start of the process.
    expect(amid).toBeGreaterThan(KILLS / 2)
    expect(reached.size).toBeGreaterThan(20)
  },
)

interface Fates {
  readonly kills: number
  /** How long the log was at each of them, in lines. */
  readonly lines: readonly number[]
}

/** How much of a story a life gets at most: about ten lives make one. */
const SHARE = 0.25
/** Whoever writes nothing for so long never will. */
const STALL_MS = 60_000

async function killedStory(
  { story: wanted, size }: { readonly story: Story; readonly size: number },
  random: Random,
): Promise<Fates> {
  const hubDir = path.join(dir(), '.baton')
  const lines: number[] = []
  for (;;) {
    const life = start(file, [hubDir])
    // Moments of the story, not of the clock: a machine that is busy takes several times as long to begin.
    const goal = sizeOf(hubDir) + random.next() * size * SHARE
    // Now and then before it has done anything.
    const early = random.below(10) === 0 ? sleep(random.below(100)) : new Promise<never>(() => undefined)
    const reached = until(() => sizeOf(hubDir) >= goal || isOver(life))
    await Promise.race([early, reached.then(() => sleep(random.below(3))), life.ended])
    life.process.kill('SIGKILL')
    const code = await life.ended
    if (code === 0) break
    expect(code, life.said()).toBeNull()
    lines.push(linesIn(hubDir))
  }
  const story = await lookAt(hubDir)
  expect(story.mail).toEqual(wanted.mail)
  expect(story.settled).toEqual(wanted.settled)
  expect(story.ends).toEqual(wanted.ends)
  expect(story.events).toEqual(wanted.events)
  fs.rmSync(hubDir, { recursive: true })
  return { kills: lines.length, lines }
}

const isOver = ({ process: { exitCode, signalCode } }: Life): boolean => exitCode !== null || signalCode !== null

async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + STALL_MS; !condition(); await sleep(1)) {
    if (performance.now() > end) expect.unreachable('it stands still')
  }
}
