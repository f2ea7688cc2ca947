/** What one commit has to hold when a round begins, is decided, or something ends that its items wait for. */
import { isDeepStrictEqual } from 'node:util'
import { entry, heirOf, isLive, must, roundName, type Books, type Line, type RoundBook, type RunBook } from './books.ts'

export type Told = {
  readonly itemId: string
  readonly outcome: string
  readonly result?: unknown
  readonly omitted?: true
}
const outcomes = (all: readonly Told[]): string[] => all.map(({ itemId, outcome }) => `${itemId} ${outcome}`)

export type Reached = {
  readonly verdict: string
  readonly results: readonly Told[]
  readonly missing: readonly string[]
}

export const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value))

/** Results and what is missing are all items, each once, and as they were settled. */
export function mustTellAll({ items }: RoundBook, results: readonly Told[], missing: readonly string[]): void {
  const ids = [...results.map(({ itemId }) => itemId), ...missing]
  must(isDeepStrictEqual(ids.toSorted(), [...items.keys()].toSorted()), `it tells of ${ids.join(', ')}`)
  for (const itemId of missing) must(items.get(itemId)?.outcome === undefined, `item ${itemId} is not missing`)
  for (const { itemId, outcome, result, omitted } of results) {
    const item = entry(items, itemId, 'item')
    must(item.outcome === outcome, `item ${itemId} is ${item.outcome}, and not ${outcome}`)
    must(omitted === true || textOf(result) === item.result, `the result of item ${itemId} is ${item.result}`)
    must(omitted === undefined || (result === undefined && item.result !== undefined), 'what is omitted is there')
  }
}

/** Whoever is to work on an item is told, and a run knows what waits for it: in the commit that dispatches it. */
export function mustBind(books: Books, round: RoundBook, lines: readonly Line[]): void {
  const { messages, runs } = books
  for (const item of round.items.values()) {
    const bound = lines.filter(({ type, data }) => type === 'ItemBound' && data['itemId'] === item.id)
    must(bound.length === (item.run === undefined ? 0 : 1), `item ${item.id} is bound ${bound.length} times`)
    if (item.run === undefined && item.session === undefined) {
      must(item.message === undefined, 'nobody is told what nobody was given')
      continue
    }
    const serving = [...runs.values()].filter(
      (run) => item.effect !== undefined && run.parent === item.run && run.effectId === item.effect && isLive(run),
    )
    const goal = item.session === undefined ? `run:${serving.at(-1)?.id ?? item.run}` : `session:${item.session}`
    const message = entry(messages, item.message, 'message')
    must(message.kind === 'dispatch' && message.commit === lines[0]?.commit, 'it is told in the same commit')
    must(isDeepStrictEqual(message.to, [goal]), `item ${item.id} is for ${goal}, and ${message.to.join()} is told`)
  }
}

/** No item waits for what has ended; and it ends as that did. */
export function mustSettle({ id, items, effects }: RunBook, { type, data }: Line, lines: readonly Line[]): void {
  for (const { round, item } of items) {
    const effect = item.effect === undefined ? undefined : entry(effects, item.effect, 'effect')
    if (type === 'EffectSettled' && item.effect !== data['effectId']) continue
    const settled = item.outcome !== undefined || round.status === 'cancelled'
    must(settled, `item ${item.id} of ${round.group} waits for ${id}/${item.effect}, which has ended`)
    const how = lines.find(
      (line) =>
        line.type === 'ItemSettled' &&
        line.data['itemId'] === item.id &&
        roundName(line.data['groupId'], line.data['round']) === roundName(round.group, round.number),
    )
    if (how === undefined) continue
    const succeeded = item.effect === undefined ? type === 'RunCompleted' : effect?.outcome === 'ok'
    must(item.outcome === (succeeded ? 'ok' : 'failed'), `item ${item.id} is ${item.outcome}, and ${type} has ended it`)
    const result = item.effect === undefined && type === 'RunFailed' ? data['partial'] : data['result']
    const brought = item.effect === undefined || effect?.outcome !== undefined ? textOf(result) : undefined
    if (type === 'EffectSettled' || item.effect === undefined) must(item.result === brought, 'it brings the result')
  }
}

/** Whoever coordinates the group, or did last, or succeeds that one. */
export function mustTellCoordinator(books: Books, { data }: Line, lines: readonly Line[]): void {
  const { coordinator, vacatedBy = '' } = entry(books.groups, data['groupId'], 'group')
  const last = coordinator ?? vacatedBy
  const { verdict, missing, results } = data as unknown as Reached
  const round = entry(books.rounds, roundName(data['groupId'], data['round']), 'round')
  const told = lines.filter(({ type, data: sent }) => {
    if (type !== 'MessageSent' || sent['kind'] !== 'result') return false
    const says = sent['data'] as { groupId?: string; round?: number }
    return says.groupId === round.group && says.round === round.number
  })
  must(told.length === 1, `it is told ${told.length} times`)
  const { to, data: said } = (told[0] as Line).data as { to?: string[]; data?: Reached }
  must(isDeepStrictEqual(to, [`session:${heirOf(books, last) ?? last}`]), `${to?.join()} is told, and not ${last}`)
  must(said?.verdict === verdict && isDeepStrictEqual(said.missing, missing), 'what is told is what was decided')
  must(isDeepStrictEqual(outcomes(said.results), outcomes(results)), 'it is told all results')
  for (const [i, { result, omitted }] of said.results.entries()) {
    must(omitted === true || textOf(result) === textOf(results[i]?.result), 'it is told the results as they are')
  }
}
