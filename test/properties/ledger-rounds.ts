import { isDeepStrictEqual } from 'node:util'
import {
  entry,
  heirOf,
  isLive,
  must,
  mustBeOpen,
  roundName,
  type Books,
  type GroupBook,
  type ItemBook,
  type Keeper,
  type Line,
  type RoundBook,
} from './books.ts'
import { living, mustCoordinate } from './ledger-groups.ts'
import { mustBePast, timeOf } from './leases.ts'
import {
  mustBind,
  mustSettle,
  mustTellAll,
  mustTellCoordinator,
  textOf,
  type Reached,
  type Told,
} from './round-commits.ts'

export function keepRounds(books: Books): Keeper {
  const { groups, rounds } = books
  /** What a commit has decided and not said yet. */
  const decided = new Map<RoundBook, string>()

  const roundOf = ({ data }: Line): RoundBook => entry(rounds, roundName(data['groupId'], data['round']), 'round')

  function openRound(line: Line): RoundBook {
    const round = roundOf(line)
    must(round.status === 'open', `round ${round.number} is ${round.status}`)
    return round
  }

  function settle(line: Line): void {
    const { data } = line
    const round = roundOf(line)
    const item = pending(line, round)
    must(round.status !== 'cancelled', 'its round was cancelled')
    must(!decided.has(round), 'the round was decided by an item before this one, and has not said so')
    must(
      data['late'] === (round.status === 'reached'),
      `late: ${String(data['late'])}, and the round is ${round.status}`,
    )
    const overdue = round.status === 'open' && Date.parse(round.deadline ?? '') <= timeOf(books, line)
    must(!overdue || books.concurrent, `the deadline was ${round.deadline}`)
    must(data['runId'] === item.run, `it waits for run ${item.run}`)
    if (line.cmd === 'SettleItem') mustWorkOn(books, line, item, entry(groups, round.group, 'group'))
    item.outcome = data['outcome'] as 'ok' | 'failed'
    item.result = textOf(data['result'])
    item.late = data['late']
    const verdict = round.status === 'open' ? verdictBy(round) : undefined
    if (verdict !== undefined) decided.set(round, verdict)
  }

  function reach(line: Line): void {
    const round = openRound(line)
    const { verdict, results, missing } = line.data as Reached
    const expected = decided.get(round) ?? 'partial'
    must(verdict === expected, `the verdict is ${verdict}, and what was settled says ${expected}`)
    if (!decided.has(round)) mustBePast(books, line, round.deadline, 'what nothing has decided')
    mustTellAll(round, results, missing)
    decided.delete(round)
    round.status = 'reached'
    round.verdict = verdict
    entry(groups, round.group, 'group').status = 'idle'
  }

  return {
    take(line) {
      const { type, data } = line
      switch (type) {
        case 'RoundDispatched': {
          const group = living(books, line)
          mustCoordinate(line, group)
          const round = dispatched(books, group, line)
          rounds.set(roundName(group.id, round.number), round)
          return
        }
        case 'ItemBound': {
          const round = openRound(line)
          const item = pending(line, round)
          must(
            item.run === data['runId'] && item.effect === data['effectId'],
            `it waits for ${item.run}/${item.effect}`,
          )
          entry(books.runs, data['runId'], 'run').items.push({ round, item })
          return
        }
        case 'ItemReassigned': {
          // The runs that end with the session may have decided the round just before: then it may still come late.
          const round = roundOf(line)
          must(round.status !== 'cancelled', 'its round was cancelled')
          const item = pending(line, round)
          const from = entry(books.sessions, data['from'], 'session')
          must(item.session === from.id && from.status === 'closing', 'it was that of whoever is being closed')
          must(heirOf(books, from.id) === data['to'], 'its successor goes on with it')
          item.session = data['to'] as string
          entry(groups, data['groupId'], 'group').workers.add(item.session)
          return
        }
        case 'ItemSettled':
          return settle(line)
        case 'FanInReached':
          return reach(line)
        case 'GroupCheckpointed': {
          const round = openRound(line)
          mustCoordinate(line, living(books, line))
          must(!round.checkpoints.has(data['label'] as string), 'a checkpoint never changes')
          round.checkpoints.add(data['label'] as string)
          return mustTellAll(round, data['settled'] as Told[], data['pending'] as string[])
        }
        case 'RoundCancelled': {
          const group = living(books, line)
          mustCoordinate(line, group)
          const round = openRound(line)
          const waiting = [...round.items.values()].flatMap(({ run, outcome }) =>
            outcome === undefined ? (run ?? []) : [],
          )
          const told = (data['runIds'] as string[]).toSorted()
          must(isDeepStrictEqual(told, [...new Set(waiting)].toSorted()), `${told.join()} are no longer waited for`)
          round.status = 'cancelled'
          group.status = 'idle'
          return
        }
        default:
      }
    },
    committed(lines) {
      for (const round of decided.keys()) must(false, `round ${round.number} of ${round.group} is decided, and open`)
      for (const line of lines) {
        if (line.type === 'RoundDispatched') mustBind(books, roundOf(line), lines)
        if (line.type === 'FanInReached') mustTellCoordinator(books, line, lines)
        if (line.type === 'RunCompleted' || line.type === 'RunFailed' || line.type === 'RunCancelled') {
          mustSettle(entry(books.runs, line.data['runId'], 'run'), line, lines)
        }
        if (line.type === 'EffectSettled') mustSettle(entry(books.runs, line.data['runId'], 'run'), line, lines)
      }
    },
  }
}

