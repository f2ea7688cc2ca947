/** Turns figures into lines: the ratio of the medians, the range of the rounds' own ratios, and the verdict. */
import { median, type Comparison, type Figures, type Metric } from './harness.ts'

export interface Line {
  readonly what: string
  readonly metric: Metric
  readonly ours: number
  readonly peer?: number
  readonly ratio?: number
  /** The smallest and the largest of the rounds' own ratios. */
  readonly range?: readonly [number, number]
  readonly target?: string
  readonly met?: boolean
  /** How much is missing, in the target's own measure: 0.1 is a tenth. */
  readonly missedBy?: number
  readonly skipped?: string
}

export function lineOf(comparison: Comparison, figures: Figures, whyNoPeers: string): Line {
  const { what, metric, atLeast, atMost } = comparison
  const series = (side: string): number[] | undefined => figures[side]?.map((figure) => figure[metric])
  const ours = series(comparison.ours) ?? []
  const target = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : undefined
  const line = { what, metric, ours: median(ours), ...(target !== undefined && { target }) }
  if (comparison.peer === undefined) return target === undefined ? line : judged(line, line.ours, comparison)
  const peers = series(comparison.peer)
  if (peers === undefined) return { ...line, skipped: whyNoPeers }

  const peer = median(peers)
  const ratio = line.ours / peer
  const ratios = ours.map((each, round) => each / (peers[round] ?? 0))
  const measured = { ...line, peer, ratio, range: [Math.min(...ratios), Math.max(...ratios)] as const }
  return target === undefined ? measured : judged(measured, ratio, comparison)
}

/** Whether a ratio, or a figure that has no peer, is what it is to be. */
function judged(line: Line, value: number, { atLeast, atMost }: Comparison): Line {
  const missedBy = atLeast !== undefined ? 1 - value / atLeast : value / (atMost as number) - 1
  return { ...line, met: missedBy <= 0, ...(missedBy > 0 && { missedBy }) }
}

export function tableOf(lines: readonly Line[]): string {
  const head = ['what', 'ours', 'peer', 'ratio', '(rounds)', 'target', 'result']
  const rows = [head, ...lines.map(cellsOf)]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    column >= 1 && column <= 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

function cellsOf(line: Line): string[] {
  const { what, metric, ours, peer, ratio, range, target = '', met, missedBy = 0, skipped } = line
  if (skipped !== undefined) return [what, figure(ours, metric), '-', '-', '', target, 'peer not installed']
  return [
    what,
    figure(ours, metric),
    peer === undefined ? '' : figure(peer, metric),
    ratio === undefined ? '' : number(ratio),
    range === undefined ? '' : `${number(range[0])}..${number(range[1])}`,
    target,
    met === undefined ? '' : met ? 'met' : `missed by ${Math.ceil(missedBy * 100)} %`,
  ]
}

function figure(value: number, metric: Metric): string {
  if (metric === 'rate' || metric === 'slowest') return `${Math.round(value).toLocaleString('en-US')}/s`
  if (metric === 'size') return `${value.toFixed(1)} MB`
  if (metric === 'rss') return `${Math.round(value)} MB`
  if (metric === 'conflicts') return value.toFixed(2)
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
}

const number = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1))
