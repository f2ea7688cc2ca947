/** What runs the documents (docs.test.ts) finds whatever is wrong with one. */
import { expect, test } from 'vitest'
import { followed, type ConsoleOptions } from './support/documents/console.ts'
import {
  deadFiles,
  deadLinks,
  strayCommands,
  strayExcerpts,
  unknownScripts,
  unknownVerbs,
} from './support/documents/looks.ts'
import { parseDocument, type Document } from './support/documents/markdown.ts'

const document = (...lines: string[]): Document => parseDocument('docs/made-up.md', lines.join('\n'))
const block = (...lines: string[]): Document => document('```console', ...lines, '```')
const problemsOf = async (one: Document, options?: ConsoleOptions): Promise<string> =>
  (await followed(one, options)).problems.join('\n')

test('01 a whole session with ids, times, remarks, an answer in another process and Ctrl-C is right', async () => {
  const right = block(
    '$ baton init --quiet',
    '$ baton session open coder --as operator',
    '#1 session coder opened',
    '$ baton send coder \\',
    '    "two words" --as operator  # sent',
    '#2 message 01M7Z1F9F5PS0124TXTD9ZP2YT operator → coder: two words',
    '#3 01M7Z1F9F5PS0124TXTD9ZP2YT delivered to coder',
    '$ baton inbox coder --follow > seen.txt &',
    '$ until grep -qs two seen.txt; do sleep 0.05; done; kill -INT $!; wait $!',
    '[exit 130]',
    '$ cat seen.txt',
    'operator  message  18:00:59  01M7Z1F9F5PS0124TXTD9ZP2YT',
    '  two words',
    '$ baton ack 01M7Z1F9F5PS0124TXTD9ZP2YT --as coder',
    '...',
    '$ cat <<END; pwd',
    '> $(baton show 1 --json | head -c 5)',
    '> END',
    '{"id"',
    '/home/you/project',
    '$ ls -a; false',
    '...',
    '.baton',
    '...',
    '[exit 1]',
  )
  expect(await problemsOf(right)).toBe('')
})

test.each([
  ['02 another output', ['$ echo one; echo two', 'one', 'three'], /:2: .*\n    one\n  - three\n  \+ two$/],
  ['03 too much of it', ['$ echo one', 'one', ''], /:2: .*\n    one\n  - $/],
  ['04 too little of it', ['$ echo one; echo two', 'one'], /:2: .*\n    one\n  \+ two$/],
  [
    '05 a command that fails',
    ['$ true', '$ baton inbox nobody'],
    /:3: .*\n  \+ baton: there is no hub[^]*\n  \+ \[exit 3\]$/,
  ],
  ['06 an exit that is not said', ['$ false'], /:2: .*\n  \+ \[exit 1\]$/],
  ['07 the same below dots', ['$ false', '...'], /:2: .*\n  - \.\.\.\n  \+ \[exit 1\]$/],
  ['08 an exit that is another', ['$ (exit 5)', '[exit 4]'], /:2: .*\n  - \[exit 4\]\n  \+ \[exit 5\]$/],
  ['09 a command that does not fail', ['$ true', '[exit 1]'], /:2: .*\n  - \[exit 1\]$/],
  ['10 lines between dots that do not come', ['$ seq 9', '...', '4', '...', '3', '...'], /:2: /],
  [
    '11 an id that is another one than above',
    [
      '$ echo 01M7Z1F9F5PS0124TXTD9ZP2YT',
      '01M7Z1F9F5PS0124TXTD9ZP2YT',
      '$ echo 01M7Z1F9F5PS0124TXTD9ZP2YV',
      '01M7Z1F9F5PS0124TXTD9ZP2YT',
    ],
    /:4: .*\n/,
  ],
  ['12 no command', ['hello'], /:2: a console block begins with a command/],
  ['14 the end of the shell', ['$ exit 3'], /:2: .* ended the shell/],
  ['15 what is left running', ['$ sleep 60 &'], /1 commands are left running/],
  ['16 what a document cannot show', ["$ echo '$ ls'"], /:2: .* prints what a document cannot show: \$ ls/],
])('%s', async (_, lines, says) => {
  expect(await problemsOf(block(...lines))).toMatch(says)
})

test('13 an endless command', async () => {
  expect(await problemsOf(block('$ echo so far; sleep 60'), { patienceMs: 1_000 })).toMatch(
    /:2: .* has not ended after 1 s; so far it printed: so far/,
  )
})

