/**
 * What must not happen twice, and cannot be asked afterwards whether it has happened: a deployment, a payment, a mail.
 * Registered before, settled after. Whoever finds it registered and not settled does not know what became of it, and says
 * so instead of trying again. The process is killed on either side of the deed, and started again. For docs/guide.md.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openHub, type Hub } from 'agent-baton'

const RUN = 'release-1'

/** At most once: true if it was done, false if it was begun at some time and nobody knows. */
async function atMostOnce(hub: Hub, effectId: string, deed: () => Promise<unknown>): Promise<boolean> {
  // No key: of all who come this far, ever, exactly one is let through.
  const registered = await hub.safeSend({ type: 'RegisterEffect', runId: RUN, effectId })
  if (registered.ok) {
    const result = await deed()
    await hub.send({ type: 'SettleEffect', runId: RUN, effectId, outcome: 'ok', result })
    return true
  }
  if (registered.error.code !== 'INVALID_TRANSITION') throw registered.error
  const { outcome } = (await hub.runs.get(RUN))?.effects[effectId] ?? {}
  return outcome === 'ok'
}

/** The world outside, where nothing can be taken back: here, lines in a file. */
const deploy = async (file: string, what: string): Promise<string> => {
  fs.appendFileSync(file, `${what}\n`)
  return `${what} is out`
}

async function orchestrator(hub: Hub, world: string, dieAt: string | undefined): Promise<void> {
  for (const what of ['parser', 'printer']) {
    const done = await atMostOnce(hub, `deploy-${what}`, async () => {
      if (dieAt === `before ${what}`) process.kill(process.pid, 'SIGKILL')
      const result = await deploy(world, what)
      if (dieAt === `after ${what}`) process.kill(process.pid, 'SIGKILL')
      return result
    })
    if (done) continue
    // A person looks, and settles it as it was: ok or error.
    const body = `was ${what} deployed? settle effect deploy-${what} of run ${RUN}`
    await hub.send({ type: 'SendMessage', to: 'operator', body }, { key: `${RUN}:doubt/${what}` })
  }
}

async function story(): Promise<void> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  const [dir, world] = [path.join(home, '.baton'), path.join(home, 'deployed')]
  const hub = await openHub({ dir, create: true })
  await hub.send({ type: 'OpenSession', sessionId: 'conductor' })
  const me = hub.as({ kind: 'session', id: 'conductor' })
  await me.send({ type: 'StartRun', runId: RUN, begin: true })

  for (const dieAt of ['before parser', 'after printer', '']) {
    const [, signal] = (await once(fork(import.meta.filename, [dir, world, dieAt]), 'exit')) as [number, string]
    console.log(signal === null ? 'came to its end' : `killed ${dieAt}`)
  }
  console.log('deployed:', fs.readFileSync(world, 'utf8').trim().split('\n').join(', '))
  for (const { body } of await hub.inbox('operator').list()) console.log(`for the operator: ${body}`)
  await hub.close()
}

const [, , hubDir, world, dieAt] = process.argv
if (hubDir === undefined || world === undefined) {
  await story()
} else {
  const hub = await openHub({ dir: hubDir, actor: { kind: 'session', id: 'conductor', run: RUN } })
  await orchestrator(hub, world, dieAt)
  await hub.close()
}

/* Prints
killed before parser
killed after printer
came to its end
deployed: printer
for the operator: was parser deployed? settle effect deploy-parser of run release-1
for the operator: was printer deployed? settle effect deploy-printer of run release-1
*/
