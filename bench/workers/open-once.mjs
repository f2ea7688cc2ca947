import { openHub } from '../../dist/index.js'

const start = performance.now()
const hub = await openHub({ dir: process.argv[2], sweepEvery: false })
const inbox = await hub.inbox('reader').list()
const took = performance.now() - start
if (inbox.length !== 20) throw new Error(`${inbox.length} messages wait instead of 20`)
await hub.close()
console.log(JSON.stringify({ took, rss: process.resourceUsage().maxRSS / 1024 }))
