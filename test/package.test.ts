/** The package as its users get it: what is in it, what it costs, and that all of it works from node_modules. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { commandCatalog, ERROR_CODES, eventCatalog } from '../src/index.ts'
import { install, ok, pack, packagesIn, ROOT, run, type Packed } from './support/installed.ts'
import { lacks } from './support/needs.ts'

const MB = 1_000_000
const INSTALL_MB = 10
/** Times Node itself, to start. */
const WITHIN = 3

let scratch: string
/** An empty folder but for what npm put there. */
let user: string
let packed: Packed

beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-package-'))
  user = path.join(scratch, 'user')
  fs.mkdirSync(user)
  packed = pack(scratch)
  install(packed.tarball, user)
}, 180_000)

afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

const installed = (...parts: string[]): string => path.join(user, 'node_modules/agent-baton', ...parts)
const manifest = () =>
  JSON.parse(fs.readFileSync(installed('package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>
    readonly dependencies: Readonly<Record<string, string>>
  }

function write(name: string, text: string): string {
  const file = path.join(user, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
  return file
}

const schema = (file: string) => JSON.parse(fs.readFileSync(installed('dist/schemas', file), 'utf8')) as never
const inDist = (): string[] => fs.readdirSync(installed('dist')).toSorted()

/** What the index of the JSON Schemas holds. */
interface Index {
  readonly commands: Record<string, { readonly file: string; readonly codes: readonly string[] }>
  readonly events: Record<string, { readonly file: string; readonly version: number }>
  readonly error: string
}

/** Runs a file of the user's; what it says on stderr (warnings, for instance) is a failure. */
function node(file: string): string {
  const { status, stdout, stderr } = run(process.execPath, [file], user)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

const baton = (cwd: string, ...args: string[]) =>
  run(path.join(user, 'node_modules/.bin/baton'), args, cwd, { BATON_SESSION: 'coder' })

describe('what is in it', () => {
  const MAY_HOLD = [
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md)$/,
    /^dist\/(testing\/)?[\w.-]+\.js$/,
    /^dist\/[\w./-]+\.d\.ts$/,
    /^dist\/baton[\w-]*\.cjs$/,
    /^dist\/schemas\/((commands|events)\/)?\w+\.json$/,
    /^dist\/licenses\.txt$/,
    /^docs\/[\w/-]+\.(md|svg)$/,
    /^bench\/README\.md$/,
    /^examples\/[\w-]+\.(ts|md)$/,
  ]

  test('nothing but what somebody may need, and no trace of where it was built', () => {
    expect(packed.files.map((file) => file.path).filter((file) => !MAY_HOLD.some((may) => may.test(file)))).toEqual([])
    const traces = packed.files.filter(({ path: file }) => {
      const text = fs.readFileSync(installed(file), 'utf8')
      return text.includes(ROOT) || text.includes(os.homedir() === '/' ? ROOT : `${os.homedir()}/`)
    })
    expect(traces).toEqual([])
  })

  test('every link of the README, and of the documents that it leads to, leads somewhere', () => {
    const documents = packed.files.map((file) => file.path).filter((file) => file.endsWith('.md'))
    expect(documents.length).toBeGreaterThan(5)
    const dead = documents.flatMap((document) =>
      [...fs.readFileSync(installed(document), 'utf8').matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)]
        .map(([, link]) => path.join(path.dirname(document), link as string))
        .filter((target) => !fs.existsSync(installed(target)))
        .map((target) => `${document} → ${target}`),
    )
    expect(dead).toEqual([])
  })

  test('types of no module that no entry leads to', () => {
    expect(fs.existsSync(installed('dist/hub-api.d.ts'))).toBe(true)
    expect(fs.existsSync(installed('dist/domain/rules'))).toBe(false)
  })

  test('the licence of each package that is bundled', () => {
    const licences = fs.readFileSync(installed('dist/licenses.txt'), 'utf8')
    expect(licences).toMatch(/^ulid \d+\.\d+\.\d+\n\n.*MIT/m)
    expect(licences.match(/Copyright \(c\)/g)).toHaveLength(1)
  })
})

test('publint has nothing to say about the tarball', async () => {
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(fs.readFileSync(packed.tarball)).buffer },
    strict: true,
  })
  expect(pkg['name']).toBe('agent-baton')
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('the types are right for every entry, however it is resolved by what knows ECMAScript modules', async () => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(fs.readFileSync(packed.tarball))))
  if (result.types === false) throw new Error('it has no types')
  expect(Object.keys(result.entrypoints)).toEqual(expect.arrayContaining(['.', './testing', './testing/log-contract']))
  // `require` gets the ECMAScript module as well, with the types of one; a resolver that knows no `exports` finds none.
  const elsewhere = new Set(['node10', 'node16-cjs'])
  const problems = result.problems.filter(
    (problem) => !('resolutionKind' in problem && elsewhere.has(problem.resolutionKind)),
  )
  expect(problems).toEqual([])
})

