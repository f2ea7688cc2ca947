/** Groups and their rounds: who is in one, who coordinates it, and how far its work is. */
import { groupNamed } from '../domain/address.ts'
import { of } from '../domain/dict.ts'
import type { Group } from '../domain/group.ts'
import type { Item, Round } from '../domain/round.ts'
import type { Run } from '../domain/run.ts'
import { asking } from '../domain/world.ts'
import { listed, pageOf, positionOf, type OpenListOptions } from './listing.ts'
import type { Freshness, Reading } from './reading.ts'

/** One item of a round. */
export interface ItemView extends Item {
  readonly itemId: string
  /** How the run stands that it waits for. */
  readonly runStatus?: Run['status']
}

/** A round: what was handed out, what is in, the verdict. */
export interface RoundView extends Omit<Round, 'items'> {
  readonly items: readonly ItemView[]
}

/** A group and one of its rounds. */
export interface GroupView extends Omit<Group, 'members' | 'formed'> {
  /** Where it was formed. */
  readonly position: number
  readonly members: readonly string[]
  /** The newest round, or the one that was asked for. */
  readonly round?: RoundView
}

/** Which round to show. */
export interface GroupOptions extends Freshness {
  /** Another than the newest. */
  readonly round?: number
}

/** `name` is one's own root session's, or `<root session>/<name>`. */
export async function group(
  reading: Reading,
  asker: { readonly id?: string },
  name: string,
  options: GroupOptions = {},
): Promise<GroupView | undefined> {
  return reading.ask(options, () => {
    const session = asker.id === undefined ? undefined : reading.states.session(asker.id)
    const world = asking(reading.states)
    return groupView(reading, groupNamed(world, session === undefined ? {} : { session }, name), options.round)
  })
}

/** Each with its newest round. */
export async function groups(reading: Reading, options: OpenListOptions = {}): Promise<GroupView[]> {
  const page = await pageOf(reading, options)
  return reading.ask(options, () =>
    [...listed(reading, 'group', page)].flatMap(
      ({ id, position }) => groupView(reading, id, undefined, position) ?? [],
    ),
  )
}

function groupView(
  reading: Reading,
  id: string,
  wanted?: number,
  position = positionOf(reading, 'group', id),
): GroupView | undefined {
  const { states } = reading
  const found = states.group(id)
  if (found === undefined) return undefined
  const { members, formed: _, ...rest } = found
  const round = states.round(id, wanted ?? found.rounds)
  return {
    ...structuredClone(rest),
    position,
    members: Object.keys(members),
    ...(round !== undefined && { round: roundView(round, states) }),
  }
}

function roundView({ items, ...rest }: Round, states: Reading['states']): RoundView {
  return {
    ...structuredClone(rest),
    items: Object.entries(items).map(([itemId, item]) => {
      const run = workingOn(item, states)
      return { itemId, ...structuredClone(item), ...(run !== undefined && { runStatus: run.status }) }
    }),
  }
}

/** The run that it waits for; of an effect the one that tried last. */
function workingOn({ runId, effectId }: Item, states: Reading['states']): Run | undefined {
  const bound = runId === undefined ? undefined : states.run(runId)
  if (effectId === undefined) return bound
  const serving = of(bound?.effects, effectId)?.runs.at(-1)
  return serving === undefined ? undefined : states.run(serving)
}
