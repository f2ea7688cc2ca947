/** A time as text: RFC 3339 in UTC with milliseconds, which sorts as it reads. */

export const two = (n: number): string => String(n).padStart(2, '0')

/** What toISOString says. Its first call takes 0.3 ms, as long as all the rest of writing a commit's line. */
export function isoTime(milliseconds: number): string {
  const at = new Date(milliseconds)
  const year = at.getUTCFullYear()
  // Other years are written otherwise, and no time at all is refused.
  if (!(year >= 1000 && year <= 9999)) return at.toISOString()
  const day = `${year}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')
  return `${day}T${time}.${String(at.getUTCMilliseconds()).padStart(3, '0')}Z`
}
