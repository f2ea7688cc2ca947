/** babysitter's journal: a file an event, synced. A fresh run every time, because each append lists the whole journal. */
import path from 'node:path'
import storage from '@a5c-ai/babysitter-sdk/dist/storage/index.js'
import { drive, eventOn, serve } from '../workers/serve.mjs'

serve(async ({ dir }) => {
  const runs = []
  return {
    async run({ ms }) {
      const run = { request: 'bench', processId: 'bench', runsRoot: dir, runId: `run-${runs.length}` }
      const { runDir } = await storage.createRunDir({ ...run, processPath: path.join(dir, 'process.js') })
      runs.push(runDir)
      return drive({ ms }, async () => {
        const { t: eventType, d: event } = eventOn('')
        await storage.appendEvent({ runDir, eventType, event })
      })
    },
    async check() {
      let events = 0
      for (const runDir of runs) events += (await storage.loadJournal(runDir)).length
      return events
    },
  }
})