test(`installed with all that it needs it takes at most ${INSTALL_MB} MB, compiles nothing and runs nothing`, () => {
  const packages = packagesIn(user).toSorted((a, b) => b.bytes - a.bytes)
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0)
  const rows = [...packages.map(({ name, bytes }) => [name, bytes] as const), ['together', total] as const]
  console.log(rows.map(([name, bytes]) => `${(bytes / MB).toFixed(2).padStart(6)} MB  ${name}`).join('\n'))
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(manifest().dependencies)))
  expect(total).toBeLessThan(INSTALL_MB * MB)

  const native = packages.filter(
    ({ files, manifest: { gypfile } }) =>
      gypfile === true || files.some((file) => /(\.(node|so|dll|dylib|exe|wasm)|binding\.gyp)$/.test(file)),
  )
  const scripted = packages.filter(({ manifest: { scripts = {} } }) =>
    ['preinstall', 'install', 'postinstall'].some((name) => name in scripts),
  )
  expect({ native: native.map(({ name }) => name), scripted: scripted.map(({ name }) => name) }).toEqual({
    native: [],
    scripted: [],
  })
})

describe('a program of the user', () => {
  const SCENE = `
    const hub = await openHub({ dir: 'DIR', create: true, durability: 'os', sweepEvery: false })
    await hub.send({ type: 'OpenSession', sessionId: 'coder' })
    const { position } = await hub.send({ type: 'SendMessage', to: 'coder', body: 'hello' })
    const [message] = await hub.inbox('coder').list({ atLeast: position })
    const refused = await hub.safeSend({ type: 'SendMessage', to: 'codr', body: 'hello' })
    const store = await hub.eventStore.readStream('x-mine')
    await hub.close()
    console.log(message.body, refused.error.code, store.events.length)`

  test('imports it and works with a hub', () => {
    const file = write('scene.mjs', `import { openHub } from 'agent-baton'${SCENE.replace('DIR', 'hub-esm')}`)
    expect(node(file)).toBe('hello UNKNOWN_SESSION 0\n')
  })

  test('requires it, and works with a hub', () => {
    const body = SCENE.replace('DIR', 'hub-cjs')
    const file = write('scene.cjs', `const { openHub } = require('agent-baton')\n;(async () => {${body}\n})()`)
    expect(node(file)).toBe('hello UNKNOWN_SESSION 0\n')
  })

  test('where Node cannot require it, the error says what to write instead', () => {
    const file = write('old.cjs', `require('agent-baton')`)
    const { status, stderr } = run(process.execPath, ['--no-experimental-require-module', file], user)
    expect(status).toBe(1)
    expect(stderr).toMatch(/ERR_REQUIRE_ESM/)
    expect(stderr).toMatch(/import\(\)/)
  })

  test('tests with agent-baton/testing, whether or not there is vitest', () => {
    expect(fs.existsSync(path.join(user, 'node_modules/vitest'))).toBe(false)
    const file = write(
      'rule.mjs',
      `import { given, testHub } from 'agent-baton/testing'
      const { hub } = await testHub()
      const { code } = await given().when({ type: 'ClaimTask', taskId: 't1' }).thenRejects('UNKNOWN_TASK')
      console.log(code, hub.head.position)
      await hub.close()`,
    )
    expect(node(file)).toBe('UNKNOWN_TASK 0\n')
  })

  test('finds every entry, and nothing beside them', () => {
    const entries = Object.keys(manifest().exports)
    expect(entries.toSorted()).toEqual([
      '.',
      './package.json',
      './schemas/*.json',
      './testing',
      './testing/log-contract',
    ])
    const file = write(
      'entries.mjs',
      `for (const entry of ['agent-baton/dist/index.js', 'agent-baton/src/index.ts', 'agent-baton/schemas/index']) {
        await import(entry).then(() => console.log('found', entry), ({ code }) => console.log(code))
      }
      const pack = (await import('agent-baton/package.json', { with: { type: 'json' } })).default
      const index = (await import('agent-baton/schemas/index.json', { with: { type: 'json' } })).default
      console.log(pack.name, Object.keys(index))`,
    )
    // Node says that JSON modules are experimental, where they are.
    const { stdout } = run(process.execPath, ['--no-warnings', file], user)
    expect(stdout).toBe(`${'ERR_PACKAGE_PATH_NOT_EXPORTED\n'.repeat(3)}agent-baton [ 'commands', 'events', 'error' ]\n`)
  })
})

