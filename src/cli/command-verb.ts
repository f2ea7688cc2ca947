/**
 * Verbs that are a command of the catalogue. Their names and words stand here; the rest of what makes them follows from
 * the command, and is loaded with it.
 */
import type { CommandType } from '../index.ts'
import { usageFor } from './arguments.ts'
import type { Options, Request, Verb } from './verb.ts'

export interface CommandVerb {
  readonly name: string
  readonly command: CommandType
  /** As the command's own, which is not loaded to show it; a test compares them. */
  readonly summary: string
  readonly more?: string
  /** The fields that are positional; `body?` may be left out, `messageIds...` takes the rest, `items...?` if there is any. */
  readonly args: readonly string[]
  /** Where its arguments do not say it. */
  readonly usage?: string
  /** What stands for an argument in its usage, where that is not the field's name. */
  readonly shown?: Readonly<Record<string, string>>
  /** Fields that are no option here. */
  readonly hides?: readonly string[]
  /** What a field is called on the command line, where it is not its own name in kebab case. */
  readonly called?: Readonly<Record<string, string>>
  /** What its help says of an option. */
  readonly about?: Readonly<Record<string, string>>
  /** Fields with a fixed value, or one that the request has. */
  readonly fixed?: (request: Request) => Readonly<Record<string, unknown>>
  /** Options of the verb itself, beside those of the command; `fixed` reads them. */
  readonly extra?: Options
  readonly examples: readonly string[]
  /** The verb that is made of it, where that does more than to send the command once. */
  readonly as?: (verb: Verb) => Verb
}

const fromCatalog = () => import('./from-catalog.ts')

export function commandVerb(verb: CommandVerb): Verb {
  const { name, summary, more, command, examples, as = (made) => made } = verb
  return as({
    name,
    summary,
    ...(more !== undefined && { more }),
    command,
    usage: usageFor(verb),
    examples,
    options: async () => (await fromCatalog()).optionsOf(verb),
    run: async (request) => (await fromCatalog()).run(verb, request),
  })
}
