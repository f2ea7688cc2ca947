/** What does not fit into one commit is done in several, each of them whole. */
import type { Fact } from '../../events/catalog.ts'
import type { Context, Decision } from '../world.ts'

/** All of the moves and the end, or a step: as many moves as fit, and the command is decided again on what is left. */
export function inSteps(moves: readonly (readonly Fact[])[], end: readonly Fact[], { limits }: Context): Decision {
  let events = end.length
  let bytes = 0
  const fitting: (readonly Fact[])[] = []
  for (const move of moves) {
    events += move.length
    bytes += bytesOf(move)
    const over = events > limits.commitEvents || bytes > limits.commitBytes / 2
    if (over && fitting.length > 0) return { step: fitting.flat() }
    fitting.push(move)
  }
  return [...moves.flat(), ...end]
}

const bytesOf = (facts: readonly Fact[]): number => Buffer.byteLength(JSON.stringify(facts))

/** Whether one commit can hold it: beside the events stands what was relied on. */
export const fits = (facts: readonly Fact[], { limits }: Context): boolean =>
  facts.length <= limits.commitEvents && bytesOf(facts) <= limits.commitBytes * 0.9
