/** What every view has to show after every step, given what the ledger has counted. */
import { entriesOf } from '../../src/domain/mailbox.ts'
import { openOnes } from '../../src/projections/open.ts'
import { listed } from './replicas.ts'
import type { SeenReplica as Replica } from './watched.ts'
import { entry, isLive, must } from './books.ts'
import { assertConserved } from './conservation.ts'
import { equal, pairs, sorted } from './equal.ts'
import { assertGroups } from './invariants-groups.ts'
import { assertTimers } from './dues.ts'
import type { Ledger } from './ledger.ts'

export function assertViews(replica: Replica, ledger: Ledger): void {
  assertSessions(replica, ledger)
  assertRuns(replica, ledger)
  assertTasks(replica, ledger)
  assertMail(replica, ledger)
  assertStates(replica, ledger)
  assertGroups(replica, ledger)
  assertTimers(replica, ledger)
  assertOpen(replica, ledger)
  assertConserved(replica, ledger)
}

function assertSessions(replica: Replica, ledger: Ledger): void {
  const { sessions, runs, tasks } = ledger
  equal(replica.documents('sessions').size, sessions.size, 'sessions')
  equal(listed(replica, 'session'), [...sessions.keys()], 'the directory of sessions')
  for (const { id, status, root, parent, depth, lease } of sessions.values()) {
    const doc = replica.get('sessions', id)
    must(doc !== undefined, `session ${id} has no document`)
    must(status !== 'closing', `session ${id} was left half closed`)
    equal(
      [doc.status, doc.rootSessionId, doc.parentSessionId, doc.depth],
      [status, root, parent, depth],
      `session ${id}`,
    )
    equal(
      doc.closing !== undefined && doc.closedAt !== undefined,
      status === 'closed',
      `session ${id} says how it was closed`,
    )
    if (status === 'open') equal(doc.leaseUntil, lease?.until, `the lease of session ${id}`)

    const { liveRuns = {}, owned = {}, participates = {}, offers = {}, children = {} } = replica.get('seats', id) ?? {}
    const open = [...tasks.values()].filter((task) => task.status !== 'closed')
    const held = {
      liveRuns: [...runs.values()].filter((run) => run.session === id && isLive(run)),
      owned: open.filter(({ owner }) => owner === id),
      participates: open.filter(({ participants }) => participants.has(id)),
      offers: open.filter(({ offer }) => offer?.from === id || offer?.to === id),
      children: [...sessions.values()].filter((session) => session.parent === id),
    }
    const seat = { liveRuns, owned, participates, offers, children }
    for (const [what, of] of Object.entries(seat)) {
      const expected = sorted(held[what as keyof typeof held].map((each) => each.id))
      equal(sorted(Object.keys(of)), expected, `${what} of session ${id}`)
    }
  }
}

function assertOpen(replica: Replica, { sessions, tasks, runs, groups }: Ledger): void {
  const open = {
    session: [...sessions.values()].filter(({ status }) => status !== 'closed'),
    task: [...tasks.values()].filter(({ status }) => status !== 'closed'),
    run: [...runs.values()].filter(isLive),
    group: [...groups.values()].filter(({ status }) => status !== 'disbanded'),
  }
  for (const kind of ['session', 'task', 'run', 'group'] as const) {
    const shown = [...openOnes((share) => replica.get('open', share), kind)]
    equal(sorted(shown.map(([id]) => id)), sorted(open[kind].map(({ id }) => id)), `what is open: ${kind}`)
    for (const [id, position] of shown) {
      const began = replica.index.places(`${kind}-${id}`, 1, 1)[0]?.position
      if (position !== undefined) equal(position, began, `where ${kind} ${id} began`)
    }
  }
}

