/** Which decisions can share a write, and what becomes of them. */
import { expect, test } from 'vitest'
import { admit, headMark, openWindow } from '../src/log/accept.ts'
import { createBatch, stamp, type Ready } from '../src/log/batch.ts'
import { decode } from '../src/log/commit.ts'

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

// ---- lines

const BY = { kind: 'session', id: 'a' }
const OPTIONS = { clock: () => 1_700_000_000_000, maxCommitBytes: 3 * 1024 * 1024, maxCommitEvents: 3 }

/** A window of three commits, each of which wrote the stream that is called as it is. */
const window = openWindow(1)
for (const id of ['s-1', 's-2', 's-3']) {
  admit(window, { id, by: BY, seen: headMark(window), safe: headMark(window), on: {}, crc: Number(id.slice(2)) }, [id])
}
const place = { window, seen: headMark(window), safe: headMark(window) }

const ready = (id: string, seenAt: number, on: readonly string[], events = 1, text = ''): Ready<{ id: string }> => ({
  pending: { id },
  seenAt,
  draft: {
    by: BY,
    cmd: 'Test',
    on: Object.fromEntries(on.map((s) => [s, 1])),
    events: Array.from({ length: events }, () => ({ s: 's-own', t: 'T', v: 1, d: { text } })),
  },
})

const ids = (all: readonly { readonly id: string }[]): string[] => all.map(({ id }) => id)

test('what still holds says that it has seen all; what relied on what was written since is decided again', () => {
  const batch = [ready('new', 3, ['s-3']), ready('late', 2, ['s-3']), ready('lucky', 2, ['s-2']), ready('old', 9, [])]
  const { encoded, again, refused } = stamp(batch, place, OPTIONS)
  expect([ids(encoded.map(({ pending }) => pending)), ids(again), refused]).toEqual([
    ['new', 'lucky'],
    ['late', 'old'],
    [],
  ])
  for (const { pending, attempt } of encoded) {
    expect(decode(attempt.line)).toMatchObject({
      kind: 'commit',
      commit: { id: pending.id, at: '2023-11-14T22:13:20.000Z', seen: place.seen, safe: place.safe },
    })
  }
})

test('what is too large is refused alone, and what would make the write too large waits', () => {
  const text = 'x'.repeat(2.5 * 1024 * 1024)
  const batch = [
    ready('many', 3, [], 4),
    ready('large', 3, [], 1, text.repeat(2)),
    ready('first', 3, [], 1, text),
    ready('second', 3, [], 1, text),
    ready('waits', 3, []),
  ]
  const { encoded, again, refused } = stamp(batch, place, OPTIONS)
  expect(ids(encoded.map(({ pending }) => pending))).toEqual(['first', 'second'])
  expect(ids(again)).toEqual(['waits'])
  expect(refused.map(({ pending, error }) => [pending.id, error.code])).toEqual([
    ['many', 'LIMIT_EXCEEDED'],
    ['large', 'PAYLOAD_TOO_LARGE'],
  ])
})

test('a clock that shows no time is told to each caller', () => {
  const { encoded, refused } = stamp([ready('a', 3, []), ready('b', 3, [])], place, { ...OPTIONS, clock: () => NaN })
  expect(encoded).toEqual([])
  expect(refused.map(({ pending, error }) => [pending.id, error.code])).toEqual([
    ['a', 'INVALID_COMMAND'],
    ['b', 'INVALID_COMMAND'],
  ])
})
