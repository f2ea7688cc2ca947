/** What a verb is, and what it is given. */
import type { Actor, CommandType, Hub } from '../index.ts'
import { commandVerb, type CommandVerb } from './command-verb.ts'
import type { Look } from './print.ts'

export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly short?: string
  /** What stands for the value in help texts. */
  readonly value?: string
  readonly about: string
}

export type Options = Readonly<Record<string, OptionSpec>>
/** What was given, by the option's name. */
export type Given = Readonly<Record<string, string | boolean | string[] | undefined>>

export interface Request {
  readonly positionals: readonly string[]
  readonly given: Given
  readonly look: Look
  readonly signal: AbortSignal
  /** Opens the hub that is meant, in the name of whoever acts. */
  readonly hub: () => Promise<Hub>
  /** Who acts: `--as`, the environment, or the operator at a terminal. */
  readonly actor: () => Promise<Actor>
  /** The same, for verbs that only look: nobody needs a name to read. */
  readonly reader: () => Promise<Hub>
  /** Where that hub is, for verbs that need no open one. */
  readonly where: () => string
  /** Where `init` makes one. */
  readonly place: string
}

/** What a verb has to say: one document, or line by line; each as JSON and as text. */
export type Answer =
  | {
      readonly json: unknown
      readonly text: string
      readonly exit?: number
      /** Done once it was printed: what nobody could read is not acknowledged. */
      readonly afterwards?: () => Promise<unknown>
    }
  | { readonly lines: AsyncIterable<Line> }

export interface Line {
  readonly json: unknown
  readonly text: string
}

/** What is known of a verb before any of its code is loaded: enough for the overview. */
interface Named {
  /** One word or two: `send`, `task claim`. */
  readonly name: string
  /** One short line: the overview has a hundred columns for name, usage and this. */
  readonly summary: string
  /** The positional arguments, as help shows them: `<task> [session]`; `...` behind one that takes the rest. */
  readonly usage: string
}

/** What is loaded with the verb. */
export interface VerbBody {
  /** What its own help says beside the summary. */
  readonly more?: string
  readonly options?: () => Options | Promise<Options>
  /** What help says beside the options, a row each. */
  readonly notes?: () => readonly (readonly [what: string, about: string])[]
  readonly examples: readonly string[]
  /** It looks itself at words that its usage does not name. */
  readonly readsAnyWords?: true
  /** For others: what falls due meanwhile is ended from here, where nobody else is left to do it. */
  readonly waits?: (given: Given) => boolean
  readonly run: (request: Request) => Promise<Answer>
}

export interface Verb extends Named, VerbBody {
  /** The command that it sends, where it is one of the catalogue. */
  readonly command?: CommandType
}

/** A verb whose code nobody loads to do something else. */
export interface LaterVerb extends Named {
  readonly load: () => Promise<VerbBody>
}

/** As the catalogue lists it: of a command's verb there is no more than its table says until it is run. */
export type Listed = Verb | LaterVerb | CommandVerb

export async function loaded(verb: Listed): Promise<Verb> {
  if ('args' in verb) return commandVerb(verb)
  return 'load' in verb ? { ...verb, ...(await verb.load()) } : verb
}
