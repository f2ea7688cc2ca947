/** A child process of the demo: one actor, with a hub of its own. */
import { openHub, type Hub } from '../../exports.ts'
import { PLANNER, SWEEP_MS } from './cast.ts'
import { plan } from './planner.ts'
import { work } from './worker.ts'

export async function act(name: string, dir: string, interrupted: AbortSignal): Promise<void> {
  process.title = `baton demo: ${name}`
  const signal = AbortSignal.any([interrupted, orphaned()])
  const hub: Hub = await openHub({ dir, actor: { kind: 'session', id: name }, sweepEvery: SWEEP_MS })
  try {
    await (name === PLANNER ? plan(hub, signal) : work(hub, name, signal))
    signal.throwIfAborted()
  } finally {
    await hub.close()
  }
}

/** Nothing is ever said on stdin: it ends when whoever started this process is gone, however it went. */
function orphaned(): AbortSignal {
  const alone = new AbortController()
  const { stdin } = process
  stdin.once('close', () => alone.abort(new Error('whoever started this process is gone')))
  stdin.on('error', () => undefined)
  stdin.resume()
  // The story keeps this process alive, not the pipe.
  if ('unref' in stdin) stdin.unref()
  return alone.signal
}
