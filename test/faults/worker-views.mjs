// Opens a hub whose log has grown, in a process of its own: the views are flushed behind it, or rebuilt. Says on stdout:
// open · ack I COMMIT POSITION DUPLICATE · failed I CODE OUTCOME MESSAGE · rebuilt RESUMED KEPT · problems COUNT · closed
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHub } from '../../dist/index.js'

const { dir, rebuild, commands = 0, dieAt, justCloses } = JSON.parse(process.argv[2])
// Written at once: what was said before a kill stays said.
const say = (...words) => fs.writeSync(1, `${words.join(' ')}\n`)

const hub = await openHub({ dir, durability: 'os', sweepEvery: false })
say('open')
const numberOf = async () => (await hub.projections.status()).snapshot
const { number: before } = await numberOf()

for (let i = 0; i < commands; i++) {
  const { ok, receipt, error } = await hub.safeSend({ type: 'OpenSession', sessionId: `worker-${i}` })
  if (ok) say('ack', i, receipt.commit, receipt.position, Number(receipt.duplicate))
  else say('failed', i, error.code, error.details.outcome ?? '-', error.message)
}

if (rebuild === undefined && !justCloses) {
  // Nobody is told of a flush: its end is seen by what it leaves.
  for (let i = 0; i < 400; i++) {
    const { number, problems } = await numberOf()
    if (number > before || problems.length > 0) break
    await sleep(5)
  }
} else if (rebuild !== undefined) {
  let events = 0
  const onProgress = () => {
    events += 1024
    if (events >= dieAt) process.kill(process.pid, 'SIGKILL')
  }
  try {
    const { resumedFrom, isKept } = await hub.projections.rebuild(rebuild || undefined, { onProgress })
    say('rebuilt', resumedFrom, isKept)
  } catch (error) {
    say('unbuilt', String(error))
  }
}
const { problems } = await numberOf()
say('problems', problems.length, JSON.stringify(problems))
await hub.close()
say('closed')
