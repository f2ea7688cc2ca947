/** A hub with a little of everything, as the examples and the mistakes of newcomers find it. */
import fs from 'node:fs'
import path from 'node:path'
import { openHub, type Command, type Hub } from '../../src/index.ts'

export type Step = readonly [actor: string, command: Command]

export const SESSIONS: readonly Step[] = [
  ['operator', { type: 'OpenSession', sessionId: 'planner' }],
  ['operator', { type: 'OpenSession', sessionId: 'coder', leaseMs: 3_600_000 }],
  ['operator', { type: 'OpenSession', sessionId: 'reviewer' }],
  ['operator', { type: 'OpenSession', sessionId: 'tester' }],
]

export const EVERYTHING: readonly Step[] = [
  ...SESSIONS,
  ['planner', { type: 'OpenTask', taskId: 't1', title: 'the parser', owner: 'coder', participants: ['reviewer'] }],
  ['planner', { type: 'FormGroup', name: 'reviewers', members: ['coder', 'tester'] }],
  ['coder', { type: 'StartRun', runId: 'r1', begin: true, leaseMs: 3_600_000 }],
  ['coder', { type: 'SetState', scope: 'run', id: 'r1', set: { plan: 'tests first', config: 1, 'plan.step': 2 } }],
  ['coder', { type: 'StartRun', runId: 'r2', parentRunId: 'r1' }],
  ['planner', { type: 'SetState', scope: 'session', id: 'planner', set: { phase: 1 } }],
  ['planner', { type: 'SendMessage', to: 'coder', body: 'which schema does it read?', task: 't1' }],
  ['reviewer', { type: 'SendMessage', to: 'coder', body: 'and by when?', replyWithinMs: 3_600_000 }],
  ['coder', { type: 'SendMessage', to: 'planner', body: 'on Friday' }],
]

export async function perform(dir: string, steps: readonly Step[]): Promise<void> {
  await within(dir, async (hub) => {
    for (const [actor, command] of steps) {
      await (actor === 'operator' ? hub : hub.as({ kind: 'session', id: actor })).send(command)
    }
  })
}

export async function within<Answer>(dir: string, ask: (hub: Hub) => Promise<Answer>): Promise<Answer> {
  const hub = await openHub({
    dir: path.join(dir, '.baton'),
    create: true,
    durability: 'os',
    sweepEvery: false,
    actor: { kind: 'operator' },
  })
  try {
    return await ask(hub)
  } finally {
    await hub.close()
  }
}

/** Where it lies once it was made; each who wants one takes a copy. */
export async function prepare(dir: string, steps: readonly Step[] = EVERYTHING): Promise<string> {
  fs.mkdirSync(dir, { recursive: true })
  await perform(dir, steps)
  return dir
}
