/** Why something is as it is: the commits that made it so, and those that tried and lost. */
import { refuse } from '../domain/refuse.ts'
import { upcast, type Fact } from '../events/catalog.ts'
import { WINDOW } from '../log/accept.ts'
import type { Actor, StoredEvent } from '../log/commit.ts'
import type { Cursor } from '../log/log.ts'
import { isForeign } from '../projections/replica.ts'
import { readAttempts, type Attempt, type CommitRef, type Lost } from './attempts.ts'
import { createDoneAfterAll } from './done-after-all.ts'
import type { Freshness, Reading } from './reading.ts'
import { brief, describeEvent } from './sentences.ts'
import { chainOf, type Chain, type SubjectKind, type WhySubject } from './why-subjects.ts'

/** A causal chain. */
export interface Why {
  /** What was asked about: `task:t1`, `message:<id>`, `run:r1`, `session:coder`, `commit:<id>`. */
  readonly subject: string
  /** In log order, oldest first. */
  readonly steps: readonly WhyStep[]
}

/** One sentence of it, and the commit that it tells of. */
export interface WhyStep {
  readonly at: string
  readonly by: Actor
  readonly commit: string
  /** The command that wrote it, and the key that it was sent under. */
  readonly cmd: string
  readonly key?: string
  /** A sentence, for people; positions in it are written `#810`. */
  readonly text: string
  /** The event that the step tells of. Void commits have no events, and some steps tell of the commit itself. */
  readonly position?: number
  readonly type?: string
  readonly stream?: string
  /** The commit does not count, and this is why. */
  readonly void?: WhyVoid
}

/** Why a commit does not count. */
export interface WhyVoid extends Lost {
  /** The later commit that did the same after all. */
  readonly doneIn?: CommitRef
}

/** A void step still waits for its `doneIn`, and for the sentence that says so. */
interface Draft extends Omit<WhyStep, 'text' | 'void'> {
  readonly text: string
  readonly void?: Lost & { doneIn?: CommitRef }
}

/** One scan of the log: void commits are in no view. Memory is what the answer takes, however long the log. */
export async function why(
  reading: Reading,
  end: () => Cursor,
  subject: WhySubject,
  options: Freshness = {},
): Promise<Why> {
  const [kind, id] = named(subject)
  const { tell, until } = await reading.ask(options, () => ({
    tell: kind === 'commit' ? commitTeller(id) : chainTeller(chainOf[kind](reading.states, id)),
    until: end(),
  }))
  const afterAll = createDoneAfterAll()
  const drafts: Draft[] = []
  for await (const page of readAttempts(reading.log, until, options.signal)) {
    for (const attempt of page) {
      if (attempt.lost === undefined) afterAll.accepted(attempt)
      for (const draft of tell(attempt)) {
        drafts.push(draft)
        const lost = draft.void
        // A duplicate waits for nothing: it was done before.
        if (lost !== undefined && lost.reason !== 'duplicate') {
          afterAll.wait(attempt.commit, (by) => (lost.doneIn = by))
        }
      }
    }
  }
  if (drafts.length === 0 && kind === 'commit') return unknownCommit(id)
  return { subject: `${kind}:${id}`, steps: drafts.map(finished) }
}

const KINDS: ReadonlySet<string> = new Set<SubjectKind>(['task', 'message', 'run', 'session', 'group', 'commit'])

function named(subject: WhySubject): [SubjectKind, string] {
  const [[kind, id] = ['', undefined], ...more] = Object.entries(subject ?? {}) as [string, unknown][]
  if (KINDS.has(kind) && typeof id === 'string' && more.length === 0) return [kind as SubjectKind, id]
  return refuse('INVALID_COMMAND', 'why what?', {
    details: { subject },
    hint: `One of ${[...KINDS].map((name) => `{ ${name}: id }`).join(', ')}`,
  })
}

const unknownCommit = (id: string): never =>
  refuse('UNKNOWN_COMMIT', `there is no commit ${id}`, {
    details: { commit: id },
    hint: 'Every event names its own: baton log --json',
  })

// ---- one subject's life

/** A step for each event that belongs to the chain, and one for each void commit that would have changed the subject. */
function chainTeller({ belongs, changes }: Chain): (attempt: Attempt) => Draft[] {
  return (attempt) => {
    const { commit, lost } = attempt
    if (lost !== undefined) {
      const tried = commit.events.filter((event) => isOurs(event) && changes(factOf(event)))
      return tried.length === 0 ? [] : [tryOf(attempt, tried, lost)]
    }
    return commit.events.flatMap((event, i) =>
      isOurs(event) && belongs(factOf(event), attempt) ? [eventStep(attempt, event, i)] : [],
    )
  }
}

