import type { Row } from '../harness.ts'

const callers = 64

export const callersOs: Row = {
  name: 'callers-os',
  sides: {
    ours: { worker: 'workers/log.mjs', options: { durability: 'os', callers } },
    untouched: { worker: 'workers/log.mjs', options: { durability: 'os', callers, touch: false } },
    stringify: { worker: 'workers/stringify.mjs', options: { callers } },
  },
  lines: [
    { what: '64 callers, os : JSON.stringify', ours: 'ours', peer: 'stringify', metric: 'rate', atLeast: 0.4 },
    { what: '  where nobody reads the events back', ours: 'untouched', peer: 'stringify', metric: 'rate' },
  ],
}
