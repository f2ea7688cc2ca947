/**
 * A worker holds a lease on its run and is killed in full flight. Nobody has to notice: the lease runs out, the run has
 * failed as `lost`, whoever asked for the work hears of it in its inbox, and a second run serves the same effect.
 * For docs/guide.md.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHub, type Hub } from 'agent-baton'

const LEASE_MS = 1_500
const parentRunId = 'release-1'

async function worker(hub: Hub, runId: string): Promise<void> {
  // Whoever works starts its run: the lease begins with the work, and a later one never shortens it.
  const run = { runId, sessionId: 'conductor', parentRunId, effectId: 'build' }
  await hub.send({ type: 'StartRun', ...run, leaseMs: LEASE_MS, begin: true })
  // Renewed three times as often as it runs out, while this process lives.
  using lease = await hub.keepLease({ run: runId }, { leaseMs: LEASE_MS })
  try {
    const result = await build(lease.signal)
    await hub.send({ type: 'CompleteRun', runId, result })
  } catch (error) {
    // The run was ended by somebody else: what is left to do is to stop.
    if (!lease.signal.aborted) throw error
  }
}

/** The first one never comes to an end. */
async function build(signal: AbortSignal): Promise<string> {
  await sleep(process.argv[4] === 'slow' ? 60_000 : 50, undefined, { signal })
  return 'built'
}

async function conductor(): Promise<void> {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
  // It looks for what is due by itself, every 5 s if nothing else is said, and in time for what it knows of.
  const hub = await openHub({ dir, create: true, sweepEvery: 200 })
  await hub.send({ type: 'OpenSession', sessionId: 'conductor' })
  const me = hub.as({ kind: 'session', id: 'conductor' })
  await me.send({ type: 'StartRun', runId: parentRunId, begin: true })

  const attempt = async (n: number, pace: string): Promise<string> => {
    const runId = `build-${n}`
    const child = fork(import.meta.filename, [dir, runId, pace])
    if (pace === 'slow') {
      await hub.until(async () => ((await hub.runs.get(runId))?.status === 'running' ? true : undefined))
      await sleep(LEASE_MS)
      child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    // Whatever became of the run, its parent is told.
    for await (const message of me.inbox().subscribe({ kind: 'result' })) {
      await message.ack()
      return `${message.subject}${message.body && ` (${message.body})`}`
    }
    throw new Error('the hub was closed')
  }
  console.log(await attempt(1, 'slow'))
  console.log(await attempt(2, 'quick'))

  const { effects } = (await hub.runs.get(parentRunId)) ?? {}
  console.log('the effect:', effects?.['build'])
  await hub.close()
}

const [, , hubDir, runId] = process.argv
if (hubDir === undefined || runId === undefined) {
  await conductor()
} else {
  const hub = await openHub({ dir: hubDir, actor: { kind: 'session', id: 'conductor' } })
  await worker(hub, runId)
  await hub.close()
}

/* Prints
run build-1 failed (lost: its lease ran out at ...)
run build-2 completed
the effect: {
  runs: [ 'build-1', 'build-2' ],
  outcome: 'ok',
  result: 'built',
  servedBy: 'build-2'
}
*/
