/** The names that somebody who mistyped one may have meant: at most three, the nearest first. */
export function nearest(wanted: string, names: readonly string[]): string[] {
  const far = Math.max(2, Math.ceil(wanted.length / 2))
  return names
    .map((name) => ({ name, distance: distance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= far)
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Edits from one to the other; a name that begins with the other is near, however long it is. */
function distance(a: string, b: string): number {
  if (a.startsWith(b) || b.startsWith(a)) return 1
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
