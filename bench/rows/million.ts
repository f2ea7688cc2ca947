import { STORY } from '../every-verb.ts'
import type { Comparison, Row, Side } from '../harness.ts'
import { slowest } from './verbs.ts'

const as = ['--as', 'reader']
const VERBS: Readonly<Record<string, readonly string[]>> = {
  inbox: ['inbox', ...as],
  notify: ['notify', ...as],
  log: ['log', '-n', '20'],
  send: ['send', 'operator', 'another message', ...as],
}

const verb = (args: readonly string[]): Side => ({ worker: 'workers/verb.mjs', options: { verb: args, in: 'used' } })
const line = (name: string): Comparison => ({
  what: `baton ${name}, over node -e 0, on the long one`,
  ours: name,
  metric: 'p50',
  atMost: 40,
})

/** A hub of a million events beside one of a thousand: opened, read, folded anew, and used from the command line. */
export const million: Row = {
  name: 'million',
  fixed: true,
  prepare: { worker: 'workers/million.mjs' },
  sides: {
    ...Object.fromEntries(Object.entries(VERBS).map(([name, args]) => [name, verb(args)])),
    every: { worker: 'workers/every-verb.mjs', options: { story: STORY, in: 'used' } },
    small: { worker: 'workers/open.mjs', options: { which: 'small' } },
    large: { worker: 'workers/open.mjs', options: { which: 'large' } },
    refold: { worker: 'workers/refold.mjs', options: { which: 'large', how: 'refold' } },
    parse: { worker: 'workers/refold.mjs', options: { which: 'large', how: 'parse' } },
  },
  lines: [
    { what: 'open a hub and read an inbox, long : short', ours: 'large', peer: 'small', metric: 'p50', atMost: 1.3 },
    { what: '  peak memory', ours: 'large', peer: 'small', metric: 'rss' },
    { what: 'fold all views anew : NDJSON parse', ours: 'refold', peer: 'parse', metric: 'rate', atLeast: 0.3 },
    { what: '  peak memory, MB', ours: 'refold', metric: 'rss', atMost: 250 },
    ...Object.keys(VERBS).map(line),
    slowest('every', 'every verb on the long one'),
  ],
}
