/** Types a story of every verb again and again: a latency is what a verb took beyond the `node -e 0` before it. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { serve } from './serve.mjs'

/** To a round. */
const STORIES = 4
/** How many of the slowest lines are told. */
const SHOWN = 10

const MAIN = path.resolve(import.meta.dirname, '../../dist/baton.cjs')

// A certificate store to read, or options to obey, would be part of what Node itself takes.
const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...inherited } = process.env

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

serve(async ({ shared, in: name = '', hub = path.join(shared, name), story }) => {
  const env = { ...inherited, BATON_DIR: hub }
  /** What each line took, story by story. */
  const took = story.map(() => [])
  let stories = 0

  function run(args) {
    const start = performance.now()
    const { status, stdout } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`)
    return { ms: performance.now() - start, stdout: String(stdout) }
  }

  function tell() {
    // A dozen messages or so are written down as a snapshot by whoever comes then: in each story by another line.
    for (let i = 0; i < (stories * 5) % 13; i++) run([MAIN, 'send', 'operator', 'another message', '--as', 'operator'])
    const number = `b${stories++}`
    const kept = {}
    return story.map((line) => {
      const [command, keep] = line.split(' -> ')
      const words = command
        .replaceAll('#', number)
        .replace(/\{(\w+)\}/g, (_, id) => kept[id])
        .split(' ')
      const bare = run(['-e', '0']).ms
      const { ms, stdout } = run([MAIN, ...words, ...(keep === undefined ? [] : ['--json'])])
      if (keep !== undefined) [, kept[keep]] = /"messageId":"(\w+)"/.exec(stdout)
      return ms - bare
    })
  }

  // The first one leaves behind what V8 compiled.
  tell()
  return {
    /** The median of each line over all rounds so far: a round alone has too few stories. */
    async run() {
      const start = performance.now()
      for (let i = 0; i < STORIES; i++) for (const [line, ms] of tell().entries()) took[line].push(ms)
      return { ops: STORIES * story.length, ms: performance.now() - start, latencies: took.map(median) }
    },
    async close() {
      const slowest = story.map((line, i) => ({ line, ms: median(took[i]) })).toSorted((a, b) => b.ms - a.ms)
      for (const { line, ms } of slowest.slice(0, SHOWN)) console.error(`  ${ms.toFixed(1)} ms  baton ${line}`)
    },
  }
})
