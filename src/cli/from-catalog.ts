/** What the catalogue says about a command's verb: its options, its help, and what its words mean. */
import { commandCatalog, commandSchema, type Command } from '../index.ts'
import { bare, kebab, usageOf, type CommandVerb } from './command-verb.ts'
import { sent } from './sent.ts'
import { document, duration, instant, isInstant, list, pairs, text, value } from './values.ts'
import { UsageError } from './usage.ts'
import type { Answer, Given, Options, OptionSpec, Request } from './verb.ts'

interface Field {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly items?: object
  /** One of several things: a word, or JSON. */
  readonly anyOf?: unknown
}

export const summaryOf = ({ command }: CommandVerb): string => commandCatalog[command].summary

/** Milliseconds are a duration on the command line: `leaseMs` is `--lease 30s`. */
const optionName = ({ called = {} }: CommandVerb, field: string): string =>
  called[field] ?? kebab(field.replace(/Ms$/, ''))

/** Asked for its options, and again for what was given: the schema is built for the first of them. */
const fieldsByVerb = new Map<string, [name: string, field: Field][]>()

function fieldsOf(verb: CommandVerb): readonly [name: string, field: Field][] {
  const known = fieldsByVerb.get(verb.name)
  if (known !== undefined) return known
  const { properties = {} } = commandSchema(verb.command)
  const positional = new Set(['type', ...verb.args.map(bare)])
  const fields = Object.entries(properties as Record<string, Field>).filter(([name]) => !positional.has(name))
  fieldsByVerb.set(verb.name, fields)
  return fields
}

export function optionsOf(verb: CommandVerb): Options {
  const options: Record<string, OptionSpec> = {}
  for (const [name, field] of fieldsOf(verb)) {
    if (hasNoOption(name)) continue
    options[optionName(verb, name)] = { ...optionOf(name, field), about: verb.about?.[name] ?? '' }
  }
  return { ...options, ...verb.extra }
}

/** What no flag can say well is left to `extra`. */
const NESTED: ReadonlySet<string> = new Set(['isolation', 'fanIn'])

/** A time is an instant or a duration: the second is kept as one, so that the same words are the same command. */
const WITHIN: Readonly<Record<string, string>> = { replyBy: 'replyWithinMs', expiresAt: 'expiresWithinMs' }

const hasNoOption = (field: string): boolean => NESTED.has(field) || Object.values(WITHIN).includes(field)

function optionOf(name: string, field: Field): OptionSpec {
  if (field.type === 'boolean') return { type: 'boolean', about: '' }
  if (field.type === 'array') return { type: 'string', multiple: true, value: 'a,b', about: '' }
  if (field.type === 'object') return { type: 'string', multiple: true, value: 'key=value', about: '' }
  if (field.enum !== undefined) return { type: 'string', value: field.enum.join('|'), about: '' }
  if (name.endsWith('Ms')) return { type: 'string', value: '30s', about: '' }
  if (field.format === 'date-time') return { type: 'string', value: 'time|30s', about: '' }
  if (field.anyOf !== undefined) return { type: 'string', value: 'word|json', about: '' }
  if (field.type === undefined) return { type: 'string', value: 'json|@file', about: '' }
  return { type: 'string', value: field.type === 'string' ? 'text' : 'n', about: '' }
}

export async function run(verb: CommandVerb, request: Request): Promise<Answer> {
  const command = { ...build(verb, request), ...verb.fixed?.(request), type: verb.command } as unknown as Command
  return sent(command, request)
}

/** Arguments first, then options; what was not given is left out. */
function build(verb: CommandVerb, { positionals, given }: Request): Record<string, unknown> {
  const command: Record<string, unknown> = {}
  const rest = [...positionals]
  for (const arg of verb.args) {
    const field = bare(arg)
    if (arg.endsWith('...') || arg.endsWith('...?')) {
      if (rest.length === 0 && !arg.endsWith('?')) throw missing(verb, arg)
      command[field] = rest.splice(0)
      continue
    }
    const word = rest.shift()
    if (word !== undefined) command[field] = field === 'body' || field === 'context' ? text(word) : word
    else if (!arg.endsWith('?')) throw missing(verb, arg)
  }
  if (rest.length > 0) {
    throw new UsageError(
      `${JSON.stringify(rest[0])} is one word too many`,
      `baton ${verb.name} ${verb.args.map(usageOf).join(' ')}`,
    )
  }
  for (const [name, field] of fieldsOf(verb)) {
    const word = given[optionName(verb, name)]
    if (word === undefined || hasNoOption(name)) continue
    const within = WITHIN[name]
    if (within !== undefined && typeof word === 'string' && !isInstant(word)) command[within] = duration(word)
    else command[name] = read(name, field, word)
  }
  return command
}

const missing = (verb: CommandVerb, arg: string): UsageError =>
  new UsageError(`${usageOf(arg)} is missing`, `baton ${verb.name} ${verb.args.map(usageOf).join(' ')}`)

function read(name: string, field: Field, word: Given[string]): unknown {
  if (typeof word === 'boolean' || word === undefined) return word
  if (Array.isArray(word)) return field.type === 'array' ? list(word) : pairs(word, value)
  if (name.endsWith('Ms')) return duration(word)
  if (field.format === 'date-time') return instant(word)
  if (field.type === 'number' || field.type === 'integer') return Number(word)
  if (field.anyOf !== undefined) return value(word)
  return field.type === undefined ? document(word) : word
}
