import type { Chooser, Maker, Proposal } from './chooser.ts'
import { OPERATOR } from './chooser.ts'
import type { SessionBook } from './books.ts'

export const openSession: Maker = (choose) => {
  const { random, ledger, chance, maybe } = choose
  const open = [...ledger.sessions.values()].filter(({ status }) => status === 'open')
  if (open.length > 7 && chance(0.8)) return undefined
  const parent = chance(0.5) ? choose.one(open, [...ledger.sessions.values()]) : undefined
  const name = choose.name('s')
  const sessionId = name !== undefined && ledger.sessions.has(name) && chance(0.8) ? undefined : name
  return {
    actor:
      sessionId !== undefined && chance(0.3)
        ? { kind: 'session', id: sessionId }
        : chance(0.5)
          ? OPERATOR
          : choose.anyone(),
    command: {
      type: 'OpenSession',
      ...(sessionId !== undefined && { sessionId }),
      ...(parent !== undefined && { parentSessionId: parent.id }),
      ...maybe(0.5, () => ({ label: random.pick(['planner', 'coder', 'reviewer', 'Wörker 1', 'constructor']) })),
      ...maybe(0.15, () => ({ leaseMs: 1 + random.below(100_000) })),
      ...maybe(0.2, () => ({
        harness: 'claude',
        model: 'm',
        cwd: '/somewhere',
        meta: { n: random.below(9), o: { p: [1] } },
      })),
      ...maybe(0.3, () => ({ ensure: true })),
    },
  }
}

export const closeSession: Maker = (choose) => {
  const { random, chance, maybe } = choose
  const busy = chance(0.65) ? busyOne(choose) : undefined
  const session = busy ?? choose.openSession()
  if (session === undefined) return undefined
  const others = [...choose.ledger.sessions.values()].filter((one) => one !== session && one.status === 'open')
  const heir = busy === undefined || chance(0.2) ? choose.openSession() : choose.one(others)
  const successor = chance(busy === undefined ? 0.6 : 0.9) ? heir : undefined
  return {
    actor: ruler(choose, session),
    command: {
      type: 'CloseSession',
      sessionId: session.id,
      outcome: random.pick(['done', 'failed', 'lost']),
      ...(successor !== undefined && (successor !== session || chance(0.1)) && { successorId: successor.id }),
      ...maybe(0.7, () => ({ force: true })),
      ...maybe(0.3, () => ({ reason: 'because' })),
    },
  }
}

/** One that still has to settle an item. */
function busyOne({ ledger, one }: Chooser): SessionBook | undefined {
  const open = [...ledger.rounds.values()].filter(({ status }) => status === 'open')
  const items = open.flatMap((round) => [...round.items.values()]).filter(({ outcome }) => outcome === undefined)
  const id = one(items.flatMap(({ session }) => session ?? []))
  return id === undefined ? undefined : ledger.sessions.get(id)
}

export const reopenSession: Maker = (choose) => {
  const all = [...choose.ledger.sessions.values()]
  const session = choose.one(
    all.filter(({ status }) => status === 'closed'),
    all,
  )
  if (session === undefined) return undefined
  return {
    actor: choose.chance(0.4) ? { kind: 'session', id: session.id } : OPERATOR,
    command: { type: 'ReopenSession', sessionId: session.id },
  }
}

export const renewLease: Maker = (choose) => {
  const { random, ledger, chance, maybe } = choose
  const length = (leased: boolean) => maybe(leased ? 0.3 : 0.95, () => ({ leaseMs: 1 + random.below(100_000) }))
  const run = chance(0.5) ? choose.liveRun('created', 'running') : undefined
  if (run !== undefined) {
    return {
      actor: choose.commander(run),
      command: { type: 'RenewLease', runId: run.id, ...length(run.leaseMs !== undefined) },
    }
  }
  const session = choose.openSession()
  if (session === undefined || ledger.sessions.size === 0) return undefined
  const command = { type: 'RenewLease' as const, sessionId: session.id, ...length(session.leaseMs !== undefined) }
  return { actor: ruler(choose, session), command }
}

/** The session itself, one above it, or the operator. */
function ruler(choose: Chooser, session: SessionBook): Proposal['actor'] {
  const { ledger, chance } = choose
  if (chance(0.04)) return choose.anyone()
  const above: string[] = []
  for (let at: SessionBook | undefined = session; at !== undefined; at = ledger.sessions.get(at.parent ?? '')) {
    if (at.status === 'open') above.push(at.id)
  }
  const id = chance(0.4) ? undefined : choose.one(above)
  return id === undefined ? OPERATOR : choose.as(id)
}
