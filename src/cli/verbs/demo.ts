import { isTerminal } from '../output.ts'
import { noDryRun } from '../show.ts'
import { PART_VARIABLE } from '../demo/cast.ts'
import type { Staging } from '../demo/stage.ts'
import type { Line, VerbBody } from '../verb.ts'

export const demo: VerbBody = {
  more: 'Fan-out, broadcast, handoff, seed and merge, a crash, and fan-in.',
  notes: () => [
    ['--dir <path>', 'make the hub there instead of in a new temporary directory; it stays'],
    ['--json', 'the events as they come, and the report, one object a line'],
  ],
  examples: ['baton demo', 'baton demo --dir ~/baton-demo --json'],
  async run({ given, look, signal, where }) {
    noDryRun(given, 'demo')
    const part = process.env[PART_VARIABLE]
    if (part !== undefined) {
      await (await import('../demo/actor.ts')).act(part, where(), signal)
      return { json: { part }, text: '' }
    }
    // BATON_DIR names a hub that is somebody's: the demo never goes there.
    const dir = typeof given['dir'] === 'string' ? given['dir'] : undefined
    const columns = isTerminal(1) ? process.stdout.columns || 80 : WIDTH
    return { lines: lines({ dir, look, columns, signal }, given['json'] === true) }
  },
}

/** Of what is piped, or read later. */
const WIDTH = 100

async function* lines(staging: Staging, isJson: boolean): AsyncGenerator<Line> {
  const { stage } = await import('../demo/stage.ts')
  for await (const { json, text } of stage(staging)) {
    if ((isJson ? json : text) !== undefined) yield { json, text: text ?? '' }
  }
}
