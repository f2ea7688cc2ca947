/**
 * The documents are true: every command in them is run and prints what stands below it, every piece of a program is part
 * of one that runs, every link leads somewhere. `BATON_DOCS_WRITE=1 npx vitest run test/docs.test.ts` writes what commands
 * print now into the documents, after `npm run build`; a `...` above lines that have changed has to be put back by hand.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { followed, isConsole } from './support/documents/console.ts'
import {
  commandOf,
  deadFiles,
  deadLinks,
  strayCommands,
  strayExcerpts,
  unknownScripts,
  unknownVerbs,
  type Exception,
} from './support/documents/looks.ts'
import { readDocument, ROOT, type Document } from './support/documents/markdown.ts'

const ALL_OF_IT = { timeout: 300_000 }
const WRITES = process.env['BATON_DOCS_WRITE'] !== undefined

/** The examples of a verb's help stand there; test/cli/examples.test.ts runs them. */
const RUN_ELSEWHERE = ['docs/cli.md']

const EXCEPTIONS: readonly Exception[] = [
  {
    file: 'README.md',
    lines: ['npm ci && npm start', 'npm ci && npm test'],
    why: 'they install, and the second runs this test; CI runs both on a clean clone',
  },
  {
    file: 'CONTRIBUTING.md',
    lines: ['npm ci', 'npm test', 'npm run test:long', 'npm run check', 'npm run bench'],
    why: 'they run this test, or for minutes; CI runs install, check and test',
  },
  {
    file: 'bench/README.md',
    lines: [
      'npm run bench',
      'npm run bench -- --quick',
      'npm run bench -- fold one-writer',
      'npm run bench -- million',
      'npm run bench -- verbs --hub DIR',
      'npm run bench -- --json FILE',
      'npm run bench -- --cpu-prof DIR',
    ],
    why: 'a bench beside tests measures the tests',
  },
]

/** What links may lead to before it is there. */
const LATER: readonly string[] = ['docs/agents.md', 'docs/guide.md', 'docs/api.md', 'docs/cli.md', 'docs/errors.md']

const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && fs.existsSync(path.join(ROOT, file)))

const documents = FILES.map(readDocument)
const isRun = ({ file, blocks }: Document): boolean => !RUN_ELSEWHERE.includes(file) && blocks.some(isConsole)
const named = (some: readonly Document[]): [string, Document][] => some.map((document) => [document.file, document])

test.each(named(documents.filter(isRun)))(
  'what %s shows is what its commands print',
  ALL_OF_IT,
  async (file, document) => {
    const { problems, text } = await followed(document)
    if (WRITES) fs.writeFileSync(path.join(ROOT, file), text)
    expect(problems.join('\n\n')).toBe('')
  },
)

test.each(named(documents))(
  'what %s names is there, and no command stands where nobody runs it',
  async (file, document) => {
    const problems = [
      ...deadLinks(document, LATER),
      ...deadFiles(document),
      ...(RUN_ELSEWHERE.includes(file) ? [] : strayCommands(document, EXCEPTIONS)),
      ...strayExcerpts(document),
      ...unknownScripts(document),
      ...(await unknownVerbs(document)),
    ]
    expect(problems.join('\n')).toBe('')
  },
)

test('each exception stands in its document', () => {
  const gone = EXCEPTIONS.flatMap(({ file, lines }) => {
    const there = new Set(readDocument(file).lines.map(commandOf))
    return lines.filter((line) => !there.has(line))
  })
  expect(gone).toEqual([])
})

test('each test that a guarantee names is there', () => {
  const rows = readDocument('docs/guarantees.md').lines.flatMap(
    (line) => /^\| [^|]+ \| (`[^|]+) \|/.exec(line)?.[1] ?? [],
  )
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string))
  expect(rows.length).toBeGreaterThan(60)
  expect(
    named.filter((name) => !['', '.test.ts'].some((end) => fs.existsSync(path.join(ROOT, `test/${name}${end}`)))),
  ).toEqual([])
})
