import type { Row } from '../harness.ts'

const processes = 8
const flatOut = { timed: true, between: 'turn' }

export const eightProcesses: Row = {
  name: 'eight-processes',
  sides: {
    ours: { worker: 'workers/log.mjs', processes, options: { ...flatOut, durability: 'disk' } },
    bare: { worker: 'workers/bare.mjs', processes, options: { ...flatOut, blocking: false } },
    full: { worker: 'peers/sqlite.mjs', processes, options: { ...flatOut, mode: 'full' } },
    best: { worker: 'peers/sqlite.mjs', processes, options: { ...flatOut, mode: 'best' } },
  },
  lines: [
    { what: '8 processes, disk : bare append+fdatasync to one file', ours: 'ours', peer: 'bare', metric: 'rate' },
    { what: '  p99', ours: 'ours', peer: 'bare', metric: 'p99' },
    { what: '8 processes, disk : SQLite FULL', ours: 'ours', peer: 'full', metric: 'rate', atLeast: 1.5 },
    { what: '  the slowest of them', ours: 'ours', peer: 'full', metric: 'slowest' },
    { what: '  p50', ours: 'ours', peer: 'full', metric: 'p50' },
    { what: '  p99', ours: 'ours', peer: 'full', metric: 'p99', atMost: 0.25 },
    { what: '8 processes, disk : SQLite at its best', ours: 'ours', peer: 'best', metric: 'rate', atLeast: 1.2 },
    { what: '  the slowest of them', ours: 'ours', peer: 'best', metric: 'slowest' },
    { what: '  p50', ours: 'ours', peer: 'best', metric: 'p50' },
    { what: '  p99', ours: 'ours', peer: 'best', metric: 'p99', atMost: 1 },
  ],
}
