/** What a line of ours became, by what the fold met. */
import { expect, test } from 'vitest'
import { createAttempts } from '../src/log/attempts.ts'
import type { Expected } from '../src/log/fold.ts'
import type { Judged } from '../src/log/judging.ts'

const line = (id: string, crc: number): Expected =>
  ({ line: Buffer.from(id), commit: { id, crc }, raises: [] }) as unknown as Expected

/** A line at `ref`, as the fold tells of it. */
const met = (ref: number, { commit }: Expected, rest: Partial<Judged> = {}): Judged =>
  ({ entry: { ref }, commit, n: ref, ...rest }) as unknown as Judged

function begun() {
  const expected = new Set<Expected>()
  const attempts = createAttempts({
    expect: (own) => void expected.add(own),
    forget: (own) => void expected.delete(own),
  })
  return { expected, attempts }
}

test('an accepted line has the receipt that was made in the turn in which it was folded', () => {
  const { attempts, expected } = begun()
  const ours = line('a', 1)
  let folded = 0
  attempts.begin(ours, () => folded)
  expect(expected).toEqual(new Set([ours]))
  expect(attempts.observe(met(5, line('b', 2)))).toBe(false)
  folded = 7
  expect(attempts.observe(met(6, ours))).toBe(true)
  folded = 8
  expect(attempts.end('a')).toEqual({ n: 6, receipt: 7 })
  expect(expected.size).toBe(0)
  // Nobody asks for it any more.
  expect(attempts.observe(met(7, ours))).toBe(false)
  expect(attempts.end('a')).toBeUndefined()
})

test('a void one is lost, unless it is another attempt under the same id', () => {
  const { attempts } = begun()
  attempts.begin(line('a', 1), () => undefined)
  attempts.observe(met(5, line('a', 99), { void: 'stale' }))
  const lost = met(6, line('a', 1), { void: 'conflict' })
  expect(attempts.observe(lost)).toBe(false)
  expect(attempts.end('a')).toEqual({ lost })

  attempts.begin(line('a', 2), () => undefined)
  attempts.observe(met(7, line('a', 1), { void: 'conflict' }))
  expect(attempts.end('a')).toBeUndefined()
})

test('what was accepted stays accepted, whatever copies of it follow', () => {
  const { attempts } = begun()
  const ours = line('a', 1)
  attempts.begin(ours, () => 'done')
  attempts.observe(met(5, ours))
  attempts.observe(met(6, ours, { void: 'duplicate' }))
  expect(attempts.end('a')).toEqual({ n: 5, receipt: 'done' })
})

test('a torn line is remembered with its place, for whoever misses his own from there on', () => {
  const { attempts } = begun()
  expect(attempts.isTornFrom(0)).toBe(false)
  const { commit: _, ...torn } = met(40, line('', 0), { void: 'torn' })
  attempts.observe(torn)
  expect([attempts.isTornFrom(0), attempts.isTornFrom(40), attempts.isTornFrom(41)]).toEqual([true, true, false])
})
