/** How long: `250ms`, `30s`, `5m`, `2h`, `1d`. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** In milliseconds; undefined where the text is no duration. */
export function durationOf(text: string): number | undefined {
  const [, figure, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  return figure === undefined || unit === undefined ? undefined : Number(figure) * (UNITS[unit] as number)
}

/** The longest that a timer of the runtime runs. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
