import fs from 'node:fs'
import path from 'node:path'
import { openHub } from '../../dist/index.js'

const dir = process.argv[2]
fs.rmSync(path.join(dir, 'views'), { recursive: true, force: true })
const start = performance.now()
const hub = await openHub({ dir, sweepEvery: false })
const ms = performance.now() - start
const { position } = hub.head
const rss = process.resourceUsage().maxRSS / 1024
await hub.close()
console.log(JSON.stringify({ ops: position, ms, rss }))