describe('the JSON Schemas', () => {
  test('there is one for each command and each event, and the index names them all', () => {
    const { commands, events, error } = schema('index.json') as Index
    expect(Object.keys(commands).toSorted()).toEqual(Object.keys(commandCatalog).toSorted())
    expect(Object.keys(events).toSorted()).toEqual(Object.keys(eventCatalog).toSorted())
    const named = [
      error,
      'index.json',
      ...[...Object.values(commands), ...Object.values(events)].map(({ file }) => file),
    ]
    const there = packed.files.map((file) => file.path).filter((file) => file.startsWith('dist/schemas/'))
    expect(there.toSorted()).toEqual(named.map((file) => `dist/schemas/${file}`).toSorted())
    for (const file of named.filter((each) => each !== 'index.json'))
      expect(() => z.fromJSONSchema(schema(file))).not.toThrow()
  })

  test('what a failed command prints is what the schema of errors says, each kind of it', () => {
    const document = z.fromJSONSchema(schema('error.json'))
    const { properties } = schema('error.json') as {
      readonly properties: { readonly error: { readonly properties: { readonly code: { readonly enum: string[] } } } }
    }
    const codes = properties.error.properties.code.enum
    expect(codes).toEqual(expect.arrayContaining([...ERROR_CODES]))
    const cwd = path.join(user, 'errors')
    fs.mkdirSync(cwd)
    const failed = (...args: string[]): string => {
      const { status, stdout, stderr } = baton(cwd, ...args, '--json')
      expect({ status: status !== 0, stdout }).toEqual({ status: true, stdout: '' })
      const said = JSON.parse(stderr) as { readonly error: { readonly code: string } }
      expect(document.safeParse(said)).toMatchObject({ success: true })
      return said.error.code
    }
    const before = failed('inbox')
    expect(baton(cwd, 'init').status).toBe(0)
    expect(baton(cwd, 'session', 'open', 'coder', '--as', 'operator').status).toBe(0)
    const met = [
      before,
      failed('sned'),
      failed('send', 'codr', 'hello'),
      failed('wait', '--for', 'mail', '--timeout', '50ms'),
      failed('restore', path.join(cwd, '.baton'), '/dev/null/nowhere'),
    ]
    expect(met.slice(0, 4)).toEqual(['HUB_NOT_FOUND', 'USAGE', 'UNKNOWN_SESSION', 'TIMEOUT'])
    for (const code of met) expect(codes).toContain(code)
    expect(document.safeParse({ error: { code: 'NO_SUCH_CODE', message: '' } }).success).toBe(false)
  })
})

