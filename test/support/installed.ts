/** The package as its users have it: packed, and installed from the tarball into an empty folder. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

export const ROOT = path.resolve(import.meta.dirname, '../..')

export interface Packed {
  readonly tarball: string
  /** Paths in the package, with their sizes. */
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What npm, or a test runner, says to its children is not said to these. */
export function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Ended {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|BATON_|VITEST|NODE_ENV$|INIT_CWD$)/.test(name),
  )
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  })
  if (error !== undefined) throw error
  return { status, stdout, stderr }
}

export function ok(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = run(command, args, cwd, env)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`)
  return stdout
}

/** `dist` as it was built: to build it again would take it away from the tests beside this one. */
export function pack(into: string): Packed {
  const [packed] = JSON.parse(ok('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', into], ROOT)) as [
    { readonly filename: string; readonly files: Packed['files'] },
  ]
  return { tarball: path.join(into, packed.filename), files: packed.files }
}

export function install(tarball: string, into: string): void {
  fs.writeFileSync(path.join(into, 'package.json'), '{ "private": true }\n')
  ok('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], into)
}

export interface InstalledPackage {
  readonly name: string
  readonly dir: string
  /** Of all its files together. */
  readonly bytes: number
  readonly files: readonly string[]
  readonly manifest: {
    readonly version: string
    readonly scripts?: Readonly<Record<string, string>>
    readonly gypfile?: boolean
  }
}

/** Every package in a folder's node_modules, those in other packages too. */
export function packagesIn(folder: string): InstalledPackage[] {
  const modules = path.join(folder, 'node_modules')
  const lock = JSON.parse(fs.readFileSync(path.join(modules, '.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>
  }
  return Object.keys(lock.packages).map((at) => {
    const dir = path.join(folder, at)
    const files = fs
      .readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
      .filter((file) => !file.startsWith('node_modules'))
    return {
      name: at.slice('node_modules/'.length),
      dir,
      bytes: files.reduce((sum, file) => sum + fs.statSync(path.join(dir, file)).size, 0),
      files,
      manifest: JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8')) as InstalledPackage['manifest'],
    }
  })
}
