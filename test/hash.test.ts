/** The digest that is worked out here is the one that node:crypto gives. */
import { createHash } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'

const TEXTS = [
  '',
  'abc',
  '{"plan":1}',
  // Around the ends of blocks, where the length no longer fits behind the text.
  ...[54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 1023, 1024, 1025, 5000].map((n) => 'x'.repeat(n)),
  'für 日本 🎉',
  '🎉'.repeat(512),
  '\ud800 alone',
]

const expected = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

// Each test with a count of its own: only the first few are worked out here.
beforeEach(() => vi.resetModules())
const fresh = async (): Promise<(text: string) => string> => (await import('../src/domain/hash.ts')).hash

test.each(TEXTS.map((text) => [text.length, text]))('of %i characters', async (_, text) => {
  expect((await fresh())(text)).toBe(expected(text))
})

test('the first short ones load no node:crypto; later ones and long ones do', async () => {
  const asked = vi.spyOn(process, 'getBuiltinModule')
  const hash = await fresh()
  const byHand = Array.from({ length: 16 }, (_, i) => hash(`text ${i}`))
  expect(asked).not.toHaveBeenCalled()
  expect(Array.from({ length: 16 }, (_, i) => hash(`text ${i}`))).toEqual(byHand)
  expect(asked).toHaveBeenCalledTimes(16)
  vi.resetModules()
  expect((await fresh())('x'.repeat(1025))).toBe(expected('x'.repeat(1025)))
  expect(asked).toHaveBeenCalledTimes(17)
  asked.mockRestore()
})
