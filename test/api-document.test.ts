/**
 * docs/api.md names what the package exports, no more and no less: every export, every call of a hub, every field of what
 * is handed in and out, every command with its fields, every code. The compiler is asked what there is.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { commandCatalog } from '../src/index.ts'
import { scratch } from './support/scratch.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8')

// ---- what the document says: rows of tables, by the word at the head of their first column

interface Row {
  readonly section: string
  readonly first: string
  readonly second: string
  readonly third: string
}

let rows: ReadonlyMap<string, readonly Row[]>
const dir = scratch()

beforeAll(() => {
  const found = new Map<string, Row[]>()
  let [section, kind] = ['', '']
  for (const line of read('docs/api.md').split('\n')) {
    if (line.startsWith('#')) section = line.replaceAll(/[#`]/g, '').trim()
    if (!line.startsWith('|')) kind = ''
    const [first = '', second = '', third = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    if (!line.startsWith('|') || first.startsWith('---')) continue
    if (kind === '') kind = first
    else found.set(kind, [...(found.get(kind) ?? []), { section, first, second, third }])
  }
  rows = found
})

const rowsOf = (kind: string): readonly Row[] => rows.get(kind) ?? []
const names = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)
const nameOf = ({ first }: Row): string => (names(first)[0] ?? '').replace(/[(<].*$/, '')

/** By type, the fields that it is said to have. */
function fields(): ReadonlyMap<string, readonly string[]> {
  const said = rowsOf('Type').map((row): [string, readonly string[]] => [nameOf(row), names(row.second)])
  const sections = new Set(rowsOf('Option').map(({ section }) => section))
  for (const type of sections) {
    said.push([type, rowsOf('Option').flatMap((row) => (row.section === type ? nameOf(row) : []))])
  }
  const calls = rowsOf('Call').flatMap((row) => /^hub\.(\w+)/.exec(nameOf(row))?.[1] ?? [])
  return new Map([...said, ['Hub', [...new Set(calls)]]])
}

/** What the document says is exported. */
function documented(): string[] {
  const called = rowsOf('Call')
    .map(nameOf)
    .filter((name) => !name.startsWith('hub'))
  const listed = [...rowsOf('Type'), ...rowsOf('Name')].map(nameOf)
  const options = rowsOf('Option').map(({ section }) => section)
  return [...new Set([...called, ...listed, ...options, 'ErrorCode', 'ERROR_CODES'])].toSorted()
}

// ---- what there is

/** The names in `export { ... }` of a file of declarations, and those declared in it; `*` leads on to another. */
const exported = (file: string): string[] => {
  const text = read(file)
  const declared = [...text.matchAll(/^export (?:declare )?(?:function|const|interface|type|class) (\w+)/gm)]
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
  const others = [...text.matchAll(/^export \* from '\.\/([\w-]+)\.ts'/gm)]
  return [
    ...declared.map(([, name = '']) => name),
    ...listed.flatMap(([, names = '']) => names.split(',').flatMap((name) => name.replace('type ', '').trim() || [])),
    ...others.flatMap(([, other]) => exported(path.join(path.dirname(file), `${other}.d.ts`))),
  ]
}

/** What the package gives under which name: the declarations of each entry of `exports`. */
const entries: readonly (readonly [module: string, file: string])[] = Object.entries(
  (JSON.parse(read('package.json')) as { exports: Record<string, string | { types?: string }> }).exports,
).flatMap(([subpath, target]) => {
  const types = typeof target === 'string' ? undefined : target.types
  return types === undefined ? [] : [[subpath.replace('.', 'agent-baton'), types.replace('./', '')] as const]
})

describe('docs/api.md', () => {
  test('names everything that is exported, and nothing else', () => {
    const there = [...new Set(entries.flatMap(([, file]) => exported(file)))]
    expect(there.length).toBeGreaterThan(100)
    expect(documented()).toEqual(there.toSorted())
  })

  test('names each once', () => {
    const all = [...rowsOf('Type'), ...rowsOf('Name'), ...rowsOf('Call')].map(({ first }) => first)
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([])
  })

  test('names all fields and calls that the types have, which may be left out, and no others', async () => {
    const said = [...fields()]
    const checks = said.map(
      ([type, list], i) => `export const check${i}: Drift<'${type}', Names<api.${type}>, ${union(list)}> = 'as it is'`,
    )
    const codes = union(rowsOf('Code').map(nameOf))
    const source = [
      ...entries.map(([module], i) => `import type * as module${i} from '${module}'`),
      'type Keys<T> = Extract<keyof T, string>',
      'type Names<T> = { [K in Keys<T>]-?: {} extends Pick<T, K> ? `${K}?` : K }[Keys<T>]',
      'type Drift<Type, Real, Said> = [Exclude<Real, Said>, Exclude<Said, Real>] extends [never, never]',
      `  ? 'as it is' : [Type, 'not named:', Exclude<Real, Said>, 'not there:', Exclude<Said, Real>]`,
      'declare namespace api {',
      ...said.map(([type]) => `  type ${type} = ${moduleOf(type)}.${type}${ofAny(type)}`),
      '}',
      ...checks,
      `export const codes: Drift<'ErrorCode', ${moduleOf('ErrorCode')}.ErrorCode, ${codes}> = 'as it is'`,
    ]
    expect(said.length).toBeGreaterThan(80)
    expect(await compiled(source.join('\n'))).toBe('')
  })

  test('names every command with its fields', () => {
    const there = Object.entries(commandCatalog).map(([name, { schema, summary }]) => {
      const listed = Object.entries(schema.fields).filter(([field]) => field !== 'type')
      const shown = listed.map(([field, { kind }]) => `\`${field}${kind === 'optional' ? '?' : ''}\``)
      return `${name} | ${shown.join(' ')} | ${summary}`
    })
    expect(rowsOf('Command').map((row) => `${nameOf(row)} | ${row.second} | ${row.third}`)).toEqual(there)
  })
})

/** A type that is written with a parameter has one. */
const ofAny = (type: string): string =>
  rowsOf('Type').some(({ first }) => first.startsWith(`\`${type}<`)) ? '<unknown>' : ''
const moduleOf = (type: string): string => `module${entries.findIndex(([, file]) => exported(file).includes(type))}`
const union = (list: readonly string[]): string => list.map((name) => `'${name}'`).join(' | ') || 'never'

/** What the compiler has to say about a file that uses the package as it was built. */
async function compiled(source: string): Promise<string> {
  const at = dir()
  fs.writeFileSync(path.join(at, 'drift.mts'), source)
  const compilerOptions = {
    paths: Object.fromEntries(entries.map(([module, file]) => [module, [path.join(ROOT, file)]])),
    typeRoots: [path.join(ROOT, 'node_modules/@types')],
  }
  const config = { extends: path.join(ROOT, 'tsconfig.json'), compilerOptions, include: ['drift.mts'], exclude: [] }
  fs.writeFileSync(path.join(at, 'tsconfig.json'), JSON.stringify(config))
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', at, '--noErrorTruncation']).catch(
    (error: unknown) => error as { stdout: string },
  )
  return stdout
}
