/** Which hub is meant: `--dir`, BATON_DIR, or the `.baton` of this directory or of one above, as git finds its own. */
import fs from 'node:fs'
import path from 'node:path'
import { BatonError } from '../exports.ts'
import { quoted } from './typed.ts'

const NAME = '.baton'

export function locate(given: string | undefined, cwd = process.cwd()): string {
  if (given !== undefined) return named(given)
  const dir = found(cwd)
  if (dir !== undefined) return dir
  throw new BatonError('HUB_NOT_FOUND', `there is no hub in ${cwd}, nor above it`, {
    details: { cwd },
    hint: 'Make one here: baton init',
  })
}

/** The hub of a directory, or of the nearest one above it. */
export function found(cwd: string): string | undefined {
  for (let at = cwd; ; at = path.dirname(at)) {
    const dir = path.join(at, NAME)
    if (isDirectory(dir)) return dir
    if (path.dirname(at) === at) return undefined
  }
}

/** The hub in whose own directory, or below it, a directory lies. */
export function hubAround(dir: string): string | undefined {
  for (let at = dir; path.dirname(at) !== at; at = path.dirname(at)) {
    if (path.basename(at) === NAME && fs.existsSync(path.join(at, 'log'))) return at
  }
  return undefined
}

/** A file that is called so is no hub; a directory that nobody may read is one that cannot be read. */
function isDirectory(dir: string): boolean {
  try {
    return fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false // Not even what is around it may be looked at.
  }
}

/** Either the hub's directory itself, or the one that holds it. */
function named(given: string): string {
  const dir = path.resolve(given)
  const inside = path.join(dir, NAME)
  if (path.basename(dir) !== NAME && isDirectory(inside)) return inside
  if (path.basename(dir) === NAME ? isDirectory(dir) : fs.existsSync(path.join(dir, 'log'))) return dir
  throw new BatonError('HUB_NOT_FOUND', `there is no hub in ${dir}`, {
    details: { dir },
    hint: `Make one there: baton init --dir ${quoted(given)}`,
  })
}

/** Where `init` puts a hub. */
export function placeFor(given: string | undefined): string {
  const dir = path.resolve(given ?? '.')
  return path.basename(dir) === NAME ? dir : path.join(dir, NAME)
}
