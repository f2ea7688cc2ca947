import type { Row } from '../harness.ts'

const callers = 64
const os = { durability: 'os', callers }

export const wholeCommand: Row = {
  name: 'whole-command',
  sides: {
    operator: { worker: 'workers/hub.mjs', options: os },
    sessions: { worker: 'workers/hub.mjs', options: { ...os, to: 'sessions' } },
    log: { worker: 'workers/log.mjs', options: os },
    pairs: { worker: 'workers/log.mjs', options: { ...os, delivers: true } },
  },
  lines: [
    {
      what: 'SendMessage to the operator, 64 callers, os : the bare log',
      ours: 'operator',
      peer: 'log',
      metric: 'rate',
      atLeast: 0.3,
    },
    { what: '  : the bare log, two events a commit', ours: 'operator', peer: 'pairs', metric: 'rate' },
    { what: '  peak memory, all messages waiting', ours: 'operator', metric: 'rss' },
    { what: 'SendMessage to 64 sessions, os : the bare log', ours: 'sessions', peer: 'log', metric: 'rate' },
  ],
}
