import type { Row } from '../harness.ts'

const processes = 8

export const oneStream: Row = {
  name: 'one-stream',
  sides: {
    ours: {
      worker: 'workers/log.mjs',
      processes,
      options: { durability: 'disk', timed: true, between: 'turn', stream: 'hot' },
    },
    full: {
      worker: 'peers/sqlite.mjs',
      processes,
      options: { mode: 'full', timed: true, between: 'turn', stream: 'hot' },
    },
    best: {
      worker: 'peers/sqlite.mjs',
      processes,
      options: { mode: 'best', timed: true, between: 'turn', stream: 'hot' },
    },
  },
  lines: [
    { what: '8 processes on one stream, disk : SQLite FULL', ours: 'ours', peer: 'full', metric: 'rate' },
    { what: '  p99', ours: 'ours', peer: 'full', metric: 'p99' },
    { what: '8 processes on one stream, disk : SQLite at its best', ours: 'ours', peer: 'best', metric: 'rate' },
    { what: '  p99', ours: 'ours', peer: 'best', metric: 'p99' },
    { what: '  conflicts per accepted commit', ours: 'ours', metric: 'conflicts' },
  ],
}
