/** What is wrong with a command, said of the words and options that were typed instead of its fields. */
import { BatonError, isBatonError } from '../exports.ts'
import { said } from '../schema/read.ts'
import { bare, kebab, usageOf } from './arguments.ts'
import type { CommandVerb } from './command-verb.ts'

interface Issue {
  readonly path: string
  readonly problem: string
}

/** Everything but the message stays as it is. */
export function asTyped(error: unknown, verb: CommandVerb, optionFor: (field: string) => string | undefined): unknown {
  if (!isBatonError(error) || !Array.isArray(error.details['issues'])) return error
  const problems = (error.details['issues'] as Issue[]).map(({ path, problem }) =>
    said(typedAs(path, verb, optionFor), problem),
  )
  const { code, details, hint } = error
  return new BatonError(code, [...new Set(problems)].join('; '), {
    details,
    cause: error,
    ...(hint !== undefined && { hint }),
  })
}

function typedAs(path: string, verb: CommandVerb, optionFor: (field: string) => string | undefined): string {
  const [field = '', ...inside] = path.split('.')
  const arg = verb.args.find((each) => bare(each) === field)
  if (arg !== undefined) return usageOf(arg, verb.shown).replace(/^[[<](.*)[\]>](\.\.\.)?$/, '<$1>')
  // An object that several options make up.
  const part = inside.map(kebab).findLast((name) => Object.hasOwn(verb.extra ?? {}, name))
  if (part !== undefined) return `--${part}`
  const option = optionFor(field)
  if (option === undefined) return path
  // A key of several pairs is named; that it is the second of a list helps nobody.
  const key = inside.join('.')
  return key === '' || /^\d+$/.test(key) ? option : `${option} ${key}`
}
