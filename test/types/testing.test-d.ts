/** The types of the testing kit. */
import type { BatonError, Hub, HubOptions, Log } from 'agent-baton'
import { fromLog, given, testHub, type Outcome, type When } from 'agent-baton/testing'
import { logContract } from 'agent-baton/testing/log-contract'
import { same } from './same.js'

same<ReturnType<typeof fromLog>, When>()
same<Awaited<ReturnType<typeof testHub>>['hub'], Hub>()
same<Awaited<ReturnType<typeof testHub>>['clock'], { now: number }>()
same<Parameters<When['limits']>[0], NonNullable<HubOptions['limits']>>()
same<Parameters<typeof logContract>[0], string>()

export async function scenarios(log: Log): Promise<void> {
  const outcome = await given({ type: 'OpenSession', sessionId: 'planner' })
    .as({ kind: 'session', id: 'planner' })
    .when({ type: 'OpenTask', taskId: 't1', title: 'the parser' })
    .outcome()
  same<typeof outcome, Outcome>()
  const refused = await given().when({ type: 'ClaimTask', taskId: 't1' }).thenRejects('UNKNOWN_TASK')
  same<typeof refused, BatonError>()
  // @ts-expect-error no such code
  await given().when({ type: 'ClaimTask', taskId: 't1' }).thenRejects('NO_TASK')
  // @ts-expect-error no such command
  given({ type: 'OpenSesion', sessionId: 'planner' })
  logContract('mine', () => log)
}
