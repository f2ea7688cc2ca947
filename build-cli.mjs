/**
 * The command line: CommonJS, which loads faster, in packs, because what a verb does not need costs it as much as what it
 * does. esbuild splits ECMAScript modules alone, and into as many files as there are ways to need something: so it does,
 * and those that are always needed together are bundled once more, into one scope.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

export async function buildCommandLine(common) {
  const pieces = await split(common)
  const packs = packed(pieces)
  const written = []
  for (const [pack, names] of packs) written.push(await writePack(common, pieces, pack, names))
  const [first] = written.find(([, asked]) => asked.includes('./main.js'))
  await build({
    ...common,
    entryPoints: { baton: 'src/cli/start.ts' },
    outdir: 'dist',
    format: 'cjs',
    minify: true,
    outExtension: { '.js': '.cjs' },
    // Of zlib it needs the checksum alone, and hands that to the packs too.
    alias: { 'node:zlib': path.resolve('src/cli/crc32.ts') },
    define: {
      FIRST: JSON.stringify(first),
      // One text a pack: an object with a name for each piece takes every verb 0.3 ms.
      PACKS: JSON.stringify(written.map(([file, asked]) => [file, asked.join(' ')])),
    },
  })
}

/**
 * From here on V8 keeps a text apart from what is young. A pack that is nearly as long would fill a sixth of that, and cost
 * every verb that reads it a collection more.
 */
const LARGE_TEXT = 128 * 1024 + 1

/** No verb needs it. */
const external = ['@event-driven-io/emmett']

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

const named = (file) => `./${path.basename(file)}`

/** What esbuild splits it into, by the names with which the pieces ask for each other. */
async function split(common) {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: 'dist',
    splitting: true,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    write: false,
    metafile: true,
    external,
    define: { VERSION: JSON.stringify(version) },
    plugins: [fromSources],
    // The one for browsers: it is handed its randomness, and the other would load node:crypto.
    alias: { ulid: path.resolve('node_modules/ulid/dist/browser/index.js') },
  })
  const texts = new Map(outputFiles.map(({ path: file, text }) => [named(file), text]))
  return new Map(
    Object.entries(metafile.outputs).map(([file, { entryPoint, imports, exports }]) => [
      named(file),
      {
        text: texts.get(named(file)),
        source: entryPoint,
        exports,
        imports: imports
          .filter(({ kind, external }) => kind === 'import-statement' && external !== true)
          .map((each) => named(each.path)),
      },
    ]),
  )
}

/**
 * The command line imports from the index of the library, and would have all that stands there in the pack that every
 * verb reads, as soon as any verb uses it. So each name is imported from where it is made. And a module of Node is
 * imported as all that it exports, which is the same: of a default export esbuild would make an object of its own.
 */
const fromSources = {
  name: 'from the sources',
  setup({ onLoad }) {
    const index = path.resolve('src/exports.ts')
    const sources = new Map()
    for (const [, names, source] of readFileSync(index, 'utf8').matchAll(/^export \{([^}]*)\} from '(.*)'$/gm))
      for (const name of valuesAmong(names)) sources.set(name, path.resolve('src', source))
    const pastTheIndex = (_, names) =>
      valuesAmong(names)
        .map((name) => `import {${name}} from ${JSON.stringify(sources.get(name) ?? index)}`)
        .join(';')
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path: file }) => ({
      loader: 'ts',
      contents: readFileSync(file, 'utf8')
        .replaceAll(/^import \{([^}]*)\} from '(?:\.\.\/)+exports\.ts'$/gm, pastTheIndex)
        .replaceAll(/^import (\w+) from '(node:[\w/]+)'$/gm, "import * as $1 from '$2'"),
    }))
  },
}

/** Of a list of names between braces, those that are no types. */
const valuesAmong = (names) =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))