function assertRuns(replica: Replica, ledger: Ledger): void {
  const { runs, places } = ledger
  equal(replica.documents('runs').size, runs.size, 'runs')
  for (const run of runs.values()) {
    const { id, parent } = run
    const doc = replica.get('runs', id)
    must(doc !== undefined, `run ${id} has no document`)
    equal(
      [doc.status, doc.sessionId, doc.rootSessionId, doc.depth],
      [run.status, run.session, run.root, run.depth],
      `run ${id}`,
    )
    equal(doc.endedAt !== undefined, !isLive(run), `run ${id} says when it ended`)
    equal(JSON.stringify(doc.seed?.values), run.seed, `the seed of run ${id}`)
    const work = replica.get('works', id)
    equal(work?.percent, run.percent, `the progress of run ${id}`)
    if (isLive(run)) equal(work?.leaseUntil, run.lease?.until, `the lease of run ${id}`)
    must(run.status !== 'waiting' || run.lease === undefined, `run ${id} waits, and its lease runs`)
    equal(Object.keys(doc.effects).length, run.effects.size, `effects of run ${id}`)
    for (const [effectId, { outcome }] of run.effects) {
      const effect = doc.effects[effectId]
      const served = [...runs.values()].filter((child) => child.parent === id && child.effectId === effectId)
      equal(effect?.outcome, outcome, `effect ${effectId} of run ${id}`)
      equal(
        effect?.runs,
        served.map((child) => child.id),
        `the runs of effect ${effectId} of run ${id}`,
      )
    }
    const children = [...runs.values()].filter((child) => child.parent === id)
    equal(sorted(Object.keys(doc.children)), sorted(children.map((child) => child.id)), `children of run ${id}`)
    for (const child of children) {
      const expected = isLive(child) ? undefined : child.status
      equal(doc.children[child.id]?.outcome, expected, `child ${child.id} of run ${id}`)
    }
    if (parent === undefined || !isLive(run)) continue
    const above = entry(runs, parent, 'run')
    must(isLive(above) || (run.background && above.status === 'completed'), `run ${id} outlives its parent ${parent}`)
  }
  const held = [...runs.values()].filter(isLive).flatMap((run) => run.places.map((path) => [path, run.id] as const))
  equal(pairs(places), pairs(held), 'places are held by live runs, and by one each')
  equal(
    [...replica.documents('places').values()],
    [...replica.documents('places').keys()].map((path) => ({ path, runId: places.get(path) })),
    'who holds each place',
  )
  equal(replica.documents('places').size, places.size, 'places')
}

function assertTasks(replica: Replica, ledger: Ledger): void {
  const { tasks, sessions } = ledger
  equal(replica.documents('tasks').size, tasks.size, 'tasks')
  for (const task of tasks.values()) {
    const { id, owner, epoch, participants, offer } = task
    const doc = replica.get('tasks', id)
    must(doc !== undefined, `task ${id} has no document`)
    equal([doc.status, doc.owner, doc.epoch], [task.status, owner, epoch], `task ${id}`)
    equal(Object.keys(doc.participants).length, participants.size, `participants of task ${id}`)
    for (const one of participants) must(Object.hasOwn(doc.participants, one), `${one} takes part in task ${id}`)
    equal(doc.offer?.offerId, offer?.offerId, `the offer of task ${id}`)
    const chain = replica.get('ownership', id) ?? []
    equal(
      chain.map((change) => change.epoch),
      Array.from({ length: epoch }, (_, i) => i + 1),
      `epochs of task ${id}`,
    )
    equal(chain.at(-1)?.to, owner, `the last owner of task ${id}`)
    for (const [i, change] of chain.entries()) equal(change.from, chain[i - 1]?.to, `from whom task ${id} went`)
    if (task.status === 'closed') continue
    must(owner === undefined || participants.has(owner), `owner ${owner} of task ${id} takes part`)
    for (const one of participants) equal(sessions.get(one)?.status, 'open', `participant ${one} of task ${id}`)
    must(offer === undefined || offer.from === owner, `the owner of task ${id} offers it`)
    equal(offer && sessions.get(offer.to)?.status, offer && 'open', `the target of the offer of task ${id}`)
  }
}