/** The streams of users are theirs, whatever their events are called. */
const isOurs = ({ s }: StoredEvent): boolean => !isForeign(s)

/** As of its newest version; what this build does not know, as it stands. */
const factOf = ({ s, t, v, d }: StoredEvent): Fact => ({ stream: s, type: t, data: upcast(t, v, d) ?? d }) as Fact

const sentence = (event: StoredEvent): string =>
  isOurs(event) ? describeEvent(event.t, factOf(event).data) : `${event.s}: ${event.t}`

// ---- one commit

/** What it was, what it had seen and relied on, what it wrote, and whether it counts; once for each time it was decided. */
function commitTeller(id: string): (attempt: Attempt) => Draft[] {
  let decided = 0
  return (attempt) => {
    const { commit, lost, n, position } = attempt
    if (commit.id !== id) return []
    // The very line once more: nobody decided anything.
    if (lost?.lostTo?.commit === id) return [tryOf(attempt, commit.events, lost)]
    const before = [
      { ...stepOf(attempt), text: asked(attempt, decided++) },
      { ...stepOf(attempt), text: `it had seen ${seen(attempt)}, and relied on ${relied(commit.on)}` },
    ]
    if (lost !== undefined) return [...before, tryOf(attempt, commit.events, lost)]
    const last = position + commit.events.length - 1
    const wrote =
      commit.events.length === 0
        ? 'with nothing to write'
        : position === last
          ? `as #${position}`
          : `as #${position} to #${last}`
    return [
      ...before,
      ...commit.events.map((event, i) => eventStep(attempt, event, i)),
      { ...stepOf(attempt), text: `accepted ${wrote}, the hub's commit number ${n}` },
    ]
  }
}

function asked({ commit: { by, cmd, key } }: Attempt, decided: number): string {
  if (decided > 0) return `${cmd} was decided again`
  return `${nameOf(by)} sent ${cmd}${key === undefined ? ', without a key' : `, under the key ${brief(key)}`}`
}

function seen({ commit, seenUpTo }: Attempt): string {
  if (seenUpTo === 0) return 'nothing yet'
  return seenUpTo === undefined
    ? `a history of commits up to number ${commit.seen[0]}`
    : `everything up to #${seenUpTo}`
}

const MANY = 12

function relied(on: Readonly<Record<string, number>>): string {
  const streams = Object.entries(on).map(([stream, version]) => `${stream} at version ${version}`)
  return streams.length === 0 ? 'nothing' : several(streams, ', ')
}

const several = (texts: readonly string[], between: string): string =>
  [...texts.slice(0, MANY), ...(texts.length > MANY ? [`${texts.length - MANY} more`] : [])].join(between)

// ---- steps

const stepOf = ({ commit: { at, by, id, cmd, key } }: Attempt): Omit<Draft, 'text'> => ({
  at,
  by,
  commit: id,
  cmd,
  ...(key !== undefined && { key }),
})

const eventStep = (attempt: Attempt, event: StoredEvent, i: number): Draft => ({
  ...stepOf(attempt),
  position: attempt.position + i,
  type: event.t,
  stream: event.s,
  text: sentence(event),
})

const tryOf = (attempt: Attempt, tried: readonly StoredEvent[], lost: Lost): Draft => ({
  ...stepOf(attempt),
  void: { ...lost },
  text: tried.length === 0 ? 'tried nothing that would show' : `tried: ${several(tried.map(sentence), '; ')}`,
})

function finished({ text, void: lost, ...step }: Draft): WhyStep {
  if (lost === undefined) return { ...step, text }
  const after = lost.doneIn === undefined ? '' : `; done after all in ${placeOf(lost.doneIn)}`
  return { ...step, text: `${text} – void: ${reasonOf(lost, step)}${after}`, void: lost }
}

function reasonOf({ reason, stream, lostTo }: Lost, { commit }: Pick<WhyStep, 'commit'>): string {
  const winner =
    lostTo === undefined ? 'a commit before it' : `${placeOf(lostTo)} by ${nameOf(lostTo.by)} (${lostTo.cmd})`
  switch (reason) {
    case 'conflict':
      return `lost to ${winner}, which wrote ${stream ?? 'what it relied on'}`
    case 'duplicate':
      return lostTo?.commit === commit
        ? `written twice, it counts as ${placeOf(lostTo)}`
        : `its key stands for ${winner}`
    case 'stale':
      return `what it had seen was more than ${WINDOW} commits old`
    case 'orphaned':
      return 'it relied on commits that a power cut took before anyone was told of them'
  }
}

const placeOf = ({ position, commit }: CommitRef): string =>
  position === undefined ? `commit ${commit}` : `#${position}`

const nameOf = ({ kind, id, run }: Actor): string => (run === undefined ? (id ?? kind) : `${id ?? kind}/${run}`)
