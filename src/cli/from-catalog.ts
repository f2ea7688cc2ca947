/** What the catalogue says about a command's verb: its options, its help, and what its words mean. */
import { commandSchema, type Command } from '../index.ts'
import { bare, kebab, type CommandVerb } from './command-verb.ts'
import { FIELDS } from './fields.ts'
import { sent } from './sent.ts'
import { document, duration, instant, isInstant, list, pairs, text, value } from './values.ts'
import type { Answer, Given, Options, OptionSpec, Request } from './verb.ts'

interface Field {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly items?: object
  /** One of several things: a word, or JSON. */
  readonly anyOf?: unknown
}

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
    if (hasNoOption(verb, name)) continue
    options[optionName(verb, name)] = optionOf(verb, name, field)
  }
  return { ...options, ...verb.extra }
}

/** What no flag can say well is left to `extra`. */
const NESTED: ReadonlySet<string> = new Set(['isolation', 'fanIn'])

/** A time is an instant or a duration: the second is kept as one, so that the same words are the same command. */
const WITHIN: Readonly<Record<string, string>> = { replyBy: 'replyWithinMs', expiresAt: 'expiresWithinMs' }

const hasNoOption = ({ hides = [] }: CommandVerb, field: string): boolean =>
  NESTED.has(field) || hides.includes(field) || Object.values(WITHIN).includes(field)

function optionOf(verb: CommandVerb, name: string, field: Field): OptionSpec {
  const [value, about = ''] = FIELDS[name] ?? []
  const spec = { ...typeOf(name, field), about: verb.about?.[name] ?? about }
  return spec.type === 'string' && field.enum === undefined && value !== undefined ? { ...spec, value } : spec
}

function typeOf(name: string, field: Field): Omit<OptionSpec, 'about'> {
  if (field.type === 'boolean') return { type: 'boolean' }
  if (field.type === 'array') return { type: 'string', multiple: true, value: 'a,b' }
  if (field.type === 'object') return { type: 'string', multiple: true, value: 'key=value' }
  if (field.enum !== undefined) return { type: 'string', value: field.enum.join('|') }
  if (name.endsWith('Ms')) return { type: 'string', value: '30s' }
  if (field.format === 'date-time') return { type: 'string', value: 'time|30s' }
  if (field.anyOf !== undefined) return { type: 'string', value: 'word|json' }
  if (field.type === undefined) return { type: 'string', value: 'json|@file' }
  return { type: 'string', value: field.type === 'string' ? 'text' : 'n' }
}

export async function run(verb: CommandVerb, request: Request): Promise<Answer> {
  const command = { ...build(verb, request), ...verb.fixed?.(request), type: verb.command } as unknown as Command
  return sent(command, request)
}

/** Arguments first, of which there are as many as the usage says; then options. What was not given is left out. */
function build(verb: CommandVerb, { positionals, given }: Request): Record<string, unknown> {
  const command: Record<string, unknown> = {}
  const rest = [...positionals]
  for (const arg of verb.args) {
    const field = bare(arg)
    if (arg.includes('...')) {
      command[field] = rest.splice(0)
      continue
    }
    const word = rest.shift()
    if (word !== undefined) command[field] = field === 'body' || field === 'context' ? text(word) : word
  }
  for (const [name, field] of fieldsOf(verb)) {
    const word = given[optionName(verb, name)]
    if (word === undefined || hasNoOption(verb, name)) continue
    const within = WITHIN[name]
    if (within !== undefined && typeof word === 'string' && !isInstant(word)) command[within] = duration(word)
    else command[name] = read(name, field, word)
  }
  return command
}

function read(name: string, field: Field, word: Given[string]): unknown {
  if (typeof word === 'boolean' || word === undefined) return word
  if (Array.isArray(word)) return field.type === 'array' ? list(word) : pairs(word, value)
  if (name.endsWith('Ms')) return duration(word)
  if (field.format === 'date-time') return instant(word)
  if (field.type === 'number' || field.type === 'integer') return Number(word)
  if (field.anyOf !== undefined) return value(word)
  return field.type === undefined ? document(word) : word
}
