/** Folds a generated log from its beginning, every commit's events read; or splits and parses the same bytes. */
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { createFold, openFileLog } from '../../dist/index.js'
import { serve } from './serve.mjs'

const CHUNK = 1024 * 1024
const NEWLINE = 0x0a
const read = promisify(fs.read)

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

/** The leanest form that was found: it beats decoding a chunk at once and splitting the text. */
async function parseLines(dir) {
  const fd = fs.openSync(path.join(dir, 'log', '00000001.jsonl'), 'r')
  let events = 0
  let rest = Buffer.alloc(0)
  for (let at = 0; ;) {
    const chunk = Buffer.allocUnsafe(rest.length + CHUNK)
    rest.copy(chunk)
    const { bytesRead } = await read(fd, chunk, rest.length, CHUNK, at)
    if (bytesRead === 0) break
    at += bytesRead
    const filled = chunk.subarray(0, rest.length + bytesRead)
    let start = 0
    for (let end = filled.indexOf(NEWLINE); end !== -1; end = filled.indexOf(NEWLINE, start)) {
      // The generated events are ASCII.
      if (end > start) events += JSON.parse(filled.latin1Slice(start, end)).events?.length ?? 0
      start = end + 1
    }
    rest = filled.subarray(start)
  }
  fs.closeSync(fd)
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
