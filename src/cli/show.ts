/** What the verbs that look have in common. */
import { columns, dim, green, red, stamp, UNITS, visible, yellow, type Look } from './print.ts'
import { UsageError } from './usage.ts'
import type { Given } from './verb.ts'

/** What writes directories, or nothing at all, has nothing to show beforehand. */
export function noDryRun(given: Given, verb: string): void {
  if (given['dry-run'] === true)
    throw new UsageError(`${verb} knows no --dry-run`, `See what it takes: baton help ${verb}`)
}

export const coloured = (status: string, look: Look): string => {
  if (status === 'failed' || status === 'lost' || status === 'blocked') return red(status, look)
  if (status === 'completed' || status === 'open' || status === 'running') return green(status, look)
  return status === 'waiting' || status === 'closing' ? yellow(status, look) : dim(status, look)
}

/** Whatever a document holds, a line each. */
export function facts(document: Record<string, unknown>, look: Look): string {
  const { id, ...rest } = document
  const rows = Object.entries({ id, ...rest })
    .filter(([, held]) => !isNothing(held))
    .map(([name, held]) => [dim(label(name), look), show(name, held, look)])
  return columns(rows)
}

const isNothing = (held: unknown): boolean =>
  held === undefined || (typeof held === 'object' && held !== null && Object.keys(held).length === 0)

/** `rootSessionId` is the root session, and what happened at a time is told by the time. */
const label = (name: string): string => LABELS[name] ?? inWords(name)

const LABELS: Readonly<Record<string, string>> = {
  participates: 'takes part in',
  cwd: 'working directory',
  runDir: 'run directory',
}

const inWords = (name: string): string =>
  name.replace(/(?<=.)(?:Id|At|Ms)$/, '').replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)

/** The parts of a document that have fields of their own; what else is an object is somebody's data. */
const PARTS: ReadonlySet<string> = new Set(['offer', 'closing', 'progress', 'worktree'])

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

function show(name: string, held: unknown, look: Look): string {
  if (typeof held === 'string')
    return /(?:^at|At|By|Until|deadline)$/.test(name) && INSTANT.test(held) ? stamp(held, look) : visible(held)
  if (typeof held === 'number' && name.endsWith('Ms')) return span(held)
  if (typeof held === 'number' && name === 'position') return `#${held}`
  if (Array.isArray(held) && held.every((item) => typeof item === 'string')) return visible(held.join(', '))
  if (PARTS.has(name) && typeof held === 'object' && held !== null) {
    return Object.entries(held)
      .filter(([, inside]) => !isNothing(inside))
      .map(([part, inside]) => `${label(part)} ${show(part, inside, look)}`)
      .join(', ')
  }
  if (typeof held === 'boolean') return held ? 'yes' : 'no'
  return visible(JSON.stringify(held))
}

/** The largest unit that says it exactly. */
function span(ms: number): string {
  const [unit, length] = UNITS.findLast(([, least]) => ms >= least && ms % least === 0) ?? ['ms', 1]
  return `${ms / length}${unit}`
}
