/**
 * What the package holds: the library and the testing kit as bundles that share their code, the command line as one file
 * of its own, and the types. Bundles, because some two hundred small modules take several times as long to load.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { build } from 'esbuild'
import { buildCommandLine } from './build-cli.mjs'

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
await buildCommandLine(common)
