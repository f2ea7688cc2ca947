/**
 * The command line: CommonJS, which loads faster, in packs, because what a verb does not need costs it as much as what it
 * does. esbuild splits ECMAScript modules alone, and into as many files as there are ways to need something: so it does,
 * and those that are always needed together are bundled once more, into one scope.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

export async function buildCommandLine(common) {
  const pieces = await split(common)
  const packs = packed(pieces)
  /** By the name with which others ask for a piece: the file in which it lies. */
  const files = {}
  for (const [pack, names] of packs) {
    const file = await writePack(common, pieces, pack, names)
    for (const name of names) files[name] = file
  }
  await build({
    ...common,
    entryPoints: { baton: 'src/cli/start.ts' },
    outdir: 'dist',
    format: 'cjs',
    minify: true,
    outExtension: { '.js': '.cjs' },
    alias: CHECKSUM,
    define: { FIRST: JSON.stringify(files['./main.js']), FILES: JSON.stringify(files) },
  })
}

/** No verb needs it. */
const external = ['@event-driven-io/emmett']

/** Of zlib it needs the checksum alone. */
const CHECKSUM = { 'node:zlib': path.resolve('src/cli/crc32.ts') }

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
    // The one for browsers: it is handed its randomness, and the other would load node:crypto.
    alias: { ulid: path.resolve('node_modules/ulid/dist/browser/index.js'), ...CHECKSUM },
  })
  const texts = new Map(outputFiles.map(({ path: file, text }) => [named(file), text]))
  return new Map(
    Object.entries(metafile.outputs).map(([file, { entryPoint, imports }]) => [
      named(file),
      {
        text: texts.get(named(file)),
        source: entryPoint,
        imports: imports
          .filter(({ kind, external }) => kind === 'import-statement' && external !== true)
          .map((each) => named(each.path)),
      },
    ]),
  )
}

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

/** A module of Node as `import` gives it: what it exports, and all of it as `default`. */
const NODE = `const $node=(name,own=require(name))=>Object.create(own,{default:{value:own}});`

/** A function as of a CommonJS module, whose exports are the pieces that others ask for. */
async function writePack(common, pieces, pack, names) {
  const asked = [...pieces].flatMap(([name, { imports }]) => (names.has(name) ? [] : imports))
  const wanted = [...names].filter((name) => asked.includes(name) || pieces.get(name).source !== undefined)
  const { outputFiles } = await build({
    ...common,
    stdin: {
      contents: [
        ...wanted.map((name, i) => `import * as piece${i} from ${JSON.stringify(name)}`),
        `module.exports = {${wanted.map((name, i) => `${JSON.stringify(name)}: piece${i}`).join(',')}}`,
      ].join('\n'),
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
  // esbuild copies every property of a module of Node, a hundred at a time: they can as well be inherited.
  const body = outputFiles[0].text
    .trim()
    .replaceAll(/[\w$]+\(require\("(node:[\w/]+)"\)(?:,1)?\)/g, (_, name) => `$node("${name}")`)
  // A module where it is required; where it is run as a script, what that comes to.
  const code = `(pack=>typeof module==="object"?module.exports=pack:pack)(function(exports,require,module){${NODE}${body}\n})`
  for (const [, name] of code.matchAll(/\brequire\("(\.[^"]*)"\)/g))
    if (!pieces.has(name)) throw new Error(`${pack} needs ${name}, which is no piece`)
  // What was compiled of another pack never passes for this one.
  const file = `./baton-${pack}-${createHash('sha256').update(code).digest('hex').slice(0, 8)}.cjs`
  writeFileSync(path.join('dist', file), code)
  return file
}
