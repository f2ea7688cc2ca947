/** The peers have a package of their own: nothing of theirs is a dependency of this one. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const DIR = path.join(import.meta.dirname, 'peers')
/** better-sqlite3 may have to be compiled. */
const PATIENCE_MS = 10 * 60_000

/** Installs them where they are not. Returns why there are none, or ''. */
export function installPeers(): string {
  if (installed()) return ''
  console.error('Installing the peers (npm ci in bench/peers; better-sqlite3 may be compiled, which takes a minute)...')
  const { status, error, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: DIR,
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  })
  if (status === 0 && installed()) return ''
  const last = stderr.trim().split('\n').at(-1) ?? ''
  return `npm ci in bench/peers failed: ${error?.message ?? last}`
}

/** The addon is there and loads in this node. */
function installed(): boolean {
  if (!fs.existsSync(path.join(DIR, 'node_modules', '.package-lock.json'))) return false
  const probe = "new (require('better-sqlite3'))(':memory:').close(); require('@a5c-ai/babysitter-sdk/dist/storage')"
  return spawnSync(process.execPath, ['-e', probe], { cwd: DIR, env: { PATH: process.env['PATH'] } }).status === 0
}
