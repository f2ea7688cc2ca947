/** The positional arguments of a verb, as help shows them. */
import type { Listed } from './verb.ts'

export const usageFor = (verb: Listed): string =>
  'args' in verb ? (verb.usage ?? verb.args.map((arg) => usageOf(arg, verb.shown)).join(' ')) : verb.usage

// No patterns: each takes 0.1 ms to compile, and every verb of a command comes by here.
const dashed = (letter: string): string => (letter >= 'A' && letter <= 'Z' ? `-${letter.toLowerCase()}` : letter)
export const kebab = (field: string): string => field.split('').map(dashed).join('')
export const bare = (arg: string): string => arg.replace('...', '').replace('?', '')

export function usageOf(arg: string, shown: Readonly<Record<string, string>> = {}): string {
  const word = shown[bare(arg)] ?? kebab(bare(arg)).replace(/-ids$|-id$/, '')
  if (arg.endsWith('...')) return `<${word}>...`
  if (arg.endsWith('...?')) return `[${word}]...`
  return arg.endsWith('?') ? `[${word}]` : `<${word}>`
}
