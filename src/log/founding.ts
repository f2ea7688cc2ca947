/** How a log becomes a hub: by its first genesis record. Several may try at once; the order of the log decides. */
import { timestamp } from '../ids.ts'
import { encodeGenesis, decode, type Genesis } from './commit.ts'
import type { Log } from './log.ts'
import { readPages } from './pages.ts'

/** Writes the genesis record unless the log has one, and makes it durable. */
export async function found(log: Log, hub: string, now: number, from?: Genesis['from']): Promise<void> {
  if (await hasRecord(log)) return
  const line = encodeGenesis({ hub, at: timestamp(now), ...(from && { from }) })
  await log.append([{ id: hub, line }])
  await log.sync()
}

/** Whether any line is a record: torn ones are what an interrupted founding leaves, and nobody reads invalid ones. */
async function hasRecord(log: Log): Promise<boolean> {
  for await (const page of readPages(log, 0)) {
    if (page.some(({ line }) => !['torn', 'invalid'].includes(decode(line).kind))) return true
  }
  return false
}
