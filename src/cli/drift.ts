/** Documents that are not what the log makes of them, a line each. */
import type { Drift, ViewsReport } from '../index.ts'
import type { Phases } from './phases.ts'
import { bold, columns, dim, oneLine, red, visible, yellow, type Look } from './print.ts'
import type { Typed } from './typed.ts'

export const PHASES: Phases = {
  fold: { doing: 'folding afresh', unit: 'bytes' },
  compare: { doing: 'comparing', unit: 'documents' },
  check: { doing: 'checking', unit: 'bytes' },
}

/** Indexes are rebuilt with everything. */
const VIEWS_ALONE: ReadonlySet<string> = new Set(['streams', 'commits', 'keys', 'unknowns'])

export function driftLines({ drifted, drift }: ViewsReport, baton: Typed, look: Look): string[] {
  if (drifted === 0) return []
  const rows = drift.map((each) => [
    red(each.kind, look),
    bold(each.view, look),
    visible(each.key),
    dim(oneLine(difference(each)), look),
  ])
  const views = [...new Set(drift.map(({ view }) => view))]
  const whole = drifted > drift.length || views.length > 2 || views.some((view) => VIEWS_ALONE.has(view))
  const cures = whole ? [baton('projections', 'rebuild')] : views.map((view) => baton('projections', 'rebuild', view))
  return [
    columns(rows),
    ...(drifted > drift.length ? [dim(`… and ${drifted - drift.length} more`, look)] : []),
    `Fold them anew: ${cures.join(' && ')}`,
  ]
}

/** The fields that are not as they should be; of what is no record, both sides. */
function difference({ kind, expected, found }: Drift): string {
  if (kind === 'missing') return 'the log makes it, and it is not there'
  if (kind === 'extra') return 'it is there, and the log makes none'
  if (!isRecord(expected) || !isRecord(found)) return `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
  return names
    .map((name) => [name, JSON.stringify(found[name]) ?? 'nothing', JSON.stringify(expected[name]) ?? 'nothing'])
    .filter(([, is, should]) => is !== should)
    .map(([name, is, should]) => `${name} is ${is} instead of ${should}`)
    .join('; ')
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Snapshots that did not count; what is served was folded without them. */
export const problemLines = (
  problems: readonly { readonly file: string; readonly why: string }[],
  baton: Typed,
  look: Look,
): string[] => [
  ...problems.map(({ file, why }) => `  ${yellow('snapshot', look)}  ${visible(file)}: ${visible(why)}`),
  ...(problems.length === 0 ? [] : [`  It does not count. Write it anew: ${baton('projections', 'rebuild')}`]),
]
