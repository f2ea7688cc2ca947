/** The positional arguments of a verb, as help shows them. */
import type { Listed } from './verb.ts'

export const usageFor = (verb: Listed): string =>
  'args' in verb ? (verb.usage ?? verb.args.map((arg) => usageOf(arg, verb.shown)).join(' ')) : verb.usage

export const kebab = (field: string): string => field.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
export const bare = (arg: string): string => arg.replace(/[?.]+$/, '')

export function usageOf(arg: string, shown: Readonly<Record<string, string>> = {}): string {
  const word = shown[bare(arg)] ?? kebab(bare(arg)).replace(/-ids$|-id$/, '')
  if (arg.endsWith('...')) return `<${word}>...`
  if (arg.endsWith('...?')) return `[${word}]...`
  return arg.endsWith('?') ? `[${word}]` : `<${word}>`
}
