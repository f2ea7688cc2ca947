/**
 * The tests on every Node that the package promises to run on: `npm run test:nodes`, or a part of them,
 * `npm run test:nodes -- --node 22 test/bus.test.ts`. Whole Nodes come from npm, into a cache of the user's.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

/** The oldest that `engines` allows, and the newest of each line that is maintained. */
const VERSIONS = ['20.19.0', '22.23.3', '24.21.0']

/** `node-<platform>-<arch>` holds one binary; for some platforms it is called `node-bin-...`. */
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const PACKAGES = [`node-${platform}`, `node-bin-${platform}`]
const BINARY = process.platform === 'win32' ? 'node.exe' : 'node'

const cache = path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'agent-baton', 'nodes')
const root = path.resolve(import.meta.dirname, '..')

const { values, positionals } = parseArgs({
  options: { node: { type: 'string', multiple: true } },
  allowPositionals: true,
})
const wanted = VERSIONS.filter((version) => values.node?.some((start) => `${version}.`.startsWith(`${start}.`)) ?? true)
if (wanted.length === 0) fail(`No such Node among ${VERSIONS.join(', ')}.`)

const results = wanted.map((version) => {
  const bin = fetched(version)
  const said = spawnSync(path.join(bin, BINARY), ['--version'], { encoding: 'utf8' }).stdout?.trim()
  if (said !== `v${version}`) fail(`${bin} should hold Node ${version}, and answers ${said}. Remove ${cache}.`)
  console.log(`\nNode ${version}`)
  const { status } = spawnSync(path.join(bin, BINARY), ['node_modules/vitest/vitest.mjs', 'run', ...positionals], {
    cwd: root,
    // What the tests start by name is this Node as well.
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH']}` },
    stdio: 'inherit',
  })
  return { version, status }
})

for (const { version, status } of results) console.log(`Node ${version}: ${status === 0 ? 'passed' : 'failed'}`)
if (results.some(({ status }) => status !== 0)) process.exitCode = 1

/** Where a Node's binary lies, whole: it is fetched beside its place and moved there. */
function fetched(version) {
  const place = path.join(cache, `${version}-${platform}`)
  if (existsSync(place)) return place
  mkdirSync(cache, { recursive: true })
  const fresh = `${place}.${process.pid}`
  const name = PACKAGES.find((each) => {
    const args = ['install', '--prefix', fresh, '--no-audit', '--no-fund', '--ignore-scripts', '--no-save']
    return (
      spawnSync('npm', [...args, `${each}@${version}`], { stdio: 'pipe', shell: process.platform === 'win32' })
        .status === 0
    )
  })
  if (name !== undefined) renameSync(path.join(fresh, 'node_modules', name, 'bin'), place)
  rmSync(fresh, { recursive: true, force: true })
  return name === undefined ? fail(`npm has no Node ${version} for ${platform} (${PACKAGES.join(', ')}).`) : place
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
