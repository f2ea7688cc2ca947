/** A process that opens a hub, reads one inbox, and says how long that took: anew each time, as an agent's would be. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { serve } from './serve.mjs'

const ONCE = path.join(import.meta.dirname, 'open-once.mjs')
const run = promisify(execFile)

serve(async ({ shared, which }) => {
  const once = async () => JSON.parse((await run(process.execPath, [ONCE, path.join(shared, which)])).stdout)
  for (let i = 0; i < 3; i++) await once()
  return {
    async run({ ms }) {
      const start = performance.now()
      const samples = []
      while (performance.now() - start < ms) samples.push(await once())
      return {
        ops: samples.length,
        ms: performance.now() - start,
        latencies: samples.map(({ took }) => took),
        rss: Math.max(...samples.map(({ rss }) => rss)),
      }
    },
  }
})
