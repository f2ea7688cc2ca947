/** What the views of groups and rounds have to show, and what no group and no item may ever be. */
import { listed } from './replicas.ts'
import type { SeenReplica as Replica } from './watched.ts'
import { isLive, must, type ItemBook, type RoundBook } from './books.ts'
import { equal, pairs, sorted } from './equal.ts'
import type { Ledger } from './ledger.ts'

export function assertGroups(replica: Replica, ledger: Ledger): void {
  const { groups, rounds, sessions } = ledger
  equal(replica.documents('groups').size, groups.size, 'groups')
  equal(replica.documents('rounds').size, rounds.size, 'rounds')
  equal(listed(replica, 'group'), [...groups.keys()], 'the directory of groups')
  const named = new Map<string, string[]>()
  for (const group of groups.values()) {
    const { id, name, coordinator, vacatedBy, members, status } = group
    named.set(name, [...(named.get(name) ?? []), id])
    const doc = replica.get('groups', id)
    must(doc !== undefined, `group ${id} has no document`)
    equal(
      [doc.status, doc.coordinator, doc.vacatedBy, doc.rounds, doc.rootSessionId],
      [status, coordinator, vacatedBy, group.rounds, group.root],
      `group ${id}`,
    )
    equal(pairs(Object.entries(doc.members)), pairs(members), `the members of group ${id}`)
    must((coordinator === undefined) === (vacatedBy !== undefined), `group ${id} is coordinated, or its seat is vacant`)
    const seat = status === 'disbanded' ? undefined : coordinator
    equal(seat && sessions.get(seat)?.status, seat && 'open', `the coordinator of group ${id}`)
    const open = Array.from({ length: group.rounds }, (_, i) => rounds.get(`${id} ${i + 1}`)?.status)
    equal(open.filter((each) => each === 'open').length, status === 'active' ? 1 : 0, `open rounds of group ${id}`)
    equal(open.slice(0, -1).includes('open'), false, `only the last round of group ${id} is open`)
  }
  for (const [name, ids] of named) equal(listed(replica, `group ${name}`), ids, `the groups called ${name}`)
  for (const round of rounds.values()) assertRound(replica, ledger, round)
  assertSeats(replica, ledger)
}

function assertRound(replica: Replica, ledger: Ledger, round: RoundBook): void {
  const what = `round ${round.number} of group ${round.group}`
  const doc = replica.get('rounds', `${round.group} ${round.number}`)
  must(doc !== undefined, `${what} has no document`)
  equal([doc.status, doc.verdict, doc.fanIn.deadline], [round.status, round.verdict, round.deadline], what)
  equal(doc.endedAt !== undefined, round.status !== 'open', `${what} says when it ended`)
  equal(sorted(Object.keys(doc.items)), sorted(round.items.keys()), `the items of ${what}`)
  equal(
    doc.checkpoints.map(({ label }) => label),
    [...round.checkpoints],
    `the checkpoints of ${what}`,
  )
  for (const item of round.items.values()) {
    const { id, run, session, effect, outcome, result, late } = item
    const shown = doc.items[id]
    equal(
      [shown?.runId, shown?.sessionId, shown?.effectId, shown?.outcome, shown?.late ?? false],
      [run, session, effect, outcome, late],
      `item ${id} of ${what}`,
    )
    equal(shown?.result === undefined ? undefined : JSON.stringify(shown.result), result, `the result of item ${id}`)
    must(!late || round.status === 'reached', `item ${id} of ${what} is late, and the round ${round.status}`)
    if (outcome === undefined && round.status !== 'cancelled') assertAwaited(ledger, round, item)
  }
}

/** What is pending waits for somebody who can still settle it. */
function assertAwaited({ runs, sessions }: Ledger, { group, status }: RoundBook, item: ItemBook): void {
  const run = runs.get(item.run ?? '')
  const what = `item ${item.id} of group ${group}`
  must(run === undefined || isLive(run), `${what} waits for run ${item.run}, which has ended`)
  const isSettled = item.effect !== undefined && run?.effects.get(item.effect)?.outcome !== undefined
  must(!isSettled, `${what} waits for effect ${item.effect}, which is settled`)
  const seat = item.session === undefined ? 'open' : sessions.get(item.session)?.status
  must(seat === 'open' || status === 'reached', `${what} waits for session ${item.session}, which is ${seat}`)
}

/** What a session has of groups shows in its seat, and what waits for a run with the run. */
function assertSeats(replica: Replica, { groups, runs, sessions }: Ledger): void {
  const all = [...groups.values()]
  const living = all.filter(({ status }) => status !== 'disbanded')
  for (const id of sessions.keys()) {
    const { groups: joined = {}, coordinates = {}, workedIn = {} } = replica.get('seats', id) ?? {}
    const of = Object.entries(joined).flatMap(([member, ids]) => Object.keys(ids).map((group) => `${member} ${group}`))
    const members = living.flatMap((group) =>
      [...group.members].filter(([, seat]) => seat === id).map(([member]) => `${member} ${group.id}`),
    )
    equal(sorted(of), sorted(members), `the groups of session ${id}`)
    const coordinated = living.filter(({ coordinator }) => coordinator === id).map((group) => group.id)
    equal(sorted(Object.keys(coordinates)), sorted(coordinated), `what session ${id} coordinates`)
    const worked = all.filter(({ workers }) => workers.has(id)).map((group) => group.id)
    equal(sorted(Object.keys(workedIn)), sorted(worked), `where session ${id} has worked`)
  }
  for (const { id, items } of runs.values()) {
    const bound = (replica.get('runs', id)?.items ?? []).map((each) => `${each.groupId} ${each.round} ${each.itemId}`)
    const waiting = items.filter(({ round, item }) => item.outcome === undefined && round.status !== 'cancelled')
    const expected = waiting.map(({ round, item }) => `${round.group} ${round.number} ${item.id}`)
    equal(bound, expected, `what waits for run ${id}`)
  }
}