describe('the command line', () => {
  let cwd: string

  beforeAll(() => {
    cwd = path.join(user, 'project')
    fs.mkdirSync(cwd)
  })

  test('through npx, and through the link that npm made', () => {
    ok('npx', ['--no-install', 'baton', 'init'], user, { BATON_DIR: path.join(cwd, '.baton') })
    for (const words of ['session open coder --as operator', 'send coder hello --as operator']) {
      expect(baton(cwd, ...words.split(' '))).toMatchObject({ status: 0, stderr: '' })
    }
    for (let again = 0; again < 3; again++) {
      const { status, stdout, stderr } = baton(cwd, 'inbox', '--json')
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(JSON.parse(stdout)).toMatchObject([{ body: 'hello' }])
    }
  })

  // Not even root may, in a namespace of its own, where nothing has to be undone.
  test.skipIf(lacks('mounts'))('where nobody may write into node_modules it works the same', () => {
    const modules = path.join(user, 'node_modules')
    const bin = path.join(modules, '.bin/baton')
    const script = [
      'set -e',
      `mount --bind '${modules}' '${modules}' && mount -o remount,bind,ro '${modules}'`,
      `! touch '${modules}/x' 2>/dev/null`,
      `cd '${cwd}'`,
      ...Array.from(
        { length: 2 },
        () => `'${bin}' inbox coder --as operator --json; '${bin}' send coder again --as operator --quiet`,
      ),
    ].join('\n')
    for (const file of inDist().filter((name) => name.includes('.v8'))) fs.rmSync(installed('dist', file))
    const before = inDist()
    const { status, stdout, stderr } = run('unshare', ['-rm', 'bash', '-c', script], user)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const inboxes = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as unknown[]).length)
    expect(inboxes[1]).toBe((inboxes[0] as number) + 1)
    expect(inDist()).toEqual(before)
  })

  /** Milliseconds of processor time, which waiting for a busy machine does not add to. */
  function processorTime(args: readonly string[]): number {
    const command = [process.execPath, ...args].map((word) => `'${word}'`).join(' ')
    const { status, stderr } = run('bash', ['--norc', '-c', `TIMEFORMAT='%3U %3S'; time ${command} > /dev/null`], cwd, {
      BATON_SESSION: 'coder',
      LC_ALL: 'C',
    })
    expect(status, stderr).toBe(0)
    const [taken = 0, system = 0] = stderr.trim().split(' ').map(Number)
    return (taken + system) * 1_000
  }

  test('a verb, and an import of the library, take little longer than Node itself', () => {
    const imports = write('start.mjs', `import 'agent-baton'`)
    const cases = {
      node: ['-e', '0'],
      verb: [path.join(user, 'node_modules/.bin/baton'), 'inbox'],
      library: [imports],
    }
    const fastest = { node: Infinity, verb: Infinity, library: Infinity }
    for (let round = 0; round < 10; round++) {
      for (const [name, args] of Object.entries(cases) as [keyof typeof cases, string[]][]) {
        fastest[name] = Math.min(fastest[name], processorTime(args))
      }
    }
    console.log('ms of processor time', fastest)
    expect(fastest.verb).toBeLessThan(WITHIN * fastest.node)
    // Nobody keeps what was compiled of an ECMAScript module.
    expect(fastest.library).toBeLessThan((WITHIN + 2) * fastest.node)
  })
})

const versionIn = (text: string): string => (JSON.parse(text) as { readonly version: string }).version

