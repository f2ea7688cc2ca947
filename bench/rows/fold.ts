import type { Row } from '../harness.ts'

export const fold: Row = {
  name: 'fold',
  fixed: true,
  prepare: { worker: 'workers/generate.mjs' },
  sides: {
    ours: { worker: 'workers/fold.mjs', options: { parse: false } },
    parse: { worker: 'workers/fold.mjs', options: { parse: true } },
  },
  lines: [
    { what: 'fold through acceptance : NDJSON parse', ours: 'ours', peer: 'parse', metric: 'rate', atLeast: 0.75 },
    { what: '  peak memory', ours: 'ours', peer: 'parse', metric: 'rss' },
  ],
}
