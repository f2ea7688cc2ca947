/** How far something is that takes a while. */

/** How far something is, in bytes of the log. */
export interface Progress {
  readonly done: number
  readonly total: number
}

/** Several passes, told as one: each is an equal share of the total, whatever it counts in. */
export function inPasses(
  passes: number,
  total: number,
  tell: ((progress: Progress) => void) | undefined,
): (pass: number, done: number, of: number) => void {
  let last = -1
  return (pass, done, of) => {
    const share = of > 0 ? Math.min(1, done / of) : 1
    const thousandth = Math.floor((THOUSAND * (pass + share)) / passes)
    // Nobody looks as often as there are lines.
    if (thousandth === last) return
    last = thousandth
    tell?.({ done: Math.floor((total * thousandth) / THOUSAND), total })
  }
}

const THOUSAND = 1_000
