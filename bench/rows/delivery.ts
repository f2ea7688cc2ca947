import type { Row } from '../harness.ts'

const paced = { every: 10 }

/** A hundred messages a second from one process to a subscriber in another: from before the command to the hand. */
export const delivery: Row = {
  name: 'delivery',
  sides: {
    os: { worker: 'workers/delivery.mjs', options: { ...paced, durability: 'os' } },
    disk: { worker: 'workers/delivery.mjs', options: { ...paced, durability: 'disk' } },
    backlog: { worker: 'workers/delivery.mjs', options: { ...paced, durability: 'os', waiting: 10_000 } },
  },
  lines: [
    { what: 'a message to a subscriber elsewhere, 100 a second, os', ours: 'os', metric: 'p50', atMost: 2 },
    { what: '  p99', ours: 'os', metric: 'p99', atMost: 10 },
    { what: 'a message to a subscriber elsewhere, 100 a second, disk', ours: 'disk', metric: 'p50', atMost: 3 },
    { what: '  p99', ours: 'disk', metric: 'p99', atMost: 10 },
    { what: 'with 10,000 waiting before it, os', ours: 'backlog', metric: 'p50', atMost: 2 },
    { what: '  : with none', ours: 'backlog', peer: 'os', metric: 'p50' },
  ],
}
