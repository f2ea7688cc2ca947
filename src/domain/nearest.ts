/** The names that somebody who mistyped one may have meant: at most three, the nearest first. */
export function nearest(wanted: string, names: readonly string[]): string[] {
  // Of two that are as near, the one of the same letters was meant.
  const letters = lettersOf(wanted)
  const other = (name: string): number => Number(lettersOf(name) !== letters)
  const far = Math.max(2, Math.ceil(wanted.length / 2))
  return names
    .map((name) => ({ name, distance: distance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= far)
    .toSorted((a, b) => a.distance - b.distance || other(a.name) - other(b.name) || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name)
}

const lettersOf = (name: string): string => name.toLowerCase().split('').toSorted().join('')

/** Whether it was meant and mistyped, rather than only somewhat alike. */
export const isTypo = (typed: string, meant: string): boolean =>
  edits(typed.toLowerCase(), meant.toLowerCase()) <= Math.max(1, Math.floor(Math.min(typed.length, meant.length) / 3))

/** A name that begins with the other is near. */
const distance = (a: string, b: string): number => (a.startsWith(b) || b.startsWith(a) ? 1 : edits(a, b))

/** From one to the other, two neighbours swapped being one. */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const cost = (i: number, j: number): number => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cost(i - 2, j - 2) + 1 : Infinity
      const replaced = cost(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, cost(i - 1, j) + 1, cost(i, j - 1) + 1, swapped))
    }
  }
  return cost(a.length, b.length)
}
