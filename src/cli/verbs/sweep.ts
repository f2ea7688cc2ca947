import { systemClock, type Hub, type Receipt, type ReceiptEvent } from '../../exports.ts'
import { describe } from '../describe.ts'
import { dryRunAnswer } from '../sent.ts'
import { AT, count } from '../moments.ts'
import { ago, columns, dim, type Look } from '../print.ts'
import { isoTime } from '../../iso-time.ts'
import { instant } from '../values.ts'
import type { Given, Line, Options, Verb } from '../verb.ts'

export const sweep: Verb = {
  name: 'sweep',
  summary: 'End what is due: requests, offers, rounds, lost runs, …',
  usage: '',
  options: () => ({
    now: { type: 'boolean', about: 'overdue leases too, at once: no time for their holders to renew them' },
    force: { type: 'boolean', about: 'the clock is right, though the newest event is long ago' },
  }),
  examples: ['baton sweep', 'baton sweep --now'],
  async run({ given, look, reader, signal }) {
    const hub = await reader()
    const force = given['force'] === true ? ({ force: true } as const) : {}
    if (given['dry-run'] === true)
      return dryRunAnswer(await hub.send({ type: 'ExpireDue', ...force }, { dryRun: true }))
    return { lines: sweeping(hub, given['now'] === true, force, look, signal) }
  },
}

export const timers: Verb = {
  name: 'timers',
  summary: 'What falls due, soonest first',
  usage: '',
  options: () => options,
  examples: ['baton timers', 'baton timers --before 10m', 'baton timers -n 5 --json'],
  run: async ({ given, look, reader }) => due(await reader(), given, look),
}

/** They stand at times, not at positions. */
const options: Options = {
  after: { type: 'string', value: 'time|30s', about: 'what falls due after that' },
  before: { type: 'string', value: 'time|30s', about: 'what falls due before that' },
  n: { type: 'string', short: 'n', value: 'count', about: 'at most so many' },
  reverse: { type: 'boolean', about: 'latest first' },
  ...AT,
}

async function due(hub: Hub, given: Given, look: Look): Promise<{ json: unknown; text: string }> {
  const [after, before] = ['after', 'before'].map((name) => timeOf(given[name]))
  const found = (await hub.timers()).filter(
    ({ at }) => !(Date.parse(at) <= (after ?? -Infinity)) && !(Date.parse(at) >= (before ?? Infinity)),
  )
  if (given['reverse'] === true) found.reverse()
  const all = found.slice(0, count(given))
  const rows = all.map(({ at, kind, id, round, mailbox }) => [
    ago(at, look),
    KINDS[kind],
    id + (round === undefined ? '' : ` round ${round}`),
    mailbox === undefined ? '' : dim(mailbox, look),
  ])
  return { json: all, text: all.length === 0 ? 'nothing falls due' : columns(rows) }
}

const timeOf = (word: Given[string]): number | undefined =>
  typeof word === 'string' ? Date.parse(instant(word)) : undefined

const KINDS = {
  closing: 'half-closed session',
  runLeases: 'lease of run',
  sessionLeases: 'lease of session',
  rounds: 'deadline of group',
  offers: 'offer of task',
  requests: 'request',
  messages: 'message',
} as const

/** Whoever comes from nowhere cannot know whether a holder was lost or the machine asleep: it waits one lease first. */
async function* sweeping(
  hub: Hub,
  now: boolean,
  force: { readonly force?: true },
  look: Look,
  signal: AbortSignal,
): AsyncGenerator<Line> {
  let start = systemClock()
  const once = async (): Promise<Receipt> => hub.sweep({ ...(now ? {} : { awakeSince: isoTime(start) }), ...force })
  let ended = yield* swept(await once(), look)
  for (let waits = 0; !now && waits < MAX_WAITS; waits++) {
    const overdue = (await hub.timers()).filter(({ at, leaseMs }) => leaseMs !== undefined && Date.parse(at) <= start)
    if (overdue.length === 0) break
    const leases = overdue.map(({ leaseMs = 0 }) => leaseMs)
    const until = start + Math.max(...leases)
    yield waitingFor(
      overdue.map(({ id }) => id),
      isoTime(until),
      look,
    )
    const { setTimeout: sleep } = await import('node:timers/promises')
    await sleep(Math.max(0, until - systemClock()) + 1, undefined, { signal })
    // Much later than that: this machine slept, and so did they.
    if (systemClock() - until > Math.max(1_000, Math.min(...leases) / 3)) start = systemClock()
    else ended += yield* swept(await once(), look)
  }
  if (ended === 0) yield { json: { ended }, text: 'nothing is due' }
}

const MAX_WAITS = 10

const waitingFor = (names: readonly string[], until: string, look: Look): Line => ({
  json: { waiting: names, until },
  text: dim(`${names.join(', ')}: lease overdue; may be renewed until ${until} (--now ends it at once)`, look),
})

function* swept({ steps = [], events }: Receipt, look: Look): Generator<Line, number> {
  const all: ReceiptEvent[] = [...steps.flatMap((step) => step.events), ...events]
  for (const event of all) {
    const { position, type, data } = event
    yield { json: event, text: `${dim(`#${position}`, look)} ${describe(type, data)}` }
  }
  return all.length
}
