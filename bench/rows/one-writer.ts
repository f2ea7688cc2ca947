import type { Row } from '../harness.ts'

export const oneWriter: Row = {
  name: 'one-writer',
  sides: {
    ours: { worker: 'workers/log.mjs', options: { durability: 'disk' } },
    bare: { worker: 'workers/bare.mjs', options: { blocking: false } },
    blocking: { worker: 'workers/bare.mjs', options: { blocking: true } },
  },
  lines: [
    {
      what: 'one writer, disk : bare append+fdatasync',
      ours: 'ours',
      peer: 'bare',
      metric: 'rate',
      atLeast: 0.85,
    },
    { what: 'one writer, disk : the same, blocking the event loop', ours: 'ours', peer: 'blocking', metric: 'rate' },
  ],
}
