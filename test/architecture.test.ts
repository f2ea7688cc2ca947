import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const SRC = path.resolve(import.meta.dirname, '../src')

/** Which of our folders each folder (or top file) may import from, beside itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  errors: [],
  ids: [],
  log: ['errors', 'ids'],
  hub: ['errors', 'ids', 'log'],
  index: ['errors', 'ids', 'log', 'hub'],
  testing: ['index'],
}

/** The packages that one place alone may import. */
const ONLY_IN: Record<string, RegExp> = {
  '@event-driven-io/emmett': /^log\/emmett\.ts$/,
  ulid: /^ids\.ts$/,
  vitest: /^testing\//,
  'node:fs': /^(log\/file|projections\/snapshots|cli)\//,
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const imports = files.flatMap((file) => {
  const text = readFileSync(path.join(SRC, file), 'utf8')
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"]*?from '([^']+)'|import\('([^']+)'\)/g)].map(
    (match) => ({
      file,
      from: (match[1] ?? match[2]) as string,
    }),
  )
})
const folderOf = (file: string): string => (file.split('/')[0] as string).replace(/\.ts$/, '')

test('every folder imports only from where it may', () => {
  expect(imports.length).toBeGreaterThan(20)
  const wrong = imports
    .filter(({ from }) => from.startsWith('.'))
    .map(({ file, from }) => ({ file, target: path.relative(SRC, path.resolve(SRC, path.dirname(file), from)) }))
    .filter(({ file, target }) => {
      const [mine, theirs] = [folderOf(file), folderOf(target)]
      return mine !== theirs && !(MAY_IMPORT[mine] ?? []).includes(theirs)
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
