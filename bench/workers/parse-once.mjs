/** Splits and parses the log of a hub once, and says how long that took. */
import { parseLines } from './parse-lines.mjs'

const start = performance.now()
const events = await parseLines(process.argv[2])
const ms = performance.now() - start
console.log(JSON.stringify({ ops: events, ms, rss: process.resourceUsage().maxRSS / 1024 }))
