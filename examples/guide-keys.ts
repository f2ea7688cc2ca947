/** Opening a hub, acting in names, and keys: what a process does again after a crash is done once. For docs/guide.md. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub } from 'agent-baton'

const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')

// Made where it is not there yet; opened by as many processes as like to.
const hub = await openHub({ dir, create: true })

// `ensure`: fine if it is open already. Whoever starts again says it again.
await hub.send({ type: 'OpenSession', sessionId: 'conductor', ensure: true })
await hub.send({ type: 'OpenSession', sessionId: 'coder', parentSessionId: 'conductor', ensure: true })

// The same hub in other names: a session's, and that of one of its runs.
const conductor = hub.as({ kind: 'session', id: 'conductor' })
const run = hub.as({ kind: 'session', id: 'conductor', run: 'release-1' })
await conductor.send({ type: 'StartRun', runId: 'release-1', begin: true }, { key: 'release-1:start' })

// ---- a key says which step of your process it is: the same step after a restart has the same key
for (const attempt of ['first', 'after a crash']) {
  const { duplicate, position, events } = await run.send(
    { type: 'SendMessage', to: 'coder', body: 'build the parser', replyWithinMs: 3_600_000 },
    { key: 'release-1:build/parser' },
  )
  // What Baton made is in the events: the id is the same one both times.
  const sent = events.find((event) => event.type === 'MessageSent')
  console.log(
    `${attempt}: message ${sent?.data.messageId} at #${position}${duplicate ? ', the first receipt again' : ''}`,
  )
}

// ---- the command under a key has to be the same one: nothing in it may come from the clock, or from chance
const again = await run.safeSend(
  { type: 'SendMessage', to: 'coder', body: 'build the printer' },
  { key: 'release-1:build/parser' },
)
if (!again.ok) console.log(`${again.error.code}: ${again.error.message}`)

// ---- what is refused is not remembered: once it can be done, the same key does it
const claim = { type: 'ClaimTask', taskId: 't1' } as const
const early = await conductor.safeSend(claim, { key: 'claim-t1' })
console.log(early.ok ? 'claimed' : `not yet: ${early.error.code}`)
await hub.send({ type: 'OpenTask', taskId: 't1', title: 'the parser' })
const late = await conductor.safeSend(claim, { key: 'claim-t1' })
console.log(late.ok ? 'claimed' : `not yet: ${late.error.code}`)

console.log(`${await hub.inbox('coder').count()} message waits for the coder`)
await hub.close()

/* Prints
first: message ... at #7
after a crash: message ... at #7, the first receipt again
KEY_REUSED: the key "release-1:build/parser" stands for another command: SendMessage in commit ...
not yet: UNKNOWN_TASK
claimed
1 message waits for the coder
*/
