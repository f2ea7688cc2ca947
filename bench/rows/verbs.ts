import { STORY } from '../every-verb.ts'
import type { Comparison, Row, Side } from '../harness.ts'

const as = ['--as', 'operator']
const VERBS: Readonly<Record<string, readonly string[]>> = {
  help: ['help'],
  inbox: ['inbox', ...as],
  notify: ['notify', ...as],
  log: ['log', '-n', '20'],
  send: ['send', 'operator', 'another message', ...as],
}

const side = (verb: readonly string[]): Side => ({ worker: 'workers/verb.mjs', options: { verb } })
const line = (name: string): Comparison => ({
  what: `baton ${name}, over node -e 0`,
  ours: name,
  metric: 'p50',
  atMost: 40,
})

/** Of all the lines of the story. */
export const slowest = (ours: string, what: string): Comparison => ({
  what: `${what}, the slowest of them, over node -e 0`,
  ours,
  metric: 'worst',
  atMost: 40,
})

/** With `--hub DIR` on that hub, to which `send` adds; otherwise on a small one. */
export const verbs: Row = {
  name: 'verbs',
  fixed: true,
  prepare: { worker: 'workers/small-hub.mjs' },
  sides: {
    ...Object.fromEntries(Object.entries(VERBS).map(([name, verb]) => [name, side(verb)])),
    every: { worker: 'workers/every-verb.mjs', options: { story: STORY } },
  },
  lines: [...Object.keys(VERBS).map(line), slowest('every', 'every verb')],
}
