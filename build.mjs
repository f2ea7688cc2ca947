/**
 * What the package holds: the library and the testing kit as bundles that share their code, the command line as one file
 * of its own, and the types. Bundles, because some two hundred small modules take several times as long to load.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { build } from 'esbuild'
import { buildCommandLine } from './build-cli.mjs'
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
await buildCommandLine(common)

dropUnreachedTypes('dist', ['index.d.ts', 'testing/index.d.ts', 'testing/log-contract.d.ts'])
await writeSchemas('dist/schemas')
// The command line bundles nothing that the library does not.
writeNotices('dist/licenses.txt', library.metafile)
