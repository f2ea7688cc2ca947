import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const SRC = path.resolve(import.meta.dirname, '../src')

/** Which of our folders each folder (or top file) may import from, beside itself. */
const MAY_IMPORT: Record<string, string> = {
  errors: '',
  // For the documentation alone.
  'error-texts': 'errors',
  'iso-time': '',
  ids: 'iso-time',
  log: 'errors ids',
  schema: '',
  events: 'ids schema',
  domain: 'errors iso-time ids events',
  commands: 'errors ids schema events domain log',
  projections: 'errors ids events domain log',
  queries: 'errors iso-time ids events domain projections log',
  alive: 'errors iso-time domain commands queries',
  'hub-api': 'alive errors ids log domain commands projections queries',
  'hub-handle': 'alive errors iso-time ids log events domain commands projections queries hub-api',
  'bus-over': 'ids commands projections',
  past: 'bus-over errors iso-time ids log domain commands projections queries hub-api hub-handle',
  hub: 'bus-over past alive errors ids log domain commands projections queries hub-api hub-handle',
  exports: 'alive errors ids log events domain commands projections queries hub-api hub',
  index: 'exports commands events',
  testing: 'index',
  // Its version is the package's. How a problem is said is the same for a field and an option.
  cli: 'exports iso-time schema ..',
}

/** What may be imported as types alone: a rule names the command that it decides. */
const MAY_IMPORT_TYPES: Record<string, readonly string[]> = {
  domain: ['commands'],
  cli: ['index'],
}

/** What all of it comes with is imported where it is loaded on demand. */
const MAY_IMPORT_ALL = ['cli/from-catalog.ts']

/** The packages that one place alone may import. */
const ONLY_IN: Record<string, RegExp> = {
  '@event-driven-io/emmett': /^(log|commands)\/emmett\.ts$/,
  ulid: /^ids\.ts$/,
  vitest: /^testing\//,
  'node:fs': /^(log\/file|projections\/snapshots|cli)\//,
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const imports = files.flatMap((file) => {
  const text = readFileSync(path.join(SRC, file), 'utf8')
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b( type)?[^'"]*?from '([^']+)'|import\('([^']+)'\)/g)].map(
    (match) => ({
      file,
      typesOnly: match[1] !== undefined,
      from: (match[2] ?? match[3]) as string,
    }),
  )
})
const folderOf = (file: string): string => (file.split('/')[0] as string).replace(/\.ts$/, '')

test('every folder imports only from where it may', () => {
  expect(imports.length).toBeGreaterThan(20)
  const wrong = imports
    .filter(({ from }) => from.startsWith('.'))
    .map(({ file, typesOnly, from }) => {
      return { file, typesOnly, target: path.relative(SRC, path.resolve(SRC, path.dirname(file), from)) }
    })
    .filter(({ file, typesOnly, target }) => {
      const [mine, theirs] = [folderOf(file), folderOf(target)]
      const allowed = [...(MAY_IMPORT[mine] ?? '').split(' '), ...((typesOnly && MAY_IMPORT_TYPES[mine]) || [])]
      return mine !== theirs && !allowed.includes(theirs) && !(theirs === 'index' && MAY_IMPORT_ALL.includes(file))
    })
  expect(wrong).toEqual([])
})

test('each package and the file system are imported in one place', () => {
  const outside = imports.filter(({ file, from }) => {
    if (from.startsWith('.')) return false
    const place = Object.entries(ONLY_IN).find(([name]) => from === name || from.startsWith(`${name}/`))
    if (place !== undefined) return !place[1].test(file)
    return !from.startsWith('node:')
  })
  expect(outside).toEqual([])
})

test('time and randomness come from ids.ts alone', () => {
  const found = files.filter(
    (file) =>
      file !== 'ids.ts' &&
      /Date\.now|new Date\(\)|Math\.random|randomUUID/.test(readFileSync(path.join(SRC, file), 'utf8')),
  )
  expect(found).toEqual([])
})
