/**
 * What was typed, word by word, by the options that there are. (Node has the same as `util.parseArgs`, and a short verb
 * would spend a millisecond on loading it.)
 */
import type { Given, Options } from './verb.ts'

/** A word that is no option, or an option with its value. */
export type Token =
  | { readonly word: string }
  | {
      readonly name: string
      /** As it was typed: `--name`, `-n`. */
      readonly typed: string
      readonly value: string | undefined
      /** The value was a word of its own. */
      readonly isApart: boolean
    }

/** Reads whatever is there: of options that nobody knows it is assumed that they take no value. */
export function tokensOf(args: readonly string[], options: Options): Token[] {
  const byLetter = new Map(Object.entries(options).map(([name, { short }]) => [short, name]))
  const takesValue = (name: string): boolean => Object.hasOwn(options, name) && options[name]?.type === 'string'
  const tokens: Token[] = []
  const rest = [...args]

  function option(name: string, typed: string, joined: string | undefined): void {
    const isApart = joined === undefined && takesValue(name) && rest.length > 0
    tokens.push({ name, typed, value: isApart ? rest.shift() : joined, isApart })
  }

  /** `-abc` is `-a -b -c`, and where `-b` takes a value, `c` is that. */
  function letters(group: string): void {
    for (let left = group; left !== '';) {
      const letter = String.fromCodePoint(left.codePointAt(0) as number)
      left = left.slice(letter.length)
      const name = byLetter.get(letter) ?? letter
      const joined = takesValue(name) && left !== '' ? left : undefined
      option(name, `-${letter}`, joined)
      if (joined !== undefined) return
    }
  }

  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      for (const word of rest.splice(0)) tokens.push({ word })
    } else if (arg.startsWith('--')) {
      const equals = arg.indexOf('=')
      const typed = equals < 0 ? arg : arg.slice(0, equals)
      option(typed.slice(2), typed, equals < 0 ? undefined : arg.slice(equals + 1))
    } else if (arg.startsWith('-') && arg !== '-') letters(arg.slice(1))
    else tokens.push({ word: arg })
  }
  return tokens
}

/** Those that are no options. */
export const wordsIn = (tokens: readonly Token[]): string[] =>
  tokens.flatMap((token) => ('word' in token ? [token.word] : []))

/** What is wrong with an option. */
export interface WrongOption {
  readonly typed: string
  readonly why: 'unknown' | 'needs a value' | 'takes no value'
}

/** The first that is not as its options say. */
export function wrongIn(tokens: readonly Token[], options: Options): WrongOption | undefined {
  for (const token of tokens) {
    if ('word' in token) continue
    const { name, typed, value, isApart } = token
    if (!Object.hasOwn(options, name)) return { typed, why: 'unknown' }
    if (options[name]?.type === 'boolean') {
      if (value !== undefined) return { typed: `--${name}`, why: 'takes no value' }
      // What begins with a dash is rather the next option than this one's value: --title=-x says that it is.
    } else if (value === undefined || (isApart && value.length > 1 && value.startsWith('-')))
      return { typed: `--${name}`, why: 'needs a value' }
  }
  return undefined
}

/** The options by their names; of one that is given again, the last counts, unless it may be given several times. */
export function givenIn(tokens: readonly Token[], options: Options): Given {
  const given: Record<string, string | boolean | string[]> = {}
  for (const token of tokens) {
    if ('word' in token) continue
    const { name, value = true } = token
    const before = given[name]
    if (options[name]?.multiple === true && typeof value === 'string')
      given[name] = Array.isArray(before) ? [...before, value] : [value]
    else given[name] = value
  }
  return given
}
