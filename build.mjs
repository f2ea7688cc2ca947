/**
 * What the package holds: the library and the testing kit as bundles that share their code, the command line as one file
 * of its own, and the types. Bundles, because some two hundred small modules take several times as long to load.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

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
await build({
  ...common,
  entryPoints: { baton: 'src/cli/main.ts' },
  outdir: 'dist',
  // One CommonJS file, without white space: nothing loads faster, and a stack trace still names its functions.
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minifyWhitespace: true,
  minifySyntax: true,
  // No verb needs it.
  external: ['@event-driven-io/emmett'],
  // The one for browsers: it is handed its randomness, and the other would load node:crypto.
  alias: { ulid: path.resolve('node_modules/ulid/dist/browser/index.js') },
})
