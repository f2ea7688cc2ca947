/** Sending a command, and what is said of it. */
import { systemClock, type Command, type DryRun, type Hub, type Receipt } from '../exports.ts'
import { describe } from './describe.ts'
import { iso } from './values.ts'
import type { Answer, Request } from './verb.ts'

/** Sends a command as the options say: under a key, or for show. */
export async function sent(command: Command, { hub, given, signal }: Request): Promise<Answer> {
  const open = await hub()
  if (given['dry-run'] === true) return dryRunAnswer(await open.send(command, { dryRun: true }))
  const { key } = given
  const receipt = await open.send(command, typeof key === 'string' ? { key, signal } : { signal })
  return { ...receiptAnswer(receipt, key !== undefined), afterwards: () => sweepIfDue(open) }
}

/** Whoever writes anyway ends what is due; but a lease nobody fails who has only just come. */
async function sweepIfDue(hub: Hub): Promise<void> {
  const now = systemClock()
  const due = (await hub.timers()).some(({ at, leaseMs }) => leaseMs === undefined && Date.parse(at) <= now)
  if (!due) return
  // What was asked for is done; whatever is in the way here is told by `baton sweep`.
  await hub.sweep({ awakeSince: iso(now) }).catch(() => undefined)
}

function receiptAnswer(receipt: Receipt, keyed: boolean): Extract<Answer, { readonly json: unknown }> {
  const { events, duplicate, steps = [] } = receipt
  const done = [...steps.flatMap((step) => step.events), ...events].map(
    ({ type, data, position }) => `#${position} ${describe(type, data)}`,
  )
  if (done.length === 0) done.push('nothing to do')
  if (duplicate) done.push(keyed ? '(done before, under this key)' : '(done before: it stays as it is)')
  return { json: receipt, text: done.join('\n') }
}

export function dryRunAnswer(dry: DryRun): Answer {
  const would = dry.events.map(({ type, data }) => `would: ${describe(type, data)}`)
  return { json: dry, text: would.length === 0 ? 'nothing would happen' : would.join('\n') }
}
