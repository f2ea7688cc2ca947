/** The hub's timer, on a clock that the test moves: when it looks, what it lets expire, and whom it gives time. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startSweeper } from '../src/alive/sweeper.ts'
import { dueAt, type Timer } from '../src/domain/timers.ts'
import { NEW_YEAR } from '../src/testing/test-hub.ts'

const EVERY = 5_000
/** So far looks are apart from each other in different processes. */
const STAGGER = 64

beforeEach(() => vi.useFakeTimers({ now: NEW_YEAR }))
afterEach(() => vi.useRealTimers())

const after = (ms: number): string => new Date(NEW_YEAR + ms).toISOString()
const elapsed = (): number => Date.now() - NEW_YEAR

/** Sweeps as the hub does: whatever is due by then, and not in its grace, is gone. */
function swept(...timers: (Timer & { readonly stuck?: true })[]) {
  const left = [...timers]
  const ended: { id: string; at: number; awakeSince: number; until: number }[] = []
  let lookingMs = 0
  let looks = 0
  const sweeper = startSweeper({
    everyMs: EVERY,
    clock: () => Date.now(),
    async timers() {
      looks++
      if (lookingMs > 0) await new Promise((resolve) => setTimeout(resolve, lookingMs))
      return [...left]
    },
    async sweep(awakeSince, until) {
      const due = left.filter(
        (timer) => timer.stuck !== true && dueAt(timer, Date.parse(awakeSince)) <= Date.parse(until),
      )
      for (const timer of due) {
        left.splice(left.indexOf(timer), 1)
        const [since, by] = [awakeSince, until].map((text) => Date.parse(text) - NEW_YEAR)
        ended.push({ id: timer.id, at: elapsed(), awakeSince: since as number, until: by as number })
      }
    },
  })
  return { sweeper, left, ended, slowly: (ms: number) => (lookingMs = ms), looks: () => looks }
}

/** The machine sleeps: time goes by, and nothing runs. */
const sleepFor = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

test('what others have made due is found at the next look, and ended as it falls due', async () => {
  const { left, ended, sweeper } = swept()
  await vi.advanceTimersByTimeAsync(4_000)
  left.push({ at: after(7_000), id: 'm1' })
  await vi.advanceTimersByTimeAsync(4_000)
  expect(ended).toMatchObject([{ id: 'm1' }])
  expect(ended[0]?.at).toBeGreaterThanOrEqual(7_000)
  expect(ended[0]?.at).toBeLessThanOrEqual(7_000 + STAGGER)
  await sweeper.stop()
})

test('a lease that had run out before we came: its holder has as long as it runs', async () => {
  const { ended, sweeper } = swept({ at: after(-60_000), id: 'r1', leaseMs: 30_000 }, { at: after(-60_000), id: 'm1' })
  await vi.advanceTimersByTimeAsync(29_000)
  expect(ended.map(({ id }) => id)).toEqual(['m1'])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(ended.map(({ id }) => id)).toEqual(['m1', 'r1'])
  await sweeper.stop()
})

test.each([
  ['two intervals and more', 30_000, 60_000],
  ['less than that, with a lease that is shorter still', 2_000, 8_000],
])('a sleep of %s: the lease that ran out in it begins anew', async (_, leaseMs, asleep) => {
  const { ended, left, sweeper } = swept()
  await vi.advanceTimersByTimeAsync(12_000)
  left.push({ at: after(12_500), id: 'r1', leaseMs })
  sleepFor(asleep)
  const woke = elapsed()
  await vi.advanceTimersByTimeAsync(leaseMs - 100)
  expect(ended).toEqual([])
  await vi.advanceTimersByTimeAsync(EVERY + STAGGER + 200)
  expect(ended).toMatchObject([{ id: 'r1' }])
  expect(ended[0]?.awakeSince).toBeGreaterThanOrEqual(woke)
  await sweeper.stop()
})

test('a sleep between looking and acting: nothing ends that fell due in it', async () => {
  const { ended, slowly, sweeper } = swept(
    { at: after(4_000), id: 'm1' },
    { at: after(30_000), id: 'r1', leaseMs: 3_000 },
    { at: after(30_000), id: 'm2' },
  )
  slowly(100)
  // In the middle of its first look, which knows of what is due by then alone.
  await vi.advanceTimersByTimeAsync(EVERY + 10)
  sleepFor(40_000)
  await vi.advanceTimersByTimeAsync(200)
  expect(ended).toMatchObject([{ id: 'm1', until: EVERY }])
  await sweeper.stop()
})

test('a clock that steps back: who was awake before is awake since then, and leases end as they say', async () => {
  const { ended, left, sweeper } = swept({ at: after(8_000), id: 'r1', leaseMs: 6_000 })
  await vi.advanceTimersByTimeAsync(6_000)
  const back = -3_600_000
  vi.setSystemTime(NEW_YEAR + back)
  left.push({ at: after(back + 20_000), id: 'r2', leaseMs: 6_000 })
  await vi.advanceTimersByTimeAsync(19_900)
  expect(ended).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect(ended).toMatchObject([{ id: 'r2' }])
  await sweeper.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('what cannot be ended waits for the next look, and a time that is none holds up nothing', async () => {
  const { ended, looks, sweeper } = swept(
    { at: after(1_000), id: 'stuck', stuck: true },
    { at: 'never', id: 'no time', stuck: true },
    { at: after(12_000), id: 'm1' },
  )
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ended).toMatchObject([{ id: 'm1' }])
  // Two reads to a look: at each interval, and when the message fell due.
  expect(looks()).toBeLessThanOrEqual(2 * (60_000 / EVERY + 2))
  await sweeper.stop()
})

test('stopped, it looks no more, and is stopped once the look under way has ended', async () => {
  const { ended, left, slowly, sweeper } = swept({ at: after(1_000), id: 'm1' })
  slowly(1_000)
  await vi.advanceTimersByTimeAsync(EVERY + 500)
  let isStopped = false
  const stopping = sweeper.stop().then(() => (isStopped = true))
  await vi.advanceTimersByTimeAsync(100)
  expect(isStopped).toBe(false)
  await vi.advanceTimersByTimeAsync(5_000)
  await stopping
  expect(ended).toMatchObject([{ id: 'm1' }])
  left.push({ at: after(0), id: 'm2' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ended).toHaveLength(1)
  expect(vi.getTimerCount()).toBe(0)
})
