/**
 * The demo itself, told as it goes: a fresh hub, a process for each actor, and the log as it grows. This process is the
 * operator. It says nothing to the others but through the hub; it kills one of them, and tells nobody.
 */
import { openHub, systemClock, type EventData, type Hub, type LoggedEvent } from '../../exports.ts'
import { dim, type Look } from '../print.ts'
import { ACTORS, SWEEP_MS, TASK } from './cast.ts'
import { endingLines } from './ending.ts'
import { missing } from './expected.ts'
import { openNarrator } from './happenings.ts'
import { openLanes, type Happening } from './lanes.ts'
import { openOperator, type Killed } from './operator.ts'
import { makePlace, type Place } from './place.ts'
import { reportOf } from './report.ts'
import { startTroupe, type Troupe } from './troupe.ts'

export interface Staging {
  /** Where the hub is to be, if anybody said so. */
  readonly dir: string | undefined
  readonly look: Look
  readonly columns: number
  readonly signal: AbortSignal
}

/** For programs, for people, or for both. */
export interface Told {
  readonly json?: unknown
  readonly text?: string
}

const OPERATOR = 'operator'
/** Longer than this somebody waits for what does not come. */
const LONGEST_MS = 60_000

export async function* stage(staging: Staging): AsyncGenerator<Told> {
  const place = makePlace(staging.dir)
  const began = systemClock()
  const hub = await openHub({ dir: place.hub, create: true, sweepEvery: SWEEP_MS })
  let troupe: Troupe | undefined
  try {
    yield { json: { hub: { dir: place.hub, id: hub.id } } }
    yield { text: 'A planner and three workers, each a process of its own, and you as the operator.' }
    yield { text: dim(`The hub is ${place.hub}`, staging.look) }
    troupe = startTroupe(ACTORS, place.hub, place.project)
    yield* play(hub, place, troupe, began, staging)
  } finally {
    await troupe?.stop()
    await hub.close()
  }
}

async function* play(
  hub: Hub,
  place: Place,
  troupe: Troupe,
  began: number,
  { look, columns, signal }: Staging,
): AsyncGenerator<Told> {
  const names = new Map([[process.pid, OPERATOR], ...troupe.members.map(({ name, pid }) => [pid, name] as const)])
  const nameOf = ({ by }: LoggedEvent): string => names.get(by.pid ?? 0) ?? by.id ?? by.kind
  const lanes = openLanes([OPERATOR, ...ACTORS], look, columns)
  const narrator = openNarrator(nameOf)
  const operator = openOperator(hub, troupe)
  let killed: Killed | undefined
  let [at, position] = [0, 0]
  const line = (happening: Happening): string => lanes.line(at, happening)

  yield { text: lanes.heading() }
  lanes.set(OPERATOR, 'alive')
  at = systemClock() - began
  const started = troupe.members.map(({ name, pid }) => ({ name, pid }))
  yield {
    json: { started: [{ name: OPERATOR, pid: process.pid }, ...started] },
    text: line({ actor: OPERATOR, text: `starts ${started.map(({ name }) => name).join(', ')}` }),
  }
  const late = AbortSignal.timeout(LONGEST_MS)
  for await (const event of hub.log({ follow: true, signal: AbortSignal.any([signal, troupe.broken, late]) })) {
    // As everywhere in Baton: the time of a position is the highest so far.
    at = Math.max(at, Date.parse(event.at) - began)
    position = event.position
    if (event.type === 'SessionOpened') lanes.set((event.data as EventData<'SessionOpened'>).sessionId, 'alive')
    const happening = narrator.tell(event)
    yield { json: { event }, ...(happening !== undefined && { text: line(happening) }) }
    if (isLast(event)) break
    const victim = await operator.react(event)
    if (victim === undefined) continue
    killed = victim
    at = Math.max(at, Date.parse(victim.at) - began)
    lanes.set(victim.name, 'killed')
    yield { json: { killed: victim }, text: line(killing(victim)) }
  }
  troupe.broken.throwIfAborted()
  if (signal.aborted) return
  if (late.aborted) throw new Error(`after ${LONGEST_MS / 1_000} s the story had not come to its end`)
  // They leave by themselves; where one does not, stopping it below shows.
  await Promise.race([troupe.over, aborted(AbortSignal.any([signal, troupe.broken, late]))])
  troupe.broken.throwIfAborted()
  if (signal.aborted) return

  // What was acknowledged on the way out.
  for await (const event of hub.log({ after: position })) yield { json: { event } }
  const told = { dir: place.hub, seconds: (systemClock() - began) / 1_000, members: troupe.members, killed }
  const report = await reportOf(hub, told)
  const missed = missing(report)
  for (const text of endingLines(report, look)) yield { text }
  yield { json: { report: { ...report, missed } } }
  if (missed.length > 0) throw new Error(`this did not come about: ${missed.join('; ')}`)
}

const isLast = ({ type, data }: LoggedEvent): boolean =>
  type === 'TaskClosed' && (data as EventData<'TaskClosed'>).taskId === TASK

function killing({ name, pid, at, leaseUntil }: Killed): Happening {
  const left = ((Date.parse(leaseUntil) - Date.parse(at)) / 1_000).toFixed(1)
  return {
    actor: OPERATOR,
    to: [name],
    mood: 'bad',
    text: `SIGKILL to ${name} ${pid}, its lease runs ${left} s more`,
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
