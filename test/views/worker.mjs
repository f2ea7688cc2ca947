// Opens a hub again and again in a process of its own, writes enough for each closing to flush, reads back what it has
// written, and says in the end, as one line of JSON, what it has seen. { dir, me, rounds, rebuild?, ms? }
import { openHub } from '../../dist/index.js'

const { dir, me, rounds = 1, rebuild, ms = 0 } = JSON.parse(process.argv[2])
const text = 'p'.repeat(30_000)
const seen = { written: 0, wrong: [], problems: [], drifted: 0, rebuilt: [] }
const options = { dir, durability: 'os', sweepEvery: false }

async function write(hub, n) {
  const stream = `${me}-own`
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => hub.eventStore.appendToStream(stream, [{ type: 'Pad', data: { i, text } }])),
  )
  await hub.as({ kind: 'session', id: me }).send({ type: 'SendMessage', to: me, body: `${n}` })
  seen.written += 11
  const { currentStreamVersion } = await hub.eventStore.readStream(stream, { from: 1n, maxCount: 1n })
  if (Number(currentStreamVersion) !== 10 * n) seen.wrong.push(`${me} has ${currentStreamVersion} of ${10 * n} events`)
  const waiting = await hub.inbox(me).count()
  if (waiting !== n) seen.wrong.push(`${waiting} of ${n} messages wait for ${me}`)
  const { status } = (await hub.session(me)) ?? {}
  if (status !== 'open') seen.wrong.push(`${me} is ${status}`)
}

let n = 0
for (let round = 0; round < rounds; round++) {
  const hub = await openHub(options)
  if (round === 0) await hub.safeSend({ type: 'OpenSession', sessionId: me })
  if (rebuild !== undefined) {
    const { isKept, resumedFrom } = await hub.projections.rebuild(rebuild || undefined)
    seen.rebuilt.push({ isKept, resumedFrom })
  } else {
    const end = performance.now() + ms
    do await write(hub, ++n)
    while (performance.now() < end && n < 40)
  }
  if (round === rounds - 1) seen.drifted = (await hub.projections.verify()).drifted
  const { snapshot } = await hub.projections.status()
  seen.problems.push(...snapshot.problems.map(({ why }) => why))
  await hub.close()
}
process.stdout.write(`${JSON.stringify(seen)}\n`)
