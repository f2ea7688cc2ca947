import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { barLine, bytes, openBar, withBar, type Screen } from '../../src/cli/progress.ts'
import type { Given } from '../../src/cli/verb.ts'
import { lacks } from '../support/needs.ts'

const ERASE = '\r\u001b[2K'

function screen(isTTY: boolean, columns = 100): Screen & { readonly drawn: string[] } {
  const drawn: string[] = []
  return { isTTY, columns, drawn, write: (text) => drawn.push(text) }
}

/** A clock that is moved by hand. */
function stage(given: Given = {}, isTTY = true) {
  const on = screen(isTTY)
  const clock = { now: 1_000_000 }
  const options = { doing: 'verifying', unit: 'bytes', given, screen: on, now: () => clock.now } as const
  return { on, clock, options }
}

test('what is done within half a second shows no bar', () => {
  const { on, clock, options } = stage()
  const bar = openBar(options)
  for (let i = 0; i < 49; i++) {
    clock.now += 10
    bar.update({ done: i, total: 50 })
  }
  bar.end()
  expect(on.drawn).toEqual([])
})

test('then it is drawn ten times a second at most, over itself, and taken away in the end', () => {
  const { on, clock, options } = stage()
  const bar = openBar(options)
  for (let i = 0; i < 2_000; i++) {
    clock.now += 1
    bar.update({ done: i * 1_000, total: 2_000_000 })
  }
  bar.end()
  expect(on.drawn.length).toBeGreaterThanOrEqual(15)
  expect(on.drawn.length).toBeLessThanOrEqual(17)
  for (const text of on.drawn) expect(text.startsWith(ERASE)).toBe(true)
  expect(on.drawn.at(-1)).toBe(ERASE)
  expect(on.drawn[0]).toBe(
    `${ERASE}verifying ${'█'.repeat(9)}${'░'.repeat(31)}  24%  499 KB of 2.0 MB  1.0 MB/s  2s left`,
  )
})

test.each([
  ['no terminal', {}, false],
  ['--json', { json: true }, true],
  ['--quiet', { quiet: true }, true],
] as const)('%s: not a byte', (_, given, isTTY) => {
  const { on, clock, options } = stage(given, isTTY)
  const bar = openBar(options)
  for (let i = 0; i < 20; i++) {
    clock.now += 1_000
    bar.update({ done: i, total: 20 })
  }
  bar.end()
  expect(on.drawn).toEqual([])
})

test('it is gone before an error is told', async () => {
  const { on, clock, options } = stage()
  const failing = withBar(options, async (update) => {
    clock.now += 600
    update({ done: 1, total: 2 })
    throw new Error('it broke')
  })
  await expect(failing).rejects.toThrow('it broke')
  expect(on.drawn.at(-1)).toBe(ERASE)
})

test.each([
  ['bytes', { done: 0, total: 1_000 }, 500, '0%  0 B of 1.0 KB  0 B/s'],
  ['bytes', { done: 1_234_567, total: 9_876_543_210 }, 1_000, '0%  1.2 MB of 9.9 GB  1.2 MB/s  2h 13m left'],
  ['bytes', { done: 10, total: 10 }, 1_000, '100%  10 B of 10 B  10 B/s  0s left'],
  ['bytes', { done: 0, total: 0 }, 1_000, '100%  0 B of 0 B  0 B/s  0s left'],
  // What grows meanwhile is never more than whole.
  ['bytes', { done: 20, total: 10 }, 1_000, '100%  20 B of 10 B  20 B/s  0s left'],
  ['positions', { done: 12_500, total: 1_000_000 }, 2_000, '1%  #12,500 of #1,000,000  6,250/s  2m 38s left'],
] as const)('%s %j after %i ms', (unit, progress, elapsed, facts) => {
  expect(barLine('x', unit, progress, elapsed, 200)).toMatch(
    new RegExp(`^x [█░]{40} +${facts.replaceAll('.', '\\.')}$`),
  )
})

test('what goes on from where it had stopped counts its own work alone', () => {
  const { on, clock, options } = stage()
  const bar = openBar(options)
  for (let done = 900_000; done <= 960_000; done += 1_000) {
    bar.update({ done, total: 1_000_000 })
    clock.now += 10
  }
  expect(on.drawn.at(-1)).toMatch(/ 96% {2}960 KB of 1\.0 MB {2}100 KB\/s {2}1s left$/)
})

test('of documents nobody knows how many come', () => {
  const line = barLine('comparing', 'documents', { done: 12_345, total: 12_345 }, 1_000, 80)
  expect(line).toBe('comparing  12,345 documents  12,345/s')
})

test('it never fills the last column: a narrow terminal gets fewer cells, then none, then less text', () => {
  for (let columns = 1; columns < 200; columns++) {
    const line = barLine('verifying', 'bytes', { done: 5e6, total: 1e7 }, 3_000, columns)
    expect(line.length).toBeLessThan(columns)
    if (columns > 80) expect(line).toMatch(/^verifying █+░+ +50%/)
  }
  expect(barLine('verifying', 'bytes', { done: 5e6, total: 1e7 }, 3_000, 56)).toMatch(/^verifying +50% /)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 KB'],
  [9_949, '9.9 KB'],
  [99_999, '100 KB'],
  [999_499, '999 KB'],
  [999_999, '1.0 MB'],
  [183_110_546, '183 MB'],
  [5.5e15, '5500 TB'],
])('%i bytes', (n, text) => expect(bytes(n)).toBe(text))

/** As real as it gets: a pseudo-terminal. */
test.skipIf(lacks('terminal'))('on a terminal, and nowhere else', () => {
  const program = `
    const { openBar } = await import('${new URL('../../src/cli/progress.ts', import.meta.url).href}')
    const bar = openBar({ doing: 'working', unit: 'positions', given: {} })
    const end = performance.now() + 900
    while (performance.now() < end) bar.update({ done: 1, total: 2 })
    bar.end()
    console.log('done')`
  const node = `'${process.execPath}' --import tsx --input-type=module -e "$PROGRAM"`
  const env = { ...process.env, PROGRAM: program }
  const onTerminal = spawnSync('script', ['-qec', node, '/dev/null'], { env, encoding: 'utf8', timeout: 30_000 })
  expect(onTerminal.stdout).toMatch(/\r\u001b\[2Kworking [█░ ]*50% {2}#1 of #2/)
  expect(onTerminal.stdout).toMatch(/\r\u001b\[2Kdone\r\n$/)
  const piped = spawnSync('sh', ['-c', node], { env, encoding: 'utf8', timeout: 30_000 })
  expect({ stdout: piped.stdout, stderr: piped.stderr }).toEqual({ stdout: 'done\n', stderr: '' })
})
