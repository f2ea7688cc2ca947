/** The history of a hub, as the beginning of a test. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openHub } from '../src/index.ts'
import { fromLog } from '../src/testing/from-log.ts'
import { sessionActor } from './support/agents.ts'
import { scratch } from './support/scratch.ts'
import { eventsOf } from './support/histories.ts'

const dir = scratch()
const [CODER, LEAD] = [sessionActor('coder'), sessionActor('lead')]

/** A task that is handed over and closed; the incident: a handoff of a closed task. */
async function incident(): Promise<{ hubDir: string; handedOver: number; end: number }> {
  const hubDir = path.join(dir(), '.baton')
  const hub = await openHub({ dir: hubDir, create: true, durability: 'os', sweepEvery: false })
  for (const sessionId of ['lead', 'coder']) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'OpenTask', taskId: 't1', title: 'T', owner: 'lead' })
  const { position } = await hub.as(LEAD).send({ type: 'Handoff', taskId: 't1', to: 'coder' })
  await hub.send({ type: 'SendMessage', to: 'coder', body: 'in between' })
  await hub.as(CODER).send({ type: 'CloseTask', taskId: 't1', outcome: 'done' })
  await hub.send({ type: 'CloseSession', sessionId: 'lead', outcome: 'done' })
  const end = hub.head.position
  await hub.close()
  return { hubDir, handedOver: position, end }
}

test('a command meets the hub as it stood at the end, or at a position', async () => {
  const { hubDir, handedOver, end } = await incident()
  const log = path.join(hubDir, 'log/00000001.jsonl')
  const before = fs.readFileSync(log)
  await fromLog(hubDir).as(CODER).when({ type: 'ReleaseTask', taskId: 't1' }).thenRejects('TASK_CLOSED')
  const then = fromLog(hubDir, { to: handedOver }).as(CODER)
  const wanted = { type: 'OwnerReleased', stream: 'task-t1', data: { taskId: 't1', from: 'coder', epoch: 3 } }
  await then.when({ type: 'ReleaseTask', taskId: 't1' }).then([wanted])
  // Each outcome has a hub of its own.
  const { receipt, hub } = await then.when({ type: 'ReleaseTask', taskId: 't1' }).outcome()
  expect(receipt).toMatchObject({
    position: expect.any(Number) as number,
    commit: expect.stringMatching(/^new-/) as string,
  })
  expect(receipt.events[0]?.position).toBeGreaterThan(handedOver)
  expect(hub.head.position).toBeLessThan(end)
  await fromLog(hubDir, { to: 2 }).as(CODER).when({ type: 'ReleaseTask', taskId: 't1' }).thenRejects('UNKNOWN_TASK')
  expect(fs.readFileSync(log)).toEqual(before)
})

test('its events are those of the incident, and its clock stands where it stood', async () => {
  const { hubDir, end } = await incident()
  const { hub, receipt } = await fromLog(hubDir).when({ type: 'OpenSession', sessionId: 'late' }).outcome()
  const original = await openHub({ dir: hubDir, sweepEvery: false })
  expect((await eventsOf(hub)).slice(0, end)).toEqual(await eventsOf(original))
  expect(receipt.events[0]?.position).toBe(end + 1)
  expect((await hub.commit(end + 1))?.at).toBe(original.head.at)
  const later = Date.parse(original.head.at) + 86_400_000
  const moved = await fromLog(hubDir).at(later).when({ type: 'OpenSession', sessionId: 'late' }).outcome()
  expect(moved.hub.head.at).toBe(new Date(later).toISOString())
  await original.close()
})

test('of a task, up to its newest event, or the newest by then', async () => {
  const { hubDir, handedOver } = await incident()
  const open = { type: 'OpenSession', sessionId: 'late' }
  const closed = (await fromLog(hubDir, { task: 't1' }).when(open).outcome()).hub
  expect([(await closed.task('t1'))?.status, (await closed.session('lead'))?.status]).toEqual(['closed', 'open'])
  const owned = (
    await fromLog(hubDir, { task: 't1', to: handedOver + 1 })
      .when(open)
      .outcome()
  ).hub
  expect(await owned.task('t1')).toMatchObject({
    owner: 'coder',
    status: expect.not.stringMatching('closed') as string,
  })
  await expect(fromLog(hubDir, { task: 'nothing' }).when(open).outcome()).rejects.toThrow('nothing ever happened')
  await expect(fromLog(path.join(hubDir, 'nowhere')).when(open).outcome()).rejects.toMatchObject({
    code: 'HUB_NOT_FOUND',
  })
})
