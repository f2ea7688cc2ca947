import type { Row } from '../harness.ts'

const processes = 8
const paced = { timed: true, between: 'pause' }

/** As eight-processes, with a pause of a millisecond between two appends: writers that also do something else. */
export const eightPaced: Row = {
  name: 'eight-paced',
  sides: {
    ours: { worker: 'workers/log.mjs', processes, options: { ...paced, durability: 'disk' } },
    full: { worker: 'peers/sqlite.mjs', processes, options: { ...paced, mode: 'full' } },
    best: { worker: 'peers/sqlite.mjs', processes, options: { ...paced, mode: 'best' } },
  },
  lines: [
    { what: '8 processes that pause 1 ms, disk : SQLite FULL', ours: 'ours', peer: 'full', metric: 'rate' },
    { what: '  p50', ours: 'ours', peer: 'full', metric: 'p50' },
    { what: '  p99', ours: 'ours', peer: 'full', metric: 'p99' },
    { what: '8 processes that pause 1 ms, disk : SQLite at its best', ours: 'ours', peer: 'best', metric: 'rate' },
    { what: '  p50', ours: 'ours', peer: 'best', metric: 'p50' },
    { what: '  p99', ours: 'ours', peer: 'best', metric: 'p99' },
  ],
}
