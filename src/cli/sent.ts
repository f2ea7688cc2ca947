/** Sending a command, and what is said of it. */
import { isBatonError, systemClock, type Command, type DryRun, type Hub, type Receipt } from '../exports.ts'
import { describe } from './describe.ts'
import { mailLeft, notAcknowledged } from './remarks.ts'
import { isUnknown } from './unknown.ts'
import { isoTime } from '../iso-time.ts'
import type { Answer, Request } from './verb.ts'

/** Sends a command as the options say: under a key, or for show. Its ids may be beginnings where nothing is called so. */
export async function sent(command: Command, request: Request): Promise<Answer> {
  try {
    return await send(command, request)
  } catch (error) {
    // Under a key the first time wrote whole ids: the same words are the same command all the same.
    if (!isUnknown(error) && !isBatonError(error, 'KEY_REUSED')) throw error
    const { withWholeIds } = await import('./prefix.ts')
    const meant = await withWholeIds(command, await request.hub(), request.signal)
    if (meant === undefined) throw error
    return send(meant, request)
  }
}

async function send(command: Command, request: Request): Promise<Answer> {
  const { given } = request
  const open = await request.hub()
  if (given['dry-run'] === true) return dryRunAnswer(await open.send(command, { dryRun: true }))
  const { key, timeout } = given
  const receipt = await open.send(command, {
    ...(typeof key === 'string' && { key }),
    // A command has nothing to tidy up: whoever interrupts it ends it at once.
    ...(timeout !== undefined && { signal: request.signal }),
  })
  const { json, text } = receiptAnswer(receipt, key !== undefined, await remarks(command, receipt, open))
  return { json, text, afterwards: () => sweepIfDue(open) }
}

async function remarks(command: Command, receipt: Receipt, hub: Hub): Promise<string[]> {
  const { events, duplicate, steps = [] } = receipt
  if (command.type === 'CloseSession') return mailLeft(command, [...steps.flatMap((step) => step.events), ...events])
  return command.type === 'AcknowledgeMessage' && !duplicate ? notAcknowledged(command, receipt, hub) : []
}

/** Whoever writes anyway ends what is due; but a lease nobody fails who has only just come. */
async function sweepIfDue(hub: Hub): Promise<void> {
  const now = systemClock()
  const due = (await hub.timers()).some(({ at, leaseMs }) => leaseMs === undefined && Date.parse(at) <= now)
  if (!due) return
  // What was asked for is done; whatever is in the way here is told by `baton sweep`.
  await hub.sweep({ awakeSince: isoTime(now) }).catch(() => undefined)
}

function receiptAnswer(
  receipt: Receipt,
  keyed: boolean,
  said: readonly string[],
): { readonly json: unknown; readonly text: string } {
  const { events, duplicate, steps = [] } = receipt
  const done = [...steps.flatMap((step) => step.events), ...events].map(
    ({ type, data, position }) => `#${position} ${describe(type, data)}`,
  )
  done.push(...said)
  if (done.length === 0) done.push('nothing to do')
  if (duplicate) done.push(keyed ? '(done before, under this key)' : '(done before: it stays as it is)')
  return { json: receipt, text: done.join('\n') }
}

export function dryRunAnswer(dry: DryRun): Answer {
  const would = dry.events.map(({ type, data }) => `would: ${describe(type, data)}`)
  return { json: dry, text: would.length === 0 ? 'nothing would happen' : would.join('\n') }
}
