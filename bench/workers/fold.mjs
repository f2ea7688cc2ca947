/** Folds a generated log from its beginning, every commit's events read; or splits and parses the same bytes. */
import { createFold, openFileLog } from '../../dist/index.js'
import { parseLines } from './parse-lines.mjs'
import { serve } from './serve.mjs'

async function foldLog(dir) {
  const log = openFileLog(dir)
  let events = 0
  const fold = createFold(log, {
    observe({ commit, void: reason }) {
      if (reason !== undefined) throw new Error(`void: ${reason}`)
      if (commit !== undefined) events += commit.events.length
    },
    reset() {
      throw new Error('the log contradicts itself')
    },
  })
  await fold.catchUp()
  await log.close()
  if (fold.head.mark[0] !== fold.head.position) throw new Error('commits and events differ')
  return events
}

serve(async ({ shared, commits, parse }) => {
  const work = parse ? parseLines : foldLog
  return {
    async run() {
      const start = performance.now()
      const events = await work(shared)
      if (events !== commits) throw new Error(`${events} events of ${commits}`)
      const ms = performance.now() - start
      return { ops: commits, ms, rss: process.resourceUsage().maxRSS / 1024 }
    },
  }
})
