/** Emmett's EventStore: this package's (`disk` or `os`), or Emmett's own in memory. One event an append, 64 streams in turn. */
import { getInMemoryEventStore } from '@event-driven-io/emmett'
import { openHub } from '../../dist/index.js'
import { drive, eventOn, serve } from './serve.mjs'

const STREAMS = 64

serve(async ({ dir, durability }) => {
  const hub = durability && (await openHub({ dir, create: true, durability }))
  const store = hub?.eventStore ?? getInMemoryEventStore()
  let appended = 0

  async function append() {
    const number = appended++
    const { t: type, d: data } = eventOn('')
    const expectedStreamVersion = BigInt(Math.floor(number / STREAMS))
    await store.appendToStream(`s-${number % STREAMS}`, [{ type, data }], { expectedStreamVersion })
  }

  async function count() {
    let events = 0
    for (let i = 0; i < STREAMS; i++) events += (await store.readStream(`s-${i}`)).events.length
    return events
  }

  return {
    run: ({ ms }) => drive({ ms }, append),
    async check() {
      const events = await count()
      const findings = (await hub?.verify())?.findings ?? []
      await hub?.close()
      if (findings.length > 0) throw new Error(`findings: ${JSON.stringify(findings.slice(0, 3))}`)
      return events
    },
  }
})
