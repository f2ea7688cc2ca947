/**
 * What the package holds: the library and the testing kit as bundles that share their code, the command line as one file
 * of its own, and the types. Bundles, because some two hundred small modules take several times as long to load.
 */
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build, transform } from 'esbuild'
import { dropUnreachedTypes, writeNotices, writeSchemas } from './build-package.mjs'

const common = { bundle: true, platform: 'node', format: 'esm', target: 'node20.19', logLevel: 'warning' }

rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
const library = await build({
  ...common,
  entryPoints: {
    index: 'src/index.ts',
    'testing/index': 'src/testing/index.ts',
    // Apart: it alone needs vitest, and whoever tests with something else has none.
    'testing/log-contract': 'src/testing/log-contract.ts',
  },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  metafile: true,
  // Emmett is the user's as much as ours: one copy. Vitest is theirs alone.
  external: ['@event-driven-io/emmett', 'vitest'],
})

/**
 * The command line: CommonJS, which loads faster, in pieces, because what a verb does not need costs it as much as what it
 * does. esbuild splits ECMAScript modules alone: so it does, and then turns each piece into CommonJS. Names hold a hash of
 * what is in them: what was compiled of another piece never passes for this one.
 */
const pieces = await build({
  ...common,
  entryPoints: { 'baton-main': 'src/cli/main.ts' },
  outdir: 'dist',
  splitting: true,
  entryNames: '[name]-[hash]',
  chunkNames: 'baton-[name]-[hash]',
  outExtension: { '.js': '.cjs' },
  write: false,
  metafile: true,
  // No verb needs it.
  external: ['@event-driven-io/emmett'],
  // The one for browsers: it is handed its randomness, and the other would load node:crypto.
  alias: { ulid: path.resolve('node_modules/ulid/dist/browser/index.js') },
})
for (const { path: file, text } of pieces.outputFiles) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: common.target,
    supported: { 'dynamic-import': false },
    minify: true,
  })
  writeFileSync(file, code)
}
const [main] = Object.entries(pieces.metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'src/cli/main.ts')
await build({
  ...common,
  entryPoints: { baton: 'src/cli/start.ts' },
  outdir: 'dist',
  format: 'cjs',
  minify: true,
  outExtension: { '.js': '.cjs' },
  define: { MAIN_PIECE: JSON.stringify(`./${path.basename(main)}`) },
})

dropUnreachedTypes('dist', ['index.d.ts', 'testing/index.d.ts', 'testing/log-contract.d.ts'])
await writeSchemas('dist/schemas')
// The command line bundles nothing that the library does not.
writeNotices('dist/licenses.txt', library.metafile)
