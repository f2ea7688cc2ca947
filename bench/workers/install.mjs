/** Packs the package and installs it into an empty folder, as a user would: what lies there afterwards. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { serve } from './serve.mjs'

const ROOT = path.resolve(import.meta.dirname, '../..')
const MB = 1_000_000

// What npm says to those it starts is not said to these.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
const npm = (cwd, ...args) =>
  execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

serve(async ({ dir }) => {
  const [{ filename }] = JSON.parse(npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', dir))
  fs.writeFileSync(path.join(dir, 'package.json'), '{ "private": true }\n')
  const start = performance.now()
  npm(dir, 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`)
  const ms = performance.now() - start
  const files = fs.readdirSync(path.join(dir, 'node_modules'), { recursive: true, withFileTypes: true })
  const bytes = files
    .filter((file) => file.isFile())
    .map((file) => fs.statSync(path.join(file.parentPath, file.name)).size)
  const size = bytes.reduce((sum, each) => sum + each, 0) / MB
  return { run: async () => ({ ops: 1, ms, size }) }
})
