import { CommandHandler, isExpectedVersionConflictError, type Event } from '@event-driven-io/emmett'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openHub, type Hub } from '../src/hub.ts'
import { openMemoryLog } from '../src/log/memory.ts'
import { scratch } from './support/scratch.ts'

type Counted = Event<'Counted', { n: number }>
const counted = (n: number): Counted => ({ type: 'Counted', data: { n } })

const dir = scratch()
const stores: Record<string, () => Promise<Hub>> = {
  memory: () => openHub({ log: openMemoryLog(), create: true }),
  file: () => openHub({ dir: path.join(dir(), '.baton'), create: true }),
}

async function withHub(open: () => Promise<Hub>, run: (hub: Hub) => Promise<void>): Promise<void> {
  const hub = await open()
  try {
    await run(hub)
  } finally {
    await hub.close()
  }
}

for (const [name, open] of Object.entries(stores)) {
  describe(`Emmett's EventStore on the ${name} log`, () => {
    const withStore = withHub.bind(null, open)

    test('1. a stream that nobody wrote does not exist', () =>
      withStore(async ({ eventStore }) => {
        expect(await eventStore.streamExists('cart-1')).toBe(false)
        expect(await eventStore.readStream('cart-1')).toEqual({
          currentStreamVersion: 0n,
          events: [],
          streamExists: false,
        })
      }))

    test('2. events come back in order with their metadata', () =>
      withStore(async ({ eventStore }) => {
        const first = await eventStore.appendToStream<Counted>('cart-1', [counted(1), counted(2)])
        expect(first).toEqual({ nextExpectedStreamVersion: 2n, createdNewStream: true, lastEventGlobalPosition: 2n })
        await eventStore.appendToStream<Counted>('cart-2', [counted(9)])
        const second = await eventStore.appendToStream<Counted>('cart-1', [counted(3)])
        expect(second).toEqual({ nextExpectedStreamVersion: 3n, createdNewStream: false, lastEventGlobalPosition: 4n })
        const { events, currentStreamVersion } = await eventStore.readStream<Counted>('cart-1')
        expect(currentStreamVersion).toBe(3n)
        expect(events.map(({ type, data, kind }) => ({ type, data, kind }))).toEqual(
          [1, 2, 3].map((n) => ({ type: 'Counted', data: { n }, kind: 'Event' })),
        )
        expect(events.map(({ metadata }) => [metadata.streamPosition, metadata.globalPosition])).toEqual([
          [1n, 1n],
          [2n, 2n],
          [3n, 4n],
        ])
        expect(new Set(events.map(({ metadata }) => metadata.messageId)).size).toBe(3)
        expect(events[0]?.metadata.streamName).toBe('cart-1')
      }))

    test('3. a caller’s own metadata is kept beside ours', () =>
      withStore(async ({ eventStore }) => {
        type Traced = Event<'Traced', { n: number }, { trace: string }>
        await eventStore.appendToStream<Traced>('t', [{ type: 'Traced', data: { n: 1 }, metadata: { trace: 'abc' } }])
        const { events } = await eventStore.readStream<Traced>('t')
        expect(events[0]?.metadata).toMatchObject({ trace: 'abc', streamName: 't', streamPosition: 1n })
      }))

    test('4. from, to and maxCount cut the stream; the version stays the stream’s', () =>
      withStore(async ({ eventStore }) => {
        await eventStore.appendToStream<Counted>('s', [1, 2, 3, 4, 5].map(counted))
        const read = async (options: object): Promise<number[]> => {
          const result = await eventStore.readStream<Counted>('s', options)
          expect(result.currentStreamVersion).toBe(5n)
          expect(result.streamExists).toBe(true)
          return result.events.map(({ data }) => data.n)
        }
        expect(await read({ from: 0n })).toEqual([1, 2, 3, 4, 5])
        expect(await read({ from: 2n })).toEqual([2, 3, 4, 5])
        expect(await read({ to: 2n })).toEqual([1, 2])
        expect(await read({ from: 2n, to: 3n })).toEqual([2, 3])
        expect(await read({ maxCount: 2n })).toEqual([1, 2])
        expect(await read({ from: 4n, maxCount: 9n })).toEqual([4, 5])
        expect(await read({ from: 2n, to: 3n, maxCount: 1n })).toEqual([2])
        expect(await read({ from: 6n })).toEqual([])
        expect(await read({ to: 0n })).toEqual([])
        expect(await read({ maxCount: 0n })).toEqual([])
      }))

    test('5. the four expectations, on reading and on appending', () =>
      withStore(async ({ eventStore }) => {
        const attempt = async (stream: string, expectedStreamVersion: never): Promise<boolean[]> => {
          const tries = [
            () => eventStore.readStream(stream, { expectedStreamVersion }),
            () => eventStore.appendToStream(stream, [counted(0)], { expectedStreamVersion }),
          ]
          const fine: boolean[] = []
          for (const run of tries) {
            const error: unknown = await run().then(
              () => undefined,
              (thrown: unknown) => thrown,
            )
            if (error !== undefined) expect(isExpectedVersionConflictError(error)).toBe(true)
            fine.push(error === undefined)
          }
          return fine
        }
        expect(await attempt('none', 'STREAM_EXISTS' as never)).toEqual([false, false])
        expect(await attempt('none', 1n as never)).toEqual([false, false])
        expect(await attempt('none', 'STREAM_DOES_NOT_EXIST' as never)).toEqual([true, true])
        expect(await attempt('none', 'STREAM_DOES_NOT_EXIST' as never)).toEqual([false, false])
        expect(await attempt('none', 1n as never)).toEqual([true, true])
        expect(await attempt('none', 1n as never)).toEqual([false, false])
        expect(await attempt('none', 'STREAM_EXISTS' as never)).toEqual([true, true])
        expect(await attempt('none', 'NO_CONCURRENCY_CHECK' as never)).toEqual([true, true])
        expect((await eventStore.readStream('none')).currentStreamVersion).toBe(4n)
      }))

    test('6. a conflict carries the expected and the actual version, and leaves nothing in the log', () =>
      withStore(async (hub) => {
        await hub.eventStore.appendToStream('s', [counted(1)])
        const { position } = hub.head
        const conflict = hub.eventStore.appendToStream('s', [counted(2)], { expectedStreamVersion: 7n })
        await expect(conflict).rejects.toMatchObject({ expected: '7', current: '1', errorCode: 412 })
        expect(hub.head.position).toBe(position)
        expect((await hub.verify()).commits).toBe(1)
      }))

    test('7. an empty append is a no-op that still checks the version', () =>
      withStore(async (hub) => {
        await hub.eventStore.appendToStream('s', [counted(1)])
        const { cursor } = hub.head
        const result = await hub.eventStore.appendToStream('s', [], { expectedStreamVersion: 1n })
        expect(result).toMatchObject({ nextExpectedStreamVersion: 1n, createdNewStream: false })
        const wrong = hub.eventStore.appendToStream('s', [], { expectedStreamVersion: 3n })
        await expect(wrong).rejects.toSatisfy(isExpectedVersionConflictError)
        await hub.catchUp()
        expect(hub.head.cursor).toBe(cursor)
      }))

    test('8. no object is shared with the caller, before, during or after', () =>
      withStore(async ({ eventStore }) => {
        const data = { n: 1, deep: { list: [1, 2] } }
        const appending = eventStore.appendToStream('s', [{ type: 'Counted', data }])
        data.n = 99
        data.deep.list.push(3)
        await appending
        const first = await eventStore.readStream('s')
        expect(first.events[0]?.data).toEqual({ n: 1, deep: { list: [1, 2] } })
        const given = first.events[0]?.data as typeof data | undefined
        given?.deep.list.push(4)
        const second = await eventStore.readStream('s')
        expect(second.events[0]?.data).toEqual({ n: 1, deep: { list: [1, 2] } })
      }))

    test('9. events are downcast when stored and upcast when read', () =>
      withStore(async ({ eventStore }) => {
        type Priced = Event<'Priced', { cents: bigint }>
        type StoredPriced = Event<'Priced', { cents: string }>
        const schema = {
          versioning: {
            upcast: ({ type, data }: StoredPriced): Priced => ({ type, data: { cents: BigInt(data.cents) } }),
            downcast: ({ type, data }: Priced): StoredPriced => ({ type, data: { cents: String(data.cents) } }),
          },
        }
        const priced: Priced = { type: 'Priced', data: { cents: 12n } }
        await eventStore.appendToStream<Priced, StoredPriced>('s', [priced], { schema })
        expect((await eventStore.readStream('s')).events[0]?.data).toEqual({ cents: '12' })
        const upcast = await eventStore.readStream<Priced, StoredPriced>('s', { schema })
        expect(upcast.events[0]?.data).toEqual({ cents: 12n })
        const bare = eventStore.appendToStream<Priced>('s', [priced])
        await expect(bare).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
      }))

    test('10. aggregateStream folds, and says the stream’s own version even when it reads a part', () =>
      withStore(async ({ eventStore }) => {
        await eventStore.appendToStream<Counted>('s', [1, 2, 3].map(counted))
        const fold = { initialState: () => 0, evolve: (sum: number, { data }: Counted) => sum + data.n }
        expect(await eventStore.aggregateStream<number, Counted>('s', fold)).toEqual({
          state: 6,
          currentStreamVersion: 3n,
          streamExists: true,
        })
        const part = await eventStore.aggregateStream<number, Counted>('s', { ...fold, read: { to: 2n } })
        expect(part).toEqual({ state: 3, currentStreamVersion: 3n, streamExists: true })
      }))

    test('11. CommandHandler retries a conflict until it wins', () =>
      withStore(async ({ eventStore }) => {
        const handle = CommandHandler<number, Counted>({
          initialState: () => 0,
          evolve: (sum, { data }) => sum + data.n,
          retry: {
            onVersionConflict: {
              retries: 20,
              minTimeout: 1,
              factor: 1,
              shouldRetryError: isExpectedVersionConflictError,
            },
          },
        })
        const results = await Promise.all(
          Array.from({ length: 8 }, () => handle(eventStore, 's', (sum) => counted(sum + 1))),
        )
        expect(
          results.map(({ nextExpectedStreamVersion }) => Number(nextExpectedStreamVersion)).toSorted((a, b) => a - b),
        ).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
        // Each saw the sum of all before it: 1, 2, 4, 8 ...
        expect((await eventStore.readStream<Counted>('s')).events.map(({ data }) => data.n)).toEqual([
          1, 2, 4, 8, 16, 32, 64, 128,
        ])
      }))

    test('12. user streams live under x-, out of reach of the hub’s own', () =>
      withStore(async (hub) => {
        await hub.eventStore.appendToStream('task-t1', [counted(1)])
        const streams: string[] = []
        for await (const event of hub.log()) streams.push(event.stream)
        expect(streams).toEqual(['x-task-t1'])
      }))
  })
}

test('reading a stream costs its own events, not the log', async () => {
  const log = openMemoryLog()
  let pages = 0
  const counting = {
    ...log,
    read(...args: Parameters<typeof log.read>) {
      pages++
      return log.read(...args)
    },
  }
  const hub = await openHub({ log: counting, create: true })
  for (let i = 0; i < 20; i++) await hub.eventStore.appendToStream(`s${i}`, [counted(i)])
  const spy: number[] = []
  const readAt = log.readAt.bind(log)
  counting.readAt = (ref) => (spy.push(ref), readAt(ref))
  pages = 0
  await hub.eventStore.readStream('s7')
  // One look for news at the end of the log, and one entry.
  expect({ pages, entries: spy.length }).toEqual({ pages: 1, entries: 1 })
  await hub.close()
})
