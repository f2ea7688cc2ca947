/**
 * What the package holds: the library and the testing kit as bundles that share their code, the command line as one file
 * of its own, and the types. Bundles, because some two hundred small modules take several times as long to load.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build, transform } from 'esbuild'

const common = { bundle: true, platform: 'node', format: 'esm', target: 'node20.19', logLevel: 'warning' }

rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
await build({
  ...common,
  entryPoints: { index: 'src/index.ts', 'testing/index': 'src/testing/index.ts' },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  sourcemap: true,
  // Emmett is the user's as much as ours: one copy. Vitest is theirs alone.
  external: ['@event-driven-io/emmett', 'vitest'],
})

/**
 * The command line: CommonJS, which loads faster, in packs, because what a verb does not need costs it as much as what it
 * does. esbuild splits ECMAScript modules alone, and into many files: so it does, each becomes a function, and those that
 * are always needed together become one pack.
 */
const { outputFiles, metafile } = await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist',
  splitting: true,
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  write: false,
  metafile: true,
  // No verb needs it.
  external: ['@event-driven-io/emmett'],
  // The one for browsers: it is handed its randomness, and the other would load node:crypto.
  alias: { ulid: path.resolve('node_modules/ulid/dist/browser/index.js') },
})

const { outputs } = metafile
const outputOf = (source) => Object.keys(outputs).find((name) => outputs[name].entryPoint === source)

/** An output with all that it imports at its beginning, which comes first. */
function withImports(name, found = new Set()) {
  for (const { path: imported, kind } of outputs[name]?.imports ?? []) {
    if (kind === 'import-statement' && imported in outputs && !found.has(imported)) withImports(imported, found)
  }
  return found.add(name)
}

const packOf = new Map()
const main = outputOf('src/cli/main.ts')
const packed = [
  ['read', [main]],
  // What a command takes: its options, and the bus that decides it.
  ['write', ['src/cli/from-catalog.ts', 'src/commands/bus.ts'].map(outputOf)],
  ...Object.keys(outputs).map((name) => [path.basename(name, '.js'), [name]]),
]
for (const [pack, names] of packed) {
  for (const name of names.flatMap((each) => [...withImports(each)])) if (!packOf.has(name)) packOf.set(name, pack)
}

const functions = new Map()
for (const { path: file, text } of outputFiles) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: common.target,
    supported: { 'dynamic-import': false },
    minify: true,
  })
  functions.set(path.relative('.', file), code.trim())
}

/** By the name with which the others ask for it: the file in which it lies. */
const files = {}
for (const pack of new Set(packOf.values())) {
  const names = [...packOf].flatMap(([name, its]) => (its === pack ? [`./${path.basename(name)}`] : []))
  const text = names.map(
    (name) => `${JSON.stringify(name)}(exports,require,module){${functions.get(`dist/${name.slice(2)}`)}\n}`,
  )
  // A module where it is required; where it is run as a script, what that comes to.
  const code = `(pack=>typeof module==="object"?module.exports=pack:pack)({${text.join(',')}})`
  // What was compiled of another pack never passes for this one.
  const file = `./baton-${pack}-${createHash('sha256').update(code).digest('hex').slice(0, 8)}.cjs`
  writeFileSync(path.join('dist', file), code)
  for (const name of names) files[name] = file
}
await build({
  ...common,
  entryPoints: { baton: 'src/cli/start.ts' },
  outdir: 'dist',
  format: 'cjs',
  minify: true,
  outExtension: { '.js': '.cjs' },
  define: { MAIN: JSON.stringify(`./${path.basename(main)}`), FILES: JSON.stringify(files) },
})
