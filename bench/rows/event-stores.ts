import type { Row } from '../harness.ts'

/** For information: stores that make other promises. */
export const eventStores: Row = {
  name: 'event-stores',
  sides: {
    disk: { worker: 'workers/event-store.mjs', options: { durability: 'disk' } },
    log: { worker: 'workers/log.mjs', options: { durability: 'disk' } },
    journal: { worker: 'peers/babysitter.mjs' },
    os: { worker: 'workers/event-store.mjs', options: { durability: 'os' } },
    memory: { worker: 'workers/event-store.mjs' },
  },
  lines: [
    { what: 'event store, one writer, disk : the log alone', ours: 'disk', peer: 'log', metric: 'rate' },
    { what: "event store, one writer, disk : babysitter's journal", ours: 'disk', peer: 'journal', metric: 'rate' },
    { what: "event store, one writer, os : Emmett's in memory", ours: 'os', peer: 'memory', metric: 'rate' },
  ],
}
