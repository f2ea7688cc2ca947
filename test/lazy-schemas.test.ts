import type * as zod from 'zod/mini'
import { expect, test, vi } from 'vitest'
import { openHub, openMemoryLog } from '../src/index.ts'

const built = vi.hoisted(() => vi.fn())

// A schema of an event or a command is an object's: those that are built are counted.
vi.mock('zod/mini', async (original) => {
  const z = await original<typeof zod>()
  return {
    ...z,
    strictObject: (...args: Parameters<typeof z.strictObject>) => {
      built(...args)
      return z.strictObject(...args)
    },
  }
})

test('to open a hub and to read it builds no schema; a command builds its own and those of its events, once', async () => {
  const log = openMemoryLog()
  await using hub = await openHub({ log, create: true })
  await hub.inbox('operator').list()
  expect(built).not.toHaveBeenCalled()

  const say = () => hub.send({ type: 'SendMessage', to: 'operator', body: 'hello' })
  const { events } = await say()
  const types = new Set(events.map(({ type }) => type))
  expect(types.size).toBeGreaterThan(0)
  expect(built).toHaveBeenCalledTimes(1 + types.size)

  await say()
  for await (const { position } of hub.log()) expect(position).toBeGreaterThan(0)
  expect(await hub.inbox('operator').count()).toBe(2)
  expect(built).toHaveBeenCalledTimes(1 + types.size)
})
