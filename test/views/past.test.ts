/** A hub as it stood: what was answered then is answered again. */
import { expect, test } from 'vitest'
import { openHub, type Hub } from '../../src/hub.ts'
import { everyAnswer } from '../support/answers.ts'
import { playIn, type Playing } from '../support/random-hub.ts'
import { eventsOf } from '../support/histories.ts'
import { scratch } from '../support/scratch.ts'
import { seeded } from '../support/random.ts'
import { flushAll } from '../support/snapshots.ts'

const LONG = process.env['BATON_TEST_LONG'] !== undefined
const SEED = Number(process.env['BATON_SEED'] ?? 20_264)
const EVENTS = LONG ? 10_000 : 2_000
const PLACES = LONG ? 20 : 8

const dir = scratch()

interface Recorded {
  readonly position: number
  readonly at: string
  readonly answers: string
}

/** As text: what is compared is all that a caller can see of it. */
const answersOf = async (hub: Hub): Promise<string> => JSON.stringify(await everyAnswer(hub, { whys: 1 }))

/** Some of it is only there so that the history is long: its own streams, and one session that is told much. */
async function live(playing: Playing, hub: Hub, until: number): Promise<void> {
  while (hub.head.position < until) {
    if (playing.random.below(3) === 0) await playing.step(hub)
    else await many(hub, playing.random.below(1_000))
  }
}

const many = (hub: Hub, n: number) =>
  hub.eventStore.appendToStream(
    `long-${n % 5}`,
    Array.from({ length: 20 }, (_, i) => ({ type: 'Own', data: { n, i } })),
  )

test(
  `1. at ${PLACES} positions of ${EVENTS} events, every question is answered as the hub answered it when it stood there`,
  { timeout: 3_600_000 },
  async () => {
    const playing = await playIn(dir(), SEED)
    const hub = await openHub(playing.options)
    const wanted = seeded(SEED)
    const places = Array.from({ length: PLACES }, () => 1 + wanted.below(EVENTS)).toSorted((a, b) => a - b)
    const recorded: Recorded[] = []
    for (const place of places) {
      await live(playing, hub, place)
      recorded.push({ position: hub.head.position, at: hub.head.at, answers: await answersOf(hub) })
      // Some of the pasts lie behind a snapshot and some before all of them.
      if (recorded.length % 3 === 0) await flushAll(playing.dir)
    }
    await live(playing, hub, EVENTS)
    const now = await answersOf(hub)

    for (const { position, answers } of recorded) {
      const past = await hub.at(position)
      expect(past.head.position).toBe(position)
      expect(await answersOf(past), `seed ${SEED}, position ${position}`).toBe(answers)
      await past.close()
    }
    // By time: the last place that the log had come to by then, however the clock was set.
    for (const { at } of recorded) {
      const past = await hub.at(new Date(at))
      const last = recorded.findLast((each) => each.at === at) as Recorded
      expect(past.head.at <= at).toBe(true)
      expect(past.head.position).toBeGreaterThanOrEqual(last.position)
      const same = await hub.at(past.head.position)
      expect(await answersOf(past)).toBe(await answersOf(same))
      await past.close()
      await same.close()
    }
    expect(await answersOf(hub)).toBe(now)
    await hub.close()
    // And by another process that never saw it happen.
    const again = await openHub(playing.options)
    for (const { position, answers } of recorded.slice(0, 3)) {
      const past = await again.at(position)
      expect(await answersOf(past)).toBe(answers)
      await past.close()
    }
    await again.close()
    await playing.close()
    console.log(
      `seed ${SEED}: ${recorded.length} places, ${recorded.reduce((sum, { answers }) => sum + answers.length, 0)} bytes of answers`,
    )
  },
)

test('2. in the middle of a commit it is the whole commit; 0 is before everything; beyond the end is refused', async () => {
  const { hub } = await shortHub()
  const { events } = await hub.send({ type: 'Broadcast', to: 'task:t', body: 'all' })
  expect(events.length).toBeGreaterThan(2)
  const last = hub.head.position
  await hub.send({ type: 'OpenSession', sessionId: 'later' })
  for (let position = last - events.length + 1; position <= last; position++) {
    const past = await hub.at(position)
    expect(past.head.position).toBe(last)
    expect(await past.inbox('a').count()).toBe(1)
    await past.close()
  }
  const before = await hub.at(last - events.length)
  expect(await before.inbox('a').count()).toBe(0)
  const nothing = await hub.at(0)
  expect(await nothing.sessions()).toEqual([])
  expect(await eventsOf(nothing)).toEqual([])
  for (const wrong of [-1, hub.head.position + 1, 1.5, Number.NaN, new Date(Number.NaN)]) {
    await expect(hub.at(wrong)).rejects.toMatchObject({ code: 'INVALID_COMMAND' })
  }
  await hub.close()
})

