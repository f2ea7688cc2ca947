import { beforeEach, expect, test } from 'vitest'
import { shell, type Shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

const fresh = scratch()
let baton: Shell

beforeEach(() => {
  baton = shell(fresh())
})

test('options may stand before help, and behind it', async () => {
  const help = await baton.ok('help', 'send')
  expect(help).toMatch(/^baton send <to> \[body\]\n/)
  expect(await baton.ok('--as', 'x', 'help', 'send')).toBe(help)
  expect(await baton.ok('help', '--as', 'x', 'send')).toBe(help)
  expect(await baton.ok('--as', 'x', 'help')).toBe(await baton.ok('help'))
})

test.each([
  ['effect settle', 'outcome', 'ok if not given'],
  ['group settle', 'outcome', 'ok if not given'],
  ['task close', 'outcome', 'done if not given'],
  ['session close', 'outcome', 'done if not given'],
  ['run fail', 'reason', 'error if not given'],
])('what %s takes where no %s is given', async (verb, option, says) => {
  expect(await baton.ok('help', ...verb.split(' '))).toMatch(new RegExp(`\\n +--${option} <[^>]+> +${says}\\n`))
})