function assertMail(replica: Replica, ledger: Ledger): void {
  const { messages, sessions } = ledger
  const waiting = new Map<string, { messageId: string; mailbox: string; position: number }[]>()
  const dead: string[] = []
  equal(replica.documents('messages').size, messages.size, 'messages')
  for (const { id, deliveries, request } of messages.values()) {
    const doc = replica.get('messages', id)
    const shown = doc?.deliveries ?? {}
    equal(
      [doc?.answeredBy !== undefined, doc?.unanswered],
      [request === 'answered', request === 'expired' ? true : undefined],
      `the request ${id}`,
    )
    equal(Object.keys(shown).length, deliveries.size, `deliveries of message ${id}`)
    for (const [mailbox, { state, sessionId, position }] of deliveries) {
      equal([shown[mailbox]?.state, shown[mailbox]?.sessionId], [state, sessionId], `message ${id} in ${mailbox}`)
      if (state === 'dead') dead.push(`${id} ${mailbox}`)
      if (state !== 'pending') continue
      must(sessionId === undefined || sessions.get(sessionId)?.status === 'open', `message ${id} waits in ${mailbox}`)
      const inbox = waiting.get(sessionId ?? 'operator') ?? []
      inbox.push({ messageId: id, mailbox, position })
      waiting.set(sessionId ?? 'operator', inbox)
    }
  }
  for (const owner of new Set([...waiting.keys(), ...replica.documents('inboxes').keys()])) {
    const inbox = replica.get('inboxes', owner)
    const expected = (waiting.get(owner) ?? []).toSorted((a, b) => a.position - b.position)
    const entries = entriesOf(inbox)
    equal(
      entries.map(({ messageId, mailbox, position }) => ({ messageId, mailbox, position })),
      expected,
      `the inbox of ${owner}`,
    )
    for (const { mailbox, position, ref } of entries) {
      const brought = replica.commits().last((commit) => commit.position <= position)
      equal(ref, brought?.ref, `where the line is that brought #${position} to ${mailbox}`)
    }
    equal(inbox?.count ?? 0, entries.length, `how many wait for ${owner}`)
    for (const [mailbox, { ids }] of Object.entries(inbox?.boxes ?? {})) {
      must(ids.length > 0, `nothing waits in ${mailbox}`)
    }
  }
  equal(sorted(Object.keys(replica.get('deadLetters', 'all') ?? {})), dead.sort(), 'dead letters')
}

function assertStates(replica: Replica, { states, runs }: Ledger): void {
  const scopes = [
    ...[...states].map(([root, book]) => ['session', root, book, replica.get('sessionStates', root)] as const),
    ...[...runs.values()].map((run) => ['run', run.id, run.own, replica.get('works', run.id)?.own] as const),
  ]
  for (const [kind, id, book, scope] of scopes) {
    const keys = Object.entries(scope?.keys ?? {}).map(([key, { value, removed = false, version }]) => [
      key,
      { value, removed, version },
    ])
    equal(Object.fromEntries(keys), Object.fromEntries(book), `the state of ${kind} ${id}`)
    const bytes = [...book].map(
      ([key, { value, removed }]) => key.length + (removed ? 0 : Buffer.byteLength(JSON.stringify(value))),
    )
    equal(
      scope?.bytes ?? 0,
      bytes.reduce((sum, size) => sum + size, 0),
      `the size of the state of ${kind} ${id}`,
    )
  }
  for (const run of runs.values()) {
    const { checkpoints = {} } = replica.get('works', run.id) ?? {}
    equal(Object.keys(checkpoints).length, run.checkpoints.size, `checkpoints of run ${run.id}`)
    for (const [label, own] of run.checkpoints) {
      const kept = Object.entries(checkpoints[label]?.own ?? {}).map(([key, { value, removed = false, version }]) => [
        key,
        { value, removed, version },
      ])
      equal(
        JSON.parse(JSON.stringify(Object.fromEntries(kept))),
        Object.fromEntries(JSON.parse(own) as []),
        `checkpoint ${label} of run ${run.id}`,
      )
    }
  }
}
