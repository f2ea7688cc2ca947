import { beforeEach, expect, test } from 'vitest'
import { commandCatalog } from '../../src/index.ts'
import { helpFor, overview } from '../../src/cli/help.ts'
import { loaded } from '../../src/cli/verb.ts'
import { headings, verbs } from '../../src/cli/verbs/catalog.ts'
import { shell, type Shell } from '../support/baton.ts'
import { scratch } from '../support/scratch.ts'

const fresh = scratch()
let baton: Shell

beforeEach(() => {
  baton = shell(fresh())
})

test('options may stand before help, and behind it', async () => {
  const help = await baton.ok('help', 'send')
  expect(help).toMatch(/^baton send <address> \[text\]\n/)
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

const WIDTH = 100

test('the overview names every verb once, under headings, within a hundred columns', async () => {
  const said = await baton.ok('help')
  expect(said.trimEnd()).toBe(overview(headings, { colour: false, now: 0 }))
  const lines = said.split('\n')
  for (const { title } of headings) expect(lines).toContain(title)
  for (const { name, usage, summary } of await Promise.all(verbs.map(loaded))) {
    expect(
      lines.filter((line) => line.startsWith(`  ${name} ${usage}`.trimEnd()) && line.endsWith(`  ${summary}`)),
      name,
    ).toHaveLength(1)
  }
  expect(lines.filter((line) => line.length > WIDTH)).toEqual([])
  expect(new Set(verbs.map(({ name }) => name)).size).toBe(verbs.length)
})

test('a word that several verbs begin with has their overview', async () => {
  const said = await baton.ok('help', 'task')
  expect(said.match(/^ {2}task /gm)).toHaveLength(verbs.filter(({ name }) => name.startsWith('task ')).length)
  expect(said).not.toMatch(/^ {2}session /m)
})

/** Where a command has several verbs, each says what it does with it. */
const OWN_WORDS = new Set(['reply', 'session renew', 'run renew'])

test('a verb is summed up as its command is', () => {
  const commands = verbs.flatMap((verb) =>
    'command' in verb && verb.command !== undefined ? [{ ...verb, command: verb.command }] : [],
  )
  expect(commands.length).toBeGreaterThan(40)
  for (const { name, command, summary } of commands) {
    if (!OWN_WORDS.has(name)) expect(summary, name).toBe(commandCatalog[command].summary)
  }
})

test.each(verbs.map((verb) => [verb.name, verb] as const))(
  'help %s: every option is explained, and shown in use',
  async (_, each) => {
    const { name, usage, options, examples, more } = await loaded(each)
    const own = Object.entries((await options?.()) ?? {})
    for (const [option, { about }] of own) expect(about, `--${option}`).not.toBe('')
    expect(examples.length).toBeGreaterThanOrEqual(own.length === 0 ? 1 : 2)
    expect(new Set(examples).size).toBe(examples.length)
    for (const example of examples) expect(example).toMatch(new RegExp(`^baton ${name}( |$)`))
    const said = await helpFor(await loaded(each), { colour: false, now: 0 })
    expect(said.startsWith(`baton ${name} ${usage}`.trimEnd())).toBe(true)
    for (const line of [more ?? '', ...examples]) expect(said).toContain(line)
    expect(said.split('\n').filter((line) => line.length > WIDTH + 40)).toEqual([])
  },
)
