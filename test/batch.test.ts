/** Which decisions can share a write. */
import { expect, test } from 'vitest'
import { createBatch } from '../src/log/batch.ts'

const draft = (relies: readonly string[], writes: readonly string[]) => ({
  on: Object.fromEntries(relies.map((s) => [s, 1])),
  events: writes.map((s) => ({ s, t: 'T', v: 1, d: {} })),
})

test('those that have nothing to do with each other fit, and so do those that write the same', () => {
  const fits = createBatch()
  expect([draft(['a'], ['a']), draft(['b'], ['b']), draft([], ['a'])].map(fits)).toEqual([true, true, true])
})

test('what relies on what one before it writes does not, whatever it writes', () => {
  const fits = createBatch()
  expect(fits(draft([], ['a']))).toBe(true)
  expect(fits(draft(['a', 'b'], ['c']))).toBe(false)
  // To rely on what nobody writes is no hindrance.
  expect(fits(draft(['d'], ['e']))).toBe(true)
})

test('nothing is written before one that waits, if that relies on it', () => {
  const fits = createBatch()
  expect(fits(draft([], ['a']))).toBe(true)
  expect(fits(draft(['a', 'b'], ['c']))).toBe(false)
  expect(fits(draft([], ['b']))).toBe(false)
  // Of one that waits itself, what it relies on is waited for, too; what it would have written is nobody's.
  expect(fits(draft(['x', 'a'], ['y']))).toBe(false)
  expect(fits(draft([], ['x']))).toBe(false)
  expect(fits(draft(['c'], ['y']))).toBe(true)
})
