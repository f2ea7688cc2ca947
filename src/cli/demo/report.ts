/** What came of it, read from the hub alone; but how a process ended only Node knows. */
import path from 'node:path'
import type { EventData, EventType, GroupView, Hub, LoggedEvent, OwnershipView, RunTree } from '../../index.ts'
import { CREW, KIND, PLANNER, RELEASE, TASK } from './cast.ts'
import type { Killed } from './operator.ts'
import { nextCommands, programFor, type Next } from './next.ts'
import type { Member } from './troupe.ts'

export interface Report {
  readonly hub: { readonly dir: string; readonly id: string }
  readonly seconds: number
  readonly processes: readonly Process[]
  readonly killed: (Killed & { readonly lost?: Lost }) | undefined
  readonly runs: RunTree
  readonly ownership: OwnershipView
  readonly state: readonly Key[]
  readonly conflicts: readonly Conflict[]
  readonly group: GroupView
  readonly verification: Verification
  /** What to type next. */
  readonly next: readonly Next[]
}

export interface Process {
  readonly name: string
  readonly pid: number
  /** Of the accepted ones. */
  readonly commits: number
  readonly code?: number | null
  readonly signal?: string | null
}

/** How the run of whoever was killed ended. */
export interface Lost {
  readonly position: number
  readonly at: string
  readonly reason: string
  readonly error: string
  /** Whose hub found that its lease had run out. */
  readonly foundBy: string
}

/** A key of the merged state, and who had a hand in it. */
export interface Key {
  readonly key: string
  readonly value: unknown
  readonly version: number
  readonly from: readonly {
    readonly run: string
    readonly session: string
    readonly how: 'wrote' | 'taken' | 'combined'
  }[]
  /** By which rule it was combined. */
  readonly strategy?: string
}

export interface Conflict {
  readonly childRunId: string
  readonly position: number
  readonly key: string
  readonly base?: unknown
  readonly ours?: unknown
  readonly theirs?: unknown
  readonly strategy: string
}

export interface Verification {
  readonly events: number
  readonly commits: number
  readonly findings: readonly unknown[]
  readonly documents: number
  readonly drifted: number
}

export interface Told {
  readonly dir: string
  readonly seconds: number
  readonly members: readonly Member[]
  readonly killed: Killed | undefined
}

export async function reportOf(hub: Hub, { dir, seconds, members, killed }: Told): Promise<Report> {
  const events = await all(hub.log())
  const [runs, ownership, group] = await Promise.all([
    hub.runs.tree(RELEASE),
    hub.owner(TASK),
    hub.group(`${PLANNER}/${CREW}`),
  ])
  if (runs === undefined || ownership === undefined || group === undefined) {
    throw new Error('the release, its task or its crew is not there')
  }
  const conflicts = conflictsIn(events)
  const lost = killed && lostIn(events, killed.runId, [...members, { name: 'operator', pid: process.pid }])
  return {
    hub: { dir, id: hub.id },
    seconds,
    processes: [{ name: 'operator', pid: process.pid }, ...members].map((member) => processOf(member, events)),
    killed: killed && { ...killed, ...(lost !== undefined && { lost }) },
    runs,
    ownership,
    state: await stateOf(hub, events, runs, conflicts),
    conflicts,
    group,
    verification: await verified(hub),
    next: nextCommands(killed, programFor(path.dirname(dir))),
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Events of a type, with their data as that type has it. */
const ofType = <Type extends EventType>(
  events: readonly LoggedEvent[],
  type: Type,
): (Omit<LoggedEvent, 'data'> & { readonly data: EventData<Type> })[] =>
  events.filter((event) => event.type === type) as never

function processOf({ name, pid, end }: Member, events: readonly LoggedEvent[]): Process {
  const commits = new Set(events.flatMap(({ commit, by }) => (by.pid === pid ? commit : [])))
  return { name, pid, commits: commits.size, ...end }
}

function lostIn(events: readonly LoggedEvent[], runId: string, members: readonly Member[]): Lost | undefined {
  const failed = ofType(events, 'RunFailed').find(({ data }) => data.runId === runId)
  if (failed === undefined) return undefined
  const { position, at, by, data } = failed
  const foundBy = members.find(({ pid }) => pid === by.pid)?.name ?? String(by.pid)
  return { position, at, reason: data.reason, error: data.error, foundBy }
}

/** The planner was refused, said so, and how it went on: a refusal itself leaves nothing in the log. */
const conflictsIn = (events: readonly LoggedEvent[]): Conflict[] =>
  ofType(events, 'MessageSent')
    .filter(({ data }) => data.kind === KIND.conflict)
    .flatMap(({ position, data }) => {
      const told = data.data as {
        readonly childRunId: string
        readonly strategies: Readonly<Record<string, string>>
        readonly conflicts: readonly Omit<Conflict, 'childRunId' | 'position' | 'strategy'>[]
      }
      const { childRunId, strategies } = told
      return told.conflicts.map((each) => ({ ...each, childRunId, position, strategy: strategies[each.key] ?? '' }))
    })

async function stateOf(
  hub: Hub,
  events: readonly LoggedEvent[],
  runs: RunTree,
  conflicts: readonly Conflict[],
): Promise<Key[]> {
  const merges = ofType(events, 'ChildResultMerged').map(({ data }) => data)
  const sessions = new Map(runs.children.map(({ id, sessionId }) => [id, sessionId]))
  const { entries } = await hub.state(RELEASE).get()
  return Object.entries(entries).map(([key, { value, version, provenance }]) => {
    const merged = merges.flatMap(({ childRunId: run, keys }) => {
      const how = keys[key]
      return how === 'taken' || how === 'combined' ? [{ run, session: sessions.get(run) ?? '', how }] : []
    })
    const wrote = { run: RELEASE, session: provenance?.by.id ?? '', how: 'wrote' } as const
    const isCombined = merged.some(({ how }) => how === 'combined')
    const strategy = isCombined ? conflicts.find((each) => each.key === key)?.strategy : undefined
    return {
      key,
      value,
      version,
      from: merged.length > 0 ? merged : [wrote],
      ...(strategy !== undefined && { strategy }),
    }
  })
}

/** The log is read once more, and the views are compared with a fresh fold of it. */
async function verified(hub: Hub): Promise<Verification> {
  const { events, commits, findings } = await hub.verify()
  const { documents, drifted } = await hub.projections.verify()
  return { events, commits, findings, documents, drifted }
}