test('2b. before the hub there was nothing to ask; from its founding on there is', async () => {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const at = dir()
  const options = { durability: 'os', clock: () => clock.now, sweepEvery: false } as const
  const hub = await openHub({ ...options, dir: `${at}/.baton`, create: true })
  clock.now += 60_000
  await hub.send({ type: 'OpenSession', sessionId: 'a' })
  await expect(hub.at(new Date('2025-12-31T23:59:59.999Z'))).rejects.toMatchObject({
    code: 'INVALID_COMMAND',
    message: 'there was no hub at 2025-12-31T23:59:59.999Z',
    details: { founded: '2026-01-01T00:00:00.000Z' },
    hint: expect.stringContaining('It begins at 2026-01-01T00:00:00.000Z') as string,
  })
  const young = await hub.at(new Date('2026-01-01T00:00:00Z'))
  expect(young.head.position).toBe(0)
  await expect(hub.at(9)).rejects.toMatchObject({
    hint: expect.stringMatching(/^The newest event is #1, of 2026-01-01T00:01/) as string,
  })
  await hub.close()
})

test('3. by time, though the clock steps back and stands still', async () => {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const hub = await openHub({
    dir: `${dir()}/.baton`,
    create: true,
    durability: 'os',
    clock: () => clock.now,
    sweepEvery: false,
  })
  // Position i has the highest time up to there.
  const times = [10, 20, 20, 5, 15, 30, 25, 40].map((second) => Date.parse('2026-01-01T00:00:00Z') + second * 1_000)
  for (const [i, time] of times.entries()) {
    clock.now = time
    await hub.eventStore.appendToStream('own', [{ type: 'Own', data: { i } }])
  }
  const positionAt = async (second: number): Promise<number> => {
    const past = await hub.at(new Date(Date.parse('2026-01-01T00:00:00Z') + second * 1_000))
    const { position } = past.head
    await past.close()
    return position
  }
  expect(await Promise.all([0, 9, 10, 19, 20, 29, 30, 39, 40, 99].map(positionAt))).toEqual([
    0, 0, 1, 1, 5, 5, 7, 7, 8, 8,
  ])
  await hub.close()
})

test('4. nothing can be written there, and a closed past answers nothing, by error', async () => {
  const { hub } = await shortHub()
  const past = await hub.at(hub.head.position)
  await expect(past.send({ type: 'OpenSession', sessionId: 'x' })).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  await expect(past.eventStore.appendToStream('x', [{ type: 'X', data: {} }])).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
  })
  await expect(past.projections.rebuild()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  expect(await past.projections.verify()).toMatchObject({ drifted: 0, position: past.head.position })
  await past.close()
  await past.close()
  for (const ask of [() => past.session('a'), () => past.tasks(), () => past.inbox('a').list(), () => past.timers()]) {
    await expect(ask()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  }
  const left = await hub.at(1)
  await hub.close()
  await expect(left.sessions()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  await expect(hub.at(1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})

test('5. a fork goes on by itself, from now or from back then, and the original does not change', async () => {
  const { hub } = await shortHub()
  const middle = hub.head.position
  const then = await answersOf(hub)
  await hub.send({ type: 'OpenSession', sessionId: 'later' })
  const now = await answersOf(hub)
  const past = await hub.at(middle)
  const forks = [await hub.fork(), await past.fork()]
  for (const fork of forks) {
    expect(fork.id).not.toBe(hub.id)
    await fork.send({ type: 'OpenSession', sessionId: 'theirs' })
    await fork.send({ type: 'SendMessage', to: 'a', body: 'theirs' })
    expect((await fork.session('theirs'))?.status).toBe('open')
  }
  expect(await forks[1]?.session('later')).toBeUndefined()
  expect(await answersOf(past)).toBe(then)
  expect(await answersOf(hub)).toBe(now)
  await past.close()
  await hub.close()
  // It needs the original no more.
  for (const fork of forks) {
    expect(await fork.inbox('a').count()).toBe(1)
    await fork.close()
  }
})

async function shortHub(): Promise<{ hub: Hub }> {
  const hub = await openHub({ dir: `${dir()}/.baton`, create: true, durability: 'os', sweepEvery: false })
  for (const sessionId of ['a', 'b', 'c']) await hub.send({ type: 'OpenSession', sessionId })
  await hub.send({ type: 'OpenTask', taskId: 't', title: 'T', owner: 'a', participants: ['a', 'b', 'c'] })
  return { hub }
}
