/** What README.md shows of the library, as a program that runs: `npx tsx examples/readme.ts`. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub } from 'agent-baton'

const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')

const hub = await openHub({ dir, create: true })
for (const sessionId of ['planner', 'coder']) await hub.send({ type: 'OpenSession', sessionId, ensure: true })

const planner = hub.as({ kind: 'session', id: 'planner' })
await planner.send({ type: 'OpenTask', taskId: 't1', title: 'the parser', owner: 'planner', participants: ['coder'] })
const { position } = await planner.send({ type: 'SendMessage', to: 'coder', body: 'review #12' }, { key: 'review-12' })
const handed = await planner.safeSend({ type: 'Handoff', taskId: 't1', to: 'coder', context: 'tokens are done' })
if (!handed.ok) console.error(handed.error.code, handed.error.hint)

for await (const message of hub.as({ kind: 'session', id: 'coder' }).inbox().subscribe()) {
  console.log(`${message.from}: ${message.body}`)
  await message.ack()
  if (message.kind === 'handoff') break
}
console.log(`t1 belongs to ${(await hub.owner('t1'))?.owner}`)
const then = await hub.at(position)
console.log(`at #${position} it belonged to ${(await then.owner('t1'))?.owner}`)
await then.close()
await hub.close()

/* Prints
session:planner: review #12
session:planner: tokens are done
t1 belongs to coder
at #8 it belonged to planner
*/