test('28 a block may need what is not there; one that needs what is there is run', async () => {
  const two = document(
    '```console needs nosuchprogram',
    '$ nosuchprogram',
    '```',
    '```console fresh needs bash',
    '$ false',
    '```',
  )
  const { steps, problems } = await followed(two)
  expect({ steps, problems }).toEqual({ steps: 1, problems: ['docs/made-up.md:5: $ false\n  + [exit 1]'] })
  expect(await problemsOf(document('```console freshly', '$ true', '```'))).toMatch(/:1: what is console freshly\?/)
})

test('17 what another directory holds is not seen; nor what a variable names', async () => {
  const two = document('```console', '$ touch x; y=1', '```', '```console fresh', '$ ls; echo "$y"', 'x', '1', '```')
  expect(await problemsOf(two)).toMatch(/:5: .*\n  - x\n  - 1\n  \+ $/)
})

test('18 written anew it shows what the commands print, with the ids that it had', async () => {
  const id = '01M7Z1F9F5PS0124TXTD9ZP2YT'
  const old = document(
    '```console',
    '$ baton init --quiet; baton session open coder --as operator',
    'nothing yet',
    '$ baton send coder hi --as operator',
    `#7 message ${id} operator → coder: hi`,
    '[exit 1]',
    '```',
    'and then',
    '```console',
    '$ baton inbox coder --json | head -c 35; echo; false',
    '```',
    'the end',
  )
  const { problems, text } = await followed(old)
  expect(problems).toHaveLength(3)
  const [first, second, third] = [
    '#1 session coder opened',
    `#2 message ${id} operator → coder: hi`,
    `#3 ${id} delivered to coder`,
  ]
  expect(text.split('\n')).toEqual([
    ...old.lines.slice(0, 2),
    first,
    old.lines[3],
    second,
    third,
    ...old.lines.slice(6, 10),
    `[{"id":"${id}"`,
    '[exit 1]',
    ...old.lines.slice(10),
  ])
  expect(await problemsOf(parseDocument('docs/made-up.md', text))).toBe('')
})

test.each<[string, string[], (one: Document) => string[] | Promise<string[]>, string[]]>([
  [
    '19 a stray command',
    ['```', '# baton as it is', 'A=1 baton init', 'cd x && npx baton init', '{"run": "baton notify"}', '```'],
    (one) => strayCommands(one, []),
    [':3: a command that nobody runs', ':4: a command that nobody runs'],
  ],
  [
    '20 an excerpt of nothing',
    ['```ts', "import { openHub } from 'agent-baton'", '', 'hub.fly()', '```'],
    strayExcerpts,
    [':2: this is in none of the examples from here on: hub.fly()'],
  ],
  [
    '21 an excerpt in another order',
    ['```ts', 'await hub.close()', "import path from 'node:path'", '```'],
    strayExcerpts,
    [':2: this is in none of the examples'],
  ],
  [
    '22 dead links',
    ['[a](nowhere.md) [b](../README.md#no) [c](#here)', '[d](guarantees.md#speed) [e](https://nowhere)', '## Here'],
    deadLinks,
    [':1: there is no docs/nowhere.md', ':1: README.md has no heading #no'],
  ],
  [
    '23 a dead picture',
    ['<img src="no.svg">', '![a b](no.png "title")'],
    deadLinks,
    [':1: there is no docs/no.svg', ':2: there is no docs/no.png'],
  ],
  [
    '24 a file that is gone',
    ['See `src/hub.ts`, `src/hib.ts` and `hub.ts`.'],
    deadFiles,
    [':1: there is no src/hib.ts'],
  ],
  [
    '25 no such script',
    ['`npm run check` and `npm run chuck`'],
    unknownScripts,
    [':1: package.json has no script chuck'],
  ],
  [
    '26 no such verb, no such option',
    ['`baton frob`, `baton task claim t1 --json`', '`baton send x y --fast`'],
    unknownVerbs,
    [':1: baton frob: there is no such verb', ':2: baton send x y --fast: send knows no --fast'],
  ],
])('%s', async (_, lines, check, says) => {
  const problems = await check(document(...lines))
  expect(problems.map((problem, i) => problem.slice(0, `docs/made-up.md${says[i]}`.length))).toEqual(
    says.map((text) => `docs/made-up.md${text}`),
  )
})

test('27 a block without an end, and one within another', () => {
  expect(() => document('a', '```console', '$ true')).toThrow('docs/made-up.md:2: this block has no end')
  expect(() => document('```console', '```ts')).toThrow('docs/made-up.md:2: a block begins within another one')
})
