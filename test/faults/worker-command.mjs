// Opens a hub in a process of its own, sends commands one after the other, and says on stdout what became of each, in
// the words of worker-writer.mjs: open · ack I COMMIT POSITION DUPLICATE · failed I CODE OUTCOME MESSAGE · closed
import fs from 'node:fs'
import { openHub } from '../../dist/index.js'

const { dir, actor, durability, limits, commands } = JSON.parse(process.argv[2])
// Written at once: what was said before a kill stays said.
const say = (...words) => fs.writeSync(1, `${words.join(' ')}\n`)

// Its operations are counted: none but those of the commands.
const hub = await openHub({ dir, durability, limits, sweepEvery: false, ...(actor && { actor }) })
say('open')
for (const [i, { command, key }] of commands.entries()) {
  const { ok, receipt, error } = await hub.safeSend(command, key === undefined ? {} : { key })
  if (ok) say('ack', i, receipt.commit, receipt.position, Number(receipt.duplicate))
  else say('failed', i, error.code, error.details.outcome ?? '-', error.message)
}
await hub.close()
say('closed')
