/** The command line is read as Node's own `parseArgs` reads it, strictly: whatever is typed, and whatever is wrong with it. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { expect, test } from 'vitest'
import type { OptionSpec } from '../../src/cli/verb.ts'
import { givenIn, tokensOf, wordsIn, wrongIn } from '../../src/cli/words.ts'
import { seeded } from '../support/random.ts'

const options = {
  as: { type: 'string', about: '' },
  title: { type: 'string', short: 't', about: '' },
  n: { type: 'string', short: 'n', about: '' },
  set: { type: 'string', multiple: true, about: '' },
  json: { type: 'boolean', about: '' },
  quiet: { type: 'boolean', short: 'q', about: '' },
  follow: { type: 'boolean', short: 'f', about: '' },
} as const

const bare: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
  Object.entries(options).map(([name, { type, multiple = false, short }]: [string, OptionSpec]) => [
    name,
    { type, multiple, ...(short !== undefined && { short }) },
  ]),
)

const PIECES =
  `--as --as= --as=x --title -t -tx -t=x --set --set=a=1 -n -n5 -5 -n-5 --json --json=yes --quiet -q -qf -qn5 -fqt
  -qx -f= --follow --no-json --nope -- - word a=b --=x --- -é -q😀 --toString --__proto__ -= ü`
    .split(/\s+/)
    .concat('', 'two words')

const WRONG: readonly [code: string, kind: RegExp, why: string][] = [
  ['ERR_PARSE_ARGS_UNKNOWN_OPTION', /./, 'unknown'],
  ['ERR_PARSE_ARGS_INVALID_OPTION_VALUE', /does not take an argument/, 'takes no value'],
  ['ERR_PARSE_ARGS_INVALID_OPTION_VALUE', /argument missing|ambiguous/, 'needs a value'],
]

function nodes(args: string[]): object {
  try {
    const { values, positionals } = parseArgs({ args, options: bare, strict: true, allowPositionals: true })
    return { words: positionals, given: Object.fromEntries(Object.entries(values)) }
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string }
    return { wrong: WRONG.find(([known, kind]) => known === code && kind.test(message))?.[2] ?? message }
  }
}

function ours(args: string[]): object {
  const tokens = tokensOf(args, options)
  const wrong = wrongIn(tokens, options)
  return wrong === undefined ? { words: wordsIn(tokens), given: givenIn(tokens, options) } : { wrong: wrong.why }
}

test('20,000 lines', () => {
  const random = seeded(Number(process.env['BATON_SEED'] ?? 1_122))
  const kinds = new Map<string, number>()
  for (let i = 0; i < 20_000; i++) {
    const args = Array.from({ length: random.below(6) }, () => random.pick(PIECES))
    const read = ours(args)
    expect(read, JSON.stringify(args)).toEqual(nodes(args))
    const kind = 'wrong' in read ? String(read.wrong) : 'read'
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  // Each of them often enough.
  expect([...kinds.keys()].toSorted()).toEqual(['needs a value', 'read', 'takes no value', 'unknown'])
  expect(Math.min(...kinds.values())).toBeGreaterThan(200)
})

const wrong = (...args: string[]) => wrongIn(tokensOf(args, options), options)

test('which option is wrong: a long one by its name, one that nobody knows as it was typed', () => {
  expect(wrong('-t')).toEqual({ typed: '--title', why: 'needs a value' })
  expect(wrong('-t', '--json')).toEqual({ typed: '--title', why: 'needs a value' })
  expect(wrong('-f=x')).toEqual({ typed: '-=', why: 'unknown' })
  expect(wrong('--json=x')).toEqual({ typed: '--json', why: 'takes no value' })
  expect(wrong('--nope=x')).toEqual({ typed: '--nope', why: 'unknown' })
  expect(wrong('--title=--json', '-n-5', '--', '--nope')).toBeUndefined()
})
