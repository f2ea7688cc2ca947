import type { Row } from '../harness.ts'

const callers = 64

export const callersDisk: Row = {
  name: 'callers-disk',
  sides: {
    ours: { worker: 'workers/log.mjs', options: { durability: 'disk', callers } },
    sqlite: { worker: 'peers/sqlite.mjs', options: { mode: 'grouped', callers } },
  },
  lines: [
    { what: '64 callers, disk : SQLite FULL, grouped', ours: 'ours', peer: 'sqlite', metric: 'rate', atLeast: 1.2 },
  ],
}