function pending(line: Line, round: RoundBook): ItemBook {
  const item = entry(round.items, line.data['itemId'], 'item')
  must(item.outcome === undefined, `item ${item.id} is settled: ${item.outcome}`)
  return item
}

/** By the book: enough have succeeded, or not enough can any more. */
function verdictBy({ mode, needed, items }: RoundBook): string | undefined {
  const counted = { ok: 0, failed: 0, pending: 0 }
  for (const { outcome } of items.values()) counted[outcome ?? 'pending']++
  if (mode === 'settled') return counted.pending === 0 ? 'complete' : undefined
  if (counted.ok >= needed) return 'complete'
  return counted.ok + counted.pending < needed ? 'failed' : undefined
}

/** The item's run or session, a run that serves its effect, or the coordinator. */
function mustWorkOn({ runs }: Books, { by }: Line, item: ItemBook, { coordinator }: GroupBook): void {
  const serving = [...runs.values()].filter(({ parent, effectId }) => parent === item.run && effectId === item.effect)
  const able = [coordinator, item.session, runs.get(item.run ?? '')?.session]
  if (item.effect !== undefined) able.push(...serving.map(({ session }) => session))
  must(by.kind !== 'session' || able.includes(by.id), `${by.id} does not work on item ${item.id}`)
}

function dispatched(books: Books, group: GroupBook, { data, at }: Line): RoundBook {
  must(group.status !== 'active', 'a round of it is open')
  must(data['round'] === group.rounds + 1, `round ${String(data['round'])} follows ${group.rounds}`)
  group.rounds++
  group.status = 'active'
  const given = data['items'] as { itemId: string; runId?: string; sessionId?: string; effectId?: string }[]
  const items = given.map(({ itemId: id, runId, sessionId, effectId, ...rest }): [string, ItemBook] => {
    if (sessionId !== undefined) group.workers.add(mustBeOpen(books, sessionId).id)
    const run = runId === undefined ? undefined : entry(books.runs, runId, 'run')
    must(run === undefined || isLive(run), `run ${runId} has ended`)
    const effect = effectId === undefined ? undefined : entry(run?.effects ?? new Map(), effectId, 'effect')
    must(effect === undefined || effect.outcome === undefined, `effect ${effectId} is settled`)
    const { messageId: message } = rest as { messageId?: string }
    const nothing = { outcome: undefined, result: undefined, late: false }
    return [id, { id, run: runId, session: sessionId, effect: effectId, message, ...nothing }]
  })
  const { mode, needed, deadline } = data['fanIn'] as Pick<RoundBook, 'mode' | 'needed'> & { deadline?: string }
  must(items.length > 0 && new Set(given.map(({ itemId }) => itemId)).size === items.length, 'each item is there once')
  const most = mode === 'any' ? 1 : items.length
  must(mode === 'quorum' ? needed >= 1 && needed <= most : needed === most, `${mode} needs ${needed}`)
  must(deadline === undefined || deadline > at, `its deadline ${deadline} has passed`)
  const rest = { status: 'open', verdict: undefined, checkpoints: new Set<string>() } as const
  return { group: group.id, number: group.rounds, mode, needed, deadline, items: new Map(items), ...rest }
}
