/** Where there is no hub: what is there instead, and which hub near by may be meant. */
import fs from 'node:fs'
import path from 'node:path'

export interface Misplaced {
  readonly hint: string
  /** The directory to name instead, where there is one alone. */
  readonly dir?: string
}

/** Undefined where nothing is there that says more than that there is no hub. */
export function misplaced(place: string, cwd = process.cwd()): Misplaced | undefined {
  const shownAs = (dir: string): string => {
    const relative = path.relative(cwd, dir) || '.'
    return relative.startsWith('..') ? dir : relative
  }
  for (let at = place; ; at = path.dirname(at)) {
    if (isHub(at))
      return { hint: at === place ? `${place} is a hub itself.` : `That is inside the hub ${at}.`, dir: shownAs(at) }
    const hub = path.join(at, '.baton')
    if (isHub(hub)) return { hint: `${whatIs(place)}; the hub above it is ${hub}.`, dir: shownAs(hub) }
    if (path.dirname(at) === at) break
  }
  const below = namesIn(place)
    .flatMap((name) => [path.join(place, name), path.join(place, name, '.baton')])
    .filter(isHub)
  const [first] = below
  if (first === undefined) return isFile(place) ? { hint: `${whatIs(place)}: name the directory of a hub.` } : undefined
  if (below.length === 1) return { hint: `There is one below it: ${first}.`, dir: shownAs(first) }
  const some = below.slice(0, 5).map(shownAs)
  return { hint: `There are some below it: ${some.join(', ')}${below.length > some.length ? ', ...' : ''}` }
}

const isHub = (dir: string): boolean => namesIn(path.join(dir, 'log')).some((name) => /^\d+\.jsonl$/.test(name))

/** None where it is no directory, or one that nobody may read. */
function namesIn(dir: string): string[] {
  try {
    return fs.readdirSync(dir)
  } catch {
    return []
  }
}

const isFile = (place: string): boolean => fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() === false

function whatIs(place: string): string {
  if (isFile(place)) return `${place} is a file`
  return fs.existsSync(place) ? `${place} holds none` : `${place} is not there`
}
