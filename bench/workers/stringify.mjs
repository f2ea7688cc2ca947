/** JSON.stringify of the same events, and nothing else. */
import { eventOn, serve } from './serve.mjs'

/** The clock is looked at once in so many events. */
const BATCH = 256

serve(async ({ callers }) => {
  let bytes = 0
  return {
    async run({ ms }) {
      const start = performance.now()
      let ops = 0
      let now = start
      while (now < start + ms) {
        for (let i = 0; i < BATCH; i++) bytes += JSON.stringify(eventOn(`w-${i % callers}`)).length
        ops += BATCH
        now = performance.now()
      }
      if (bytes < ops) throw new Error('nothing was written')
      return { ops, ms: now - start }
    },
  }
})