/** Which pieces lie together. */
function packed(pieces) {
  const of = (source) => [...pieces].find(([, piece]) => piece.source === source)[0]
  const withImports = (name, found = new Set()) => {
    for (const imported of pieces.get(name).imports) if (!found.has(imported)) withImports(imported, found)
    return found.add(name)
  }
  const packs = new Map()
  const seen = new Set()
  const pack = (name, roots) => {
    const names = roots.flatMap((root) => [...withImports(root)]).filter((each) => !seen.has(each))
    for (const each of names) seen.add(each)
    if (names.length > 0) packs.set(name, new Set(names))
  }
  pack('read', ['./main.js'])
  // What a command takes: its options, and the bus that decides it.
  pack('write', [of('src/cli/from-catalog.ts'), of('src/commands/bus.ts')])
  for (const name of pieces.keys()) pack(path.basename(name, '.js'), [name])
  return packs
}

/**
 * A function that gives a piece by its name, made when it is asked for: what esbuild makes of `import *`, with a getter
 * for each name, takes a millisecond for all of them. By then all are evaluated, and no piece assigns anew what it
 * exports.
 */
function handingOut(wanted) {
  const names = wanted.map(([, exports], i) => exports.map((name, k) => [name, `p${i}_${k}`]))
  return [
    ...wanted.map(
      ([piece], i) =>
        `import {${names[i].map(([name, local]) => `${name} as ${local}`).join(',')}} from ${JSON.stringify(piece)}`,
    ),
    'module.exports = (piece) => { switch (piece) {',
    ...wanted.map(
      ([piece], i) =>
        `case ${JSON.stringify(piece)}: return {${names[i].map(([name, local]) => `${name}: ${local}`).join(',')}}`,
    ),
    '}}',
  ].join('\n')
}

/** A function as of a CommonJS module, which exports what gives others the pieces that they ask for. Returns its file, and those. */
async function writePack(common, pieces, pack, names) {
  const imported = [...pieces].flatMap(([name, { imports }]) => (names.has(name) ? [] : imports))
  const asked = [...names].filter((name) => imported.includes(name) || pieces.get(name).source !== undefined)
  const { outputFiles } = await build({
    ...common,
    stdin: {
      contents: handingOut(asked.map((name) => [name, pieces.get(name).exports])),
      resolveDir: '.',
    },
    format: 'cjs',
    supported: { 'dynamic-import': false },
    external,
    minify: true,
    write: false,
    plugins: [
      {
        name: 'pieces',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\// }, ({ path: name }) =>
            names.has(name) ? { path: name, namespace: 'piece' } : { path: name, external: true },
          )
          onLoad({ filter: /.*/, namespace: 'piece' }, ({ path: name }) => ({
            contents: pieces.get(name).text,
            resolveDir: '.',
          }))
        },
      },
    ],
  })
  // esbuild copies every property of a module of Node, a hundred at a time: it will do as it is.
  const body = outputFiles[0].text.trim().replaceAll(/[\w$]+\((require\("node:[\w/]+"\))(?:,1)?\)/g, '$1')
  for (const [, name] of body.matchAll(/([\w$]+)=require\("node:/g))
    if (body.includes(`${name}.default`)) throw new Error(`${pack} asks a module of Node for its default`)
  // A module where it is required; where it is run as a script, what that comes to.
  const text = `(pack=>typeof module==="object"?module.exports=pack:pack)(function(exports,require,module){${body}\n})`
  const code = text.length > LARGE_TEXT / 2 ? text.padEnd(LARGE_TEXT) : text
  for (const [, name] of code.matchAll(/\brequire\("(\.[^"]*)"\)/g))
    if (!pieces.has(name)) throw new Error(`${pack} needs ${name}, which is no piece`)
  // What was compiled of another pack never passes for this one.
  const file = `./baton-${pack}-${createHash('sha256').update(code).digest('hex').slice(0, 8)}.cjs`
  writeFileSync(path.join('dist', file), code)
  return [file, asked]
}
