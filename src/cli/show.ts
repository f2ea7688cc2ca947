/** What the verbs that look have in common. */
import { columns, dim, green, red, visible, yellow, type Look } from './print.ts'
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
  const rows = Object.entries(document)
    .filter(([, held]) => held !== undefined && !(Array.isArray(held) && held.length === 0))
    .map(([name, held]) => [dim(name, look), show(held)])
  return columns(rows)
}

function show(held: unknown): string {
  if (typeof held === 'string') return visible(held)
  if (Array.isArray(held) && held.every((item) => typeof item === 'string')) return visible(held.join(', '))
  return visible(JSON.stringify(held))
}
