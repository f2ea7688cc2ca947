/** Whether what a command printed is what its document shows, but for what differs from run to run. */

/** Whatever names something of one run: ids and digests. They are followed: the same one again must be the same again. */
const NAMES = [String.raw`(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Za-z])`, String.raw`\b(?:[0-9a-f]{8}){1,8}\b`]

const FIGURES = [
  String.raw`(?:\b\d{4}-\d\d-\d\d )?\b\d\d:\d\d:\d\d\b(?!\.)`,
  String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`,
  String.raw`(?<="(?:pid|offset|bytes|at|ms)": ?)\d+`,
  String.raw`(?<=\b(?:pid|process|offset|byte|at) )\d+`,
  String.raw`\b\d[\d,.]* ?(?:bytes|B|KB|MB|GB|KiB|MiB|GiB)\b`,
  String.raw`\b[\d,.]+(?:/s| [a-z]+ a second)`,
  String.raw`\b\d+(?:\.\d+)? ?(?:ms|s|m|h|d)\b`,
]

const NAME = new RegExp(NAMES.join('|'), 'g')
const VARIES = new RegExp(`(?<name>${NAMES.join('|')})|${FIGURES.join('|')}`, 'g')

/** What the document calls what. */
export interface Names {
  readonly theirs: ReadonlyMap<string, string>
  readonly shown: ReadonlyMap<string, string>
}

export const NO_NAMES: Names = { theirs: new Map(), shown: new Map() }

/** A command as this run has to be given it: with this run's ids. */
export const translated = (command: string, names: Names): string =>
  command.replaceAll(NAME, (name) => names.theirs.get(name) ?? name)

/** A line as the document would show it. */
const shownAs = (line: string, names: Names): string => line.replaceAll(NAME, (name) => names.shown.get(name) ?? name)

/** The line without what varies; columns are as wide as their widest cell, so gaps vary too. */
const shapeOf = (line: string): string => line.replaceAll(VARIES, '·').replaceAll(/(?<=\S) {2,}/g, '  ')

/** What the two call what, if they are alike. */
function sameLine(shown: string, printed: string, names: Names, shape = shapeOf): Names | undefined {
  if (shape(shown) !== shape(printed)) return undefined
  const [ours, theirs] = [shown, printed].map((line) =>
    [...line.matchAll(VARIES)].map(({ groups }) => groups?.['name']),
  )
  let known = names
  for (const [i, name] of (ours as string[]).entries()) {
    const other = theirs?.[i]
    if (name === undefined || other === undefined) continue
    if ((known.theirs.get(name) ?? other) !== other || (known.shown.get(other) ?? name) !== name) return undefined
    known = { theirs: new Map(known.theirs).set(name, other), shown: new Map(known.shown).set(other, name) }
  }
  return known
}

/** `...` stands for any lines. */
export function alike(shown: readonly string[], printed: readonly string[], names: Names): Names | undefined {
  const [line, ...more] = shown
  if (line === undefined) return printed.length === 0 ? names : undefined
  if (line === '...') {
    for (let skipped = 0; skipped <= printed.length; skipped += 1) {
      const known = alike(more, printed.slice(skipped), names)
      if (known !== undefined) return known
    }
    return undefined
  }
  const [first, ...others] = printed
  const known = first === undefined ? undefined : sameLine(line, first, names)
  return known && alike(more, others, known)
}

/** What the document should show instead: its own lines where they hold, this run's where they do not. */
export function renewed(
  shown: readonly string[],
  printed: readonly string[],
  names: Names,
): { readonly lines: readonly string[]; readonly names: Names } {
  const kept = [...shown]
  let known = names
  function found(line: string, shape: (text: string) => string): string | undefined {
    for (const [i, old] of kept.entries()) {
      const learned = sameLine(old, line, known, shape)
      if (learned === undefined) continue
      kept.splice(0, i + 1)
      known = learned
      return old
    }
    return undefined
  }
  const lines = printed.map((line) => {
    const same = found(line, shapeOf)
    if (same !== undefined) return same
    // A line that differs in its figures alone tells of the same thing: it keeps its id, which commands may name.
    found(line, withoutFigures)
    const now = shownAs(line, known)
    known = sameLine(now, line, known) ?? known
    return now
  })
  return { lines, names: known }
}

const withoutFigures = (line: string): string => shapeOf(line).replaceAll(/\d+/g, '·')

/** Both, line by line: `-` is the document's, `+` the run's. */
export function difference(shown: readonly string[], printed: readonly string[]): string {
  const [a, b] = [shown.map(shapeOf), printed.map(shapeOf)]
  // The longest common subsequence of what begins at i and at j.
  const common = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0))
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      ;(common[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, lines.push(`    ${shown[i]}`) && j + 1]
    else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) lines.push(`  - ${shown[i++]}`)
    else lines.push(`  + ${printed[j++]}`)
  }
  return lines.join('\n')
}
