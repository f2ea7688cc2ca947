/**
 * What the package holds: the library and the testing kit as bundles that share their code, the command line as one file
 * of its own, and the types. Bundles, because some two hundred small modules take several times as long to load.
 */
import { execFileSync } from 'node:child_process'
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
 * The command line: CommonJS, which loads faster, in pieces, because what a verb does not need costs it as much as what it
 * does. esbuild splits modules of ECMAScript alone: so it does, and then turns each piece into CommonJS.
 */
const pieces = await build({
  ...common,
  entryPoints: { baton: 'src/cli/main.ts' },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'baton-[name]-[hash]',
  outExtension: { '.js': '.cjs' },
  write: false,
  // No verb needs it.
  external: ['@event-driven-io/emmett'],
  // The one for browsers: it is handed its randomness, and the other would load node:crypto.
  alias: { ulid: path.resolve('node_modules/ulid/dist/browser/index.js') },
})
for (const { path: file, text } of pieces.outputFiles) {
  const { code } = await transform(text.replace(/^#!.*/, ''), {
    format: 'cjs',
    platform: 'node',
    target: common.target,
    supported: { 'dynamic-import': false },
    minify: true,
    // From Node 22.8 on the pieces are compiled once, not each time; the entry itself is compiled before it can ask for it.
    ...(file.endsWith('baton.cjs') && {
      banner: "#!/usr/bin/env node\nrequire('node:module').enableCompileCache?.();",
    }),
  })
  writeFileSync(file, code, { mode: file.endsWith('baton.cjs') ? 0o755 : 0o644 })
}
