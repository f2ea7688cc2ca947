/**
 * What the package holds beside its code: JSON Schemas of all that goes in and comes out, the licences of what is bundled,
 * and of the types those that somebody can meet.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

/** What the command line says of itself, where it was no rule that refused. */
const COMMAND_LINE_CODES = ['USAGE', 'TIMEOUT', 'FAILED']

/** One file for each, and an index that names them. They come from the library as it was just built. */
export async function writeSchemas(into) {
  const { commandCatalog, commandSchemas, ERROR_CODES, eventCatalog, eventSchemas } = await import(
    path.resolve('dist/index.js')
  )
  const commands = Object.entries(commandSchemas()).map(([type, schema]) => {
    const { summary, codes } = commandCatalog[type]
    return { type, file: write(`commands/${type}.json`, schema), summary, codes }
  })
  const events = Object.entries(eventSchemas()).map(([type, schema]) => {
    return { type, file: write(`events/${type}.json`, schema), version: eventCatalog[type].version }
  })
  const error = write('error.json', errorSchema([...ERROR_CODES, ...COMMAND_LINE_CODES]))
  write('index.json', { commands: byType(commands), events: byType(events), error })

  function write(file, document) {
    const target = path.join(into, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, `${JSON.stringify(document, null, 2)}\n`)
    return file
  }
}

const byType = (entries) => Object.fromEntries(entries.map(({ type, ...rest }) => [type, rest]))

const errorSchema = (codes) => ({
  $schema: DRAFT,
  title: 'Error',
  description:
    'What a failed command says on stderr under --json; { error } with a BatonError in it is the same as JSON.',
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { enum: codes, description: 'Never changes its meaning; new ones are added.' },
        message: { type: 'string', description: 'What happened.' },
        details: { type: 'object', description: 'The figures and names behind the message.' },
        retryable: { type: 'boolean', description: 'Whether the same may succeed when it is tried again.' },
        hint: { type: 'string', description: 'What to do next.' },
      },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
})

/** Whoever passes code on passes its licence on. Which packages are bundled, esbuild knows. */
export function writeNotices(file, { inputs }) {
  const bundled = new Set(
    Object.keys(inputs).flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  )
  const notices = [...bundled]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const from = path.join('node_modules', name)
      const { version } = JSON.parse(readFileSync(path.join(from, 'package.json'), 'utf8'))
      return `${name} ${version}\n\n${readFileSync(path.join(from, 'LICENSE'), 'utf8').trim()}\n`
    })
  writeFileSync(
    file,
    `Parts of these packages are bundled into the files beside this one.\n\n${notices.join('\n---\n\n')}`,
  )
}

/** The compiler writes types for every module; those that no entry leads to are nobody's. */
export function dropUnreachedTypes(dir, entries) {
  const reached = new Set()
  const next = entries.map((entry) => path.join(dir, entry))
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    for (const [, from] of readFileSync(file, 'utf8').matchAll(/\b(?:from |import\()['"](\.[^'"]+)['"]/g)) {
      next.push(path.join(path.dirname(file), from.replace(/(\.d)?\.[jt]s$/, '.d.ts')))
    }
  }
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(dir, name)
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
  }
}