describe('the version', () => {
  const version = versionIn(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'))

  test('is the same in package, lockfile and command line, and the changelog says what is in it', () => {
    expect(versionIn(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'))).toBe(version)
    expect(baton(user, '--version').stdout).toBe(`${version}\n`)
    expect(fs.readFileSync(installed('CHANGELOG.md'), 'utf8')).toContain(`\n## ${version}\n`)
  })

  test('is raised by what was written into .changeset, which becomes a part of the changelog', () => {
    const copy = path.join(scratch, 'copy')
    for (const name of ['package.json', 'CHANGELOG.md', '.changeset']) {
      fs.cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true })
    }
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'))
    const changeset = path.join(copy, '.changeset/a-test.md')
    fs.writeFileSync(changeset, `---\n'agent-baton': minor\n---\n\nSomething that users notice.\n`)
    ok('git', ['init', '--quiet'], copy)
    ok(process.execPath, [path.join(ROOT, 'node_modules/@changesets/cli/bin.js'), 'version'], copy)
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const next = `${major}.${minor + 1}.0`
    expect(versionIn(fs.readFileSync(path.join(copy, 'package.json'), 'utf8'))).toBe(next)
    expect(fs.readFileSync(path.join(copy, 'CHANGELOG.md'), 'utf8')).toMatch(
      new RegExp(`## ${next}\\n\\n### Minor Changes\\n\\n- .*Something that users notice\\.[^]*\\n## `),
    )
    expect(fs.existsSync(changeset)).toBe(false)
  })
})

describe('the types, as the compiler of a user sees them', () => {
  const TSC = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  const HAS_TYPES_OF_NODE = {
    typeRoots: [path.join(ROOT, 'node_modules/@types')],
    types: ['node'],
    skipLibCheck: false,
  }
  const HAS_NONE = { types: [], skipLibCheck: true }

  /** Compiles type tests in the user's folder, and answers what is wrong. */
  function compiled(module: 'nodenext' | 'esnext', options: object, more: Record<string, string> = {}): string[] {
    const folder = path.join(user, 'types')
    fs.rmSync(folder, { recursive: true, force: true })
    fs.cpSync(path.join(ROOT, 'test/types'), folder, { recursive: true })
    for (const [name, text] of Object.entries(more)) fs.writeFileSync(path.join(folder, name), text)
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable', 'dom'],
      module,
      moduleResolution: module === 'nodenext' ? 'nodenext' : 'bundler',
      strict: true,
      exactOptionalPropertyTypes: true,
      resolveJsonModule: true,
      noEmit: true,
      ...options,
    }
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
    fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }))
    const { stdout, status } = run(process.execPath, [TSC, '-p', folder, '--pretty', 'false'], user)
    const errors = stdout.split('\n').filter((line) => line !== '')
    expect(status === 0).toBe(errors.length === 0)
    return errors
  }

  test.each(['nodenext', 'esnext'] as const)('%s, every declaration of the package checked', (module) => {
    expect(compiled(module, HAS_TYPES_OF_NODE)).toEqual([])
  })

  test('without the types of Node', () => {
    expect(compiled('nodenext', HAS_NONE)).toEqual([])
  })

  test('CommonJS, as Node takes it', () => {
    const text = `import baton = require('agent-baton')\nexport const open: Promise<baton.Hub> = baton.openHub({})\n`
    expect(compiled('nodenext', HAS_TYPES_OF_NODE, { 'commonjs.cts': text })).toEqual([])
  })

  test('a type that is wrong is an error: wider, narrower, any, and what should be one and is none', () => {
    const text = `import { same } from './same.js'
import type { Hub, Receipt } from 'agent-baton'
same<Receipt['position'], number | undefined>()
same<Receipt['commit'], string>()
same<Receipt['position'], any>()
// @ts-expect-error nothing is wrong here
same<Receipt['position'], number>()
export const wrong = (hub: Hub) => hub.send({ type: 'ReleaseTask', taskId: 1 })
`
    const lines = compiled('nodenext', HAS_NONE, { 'wrong.test-d.ts': text }).map(
      (error) => /wrong\.test-d\.ts\((\d+),/.exec(error)?.[1],
    )
    expect(lines.filter((line) => line !== undefined)).toEqual(['3', '4', '5', '6', '8'])
  })
})
