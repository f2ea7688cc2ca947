/** What the catalogue says about a command's verb: its options, its help, and what its words mean. */
import { commandCatalog, type Command } from '../index.ts'
import type { Schema } from '../schema/schema.ts'
import { bare, kebab } from './arguments.ts'
import type { CommandVerb } from './command-verb.ts'
import { FIELDS } from './fields.ts'
import { sent } from './sent.ts'
import { document, duration, instant, isInstant, list, pairs, text, value } from './values.ts'
import type { Answer, Given, Options, OptionSpec, Request } from './verb.ts'

/** Milliseconds are a duration on the command line: `leaseMs` is `--lease 30s`. */
const optionName = ({ called = {} }: CommandVerb, field: string): string =>
  called[field] ?? kebab(field.endsWith('Ms') ? field.slice(0, -2) : field)

/** What no argument says. */
function fieldsOf(verb: CommandVerb): readonly (readonly [name: string, schema: Schema])[] {
  const positional = new Set(['type', ...verb.args.map(bare)])
  return Object.entries(commandCatalog[verb.command].schema.fields)
    .filter(([name]) => !positional.has(name))
    .map(([name, field]) => [name, field.kind === 'optional' ? field.of : field])
}

export function optionsOf(verb: CommandVerb): Options {
  const options: Record<string, OptionSpec> = {}
  for (const [name, schema] of fieldsOf(verb)) {
    if (hasNoOption(verb, name)) continue
    options[optionName(verb, name)] = optionOf(verb, name, schema)
  }
  return { ...options, ...verb.extra }
}

/** What no flag can say well is left to `extra`. */
const NESTED: ReadonlySet<string> = new Set(['isolation', 'fanIn'])

/** A time is an instant or a duration: the second is kept as one, so that the same words are the same command. */
const WITHIN: Readonly<Record<string, string>> = { replyBy: 'replyWithinMs', expiresAt: 'expiresWithinMs' }
const DURATIONS = Object.values(WITHIN)

const ownerOf = (field: string): string => Object.keys(WITHIN).find((name) => WITHIN[name] === field) ?? field

/** The option that a field was given as, if there is one. */
function optionFor(verb: CommandVerb, field: string): string | undefined {
  const name = ownerOf(field)
  const isKnown = fieldsOf(verb).some(([each]) => each === name) && !hasNoOption(verb, name)
  return isKnown ? `--${optionName(verb, name)}` : undefined
}

const hasNoOption = ({ hides = [] }: CommandVerb, field: string): boolean =>
  NESTED.has(field) || hides.includes(field) || DURATIONS.includes(field)

function optionOf(verb: CommandVerb, name: string, schema: Schema): OptionSpec {
  const [value, about = ''] = FIELDS[name] ?? []
  const spec = { ...typeOf(name, schema), about: verb.about?.[name] ?? about }
  return spec.type === 'string' && schema.kind !== 'oneOf' && value !== undefined ? { ...spec, value } : spec
}

function typeOf(name: string, schema: Schema): Omit<OptionSpec, 'about'> {
  switch (schema.kind) {
    case 'flag':
      return { type: 'boolean' }
    case 'list':
      return { type: 'string', multiple: true, value: 'a,b' }
    case 'record':
    case 'object':
      return { type: 'string', multiple: true, value: 'key=value' }
    case 'oneOf':
      return { type: 'string', value: schema.words.join('|') }
    case 'number':
      return { type: 'string', value: name.endsWith('Ms') ? '30s' : 'n' }
    case 'instant':
      return { type: 'string', value: 'time|30s' }
    case 'either':
      return { type: 'string', value: 'word|json' }
    case 'anything':
      return { type: 'string', value: 'json|@file' }
    case 'text':
    case 'only':
      return { type: 'string', value: 'text' }
  }
}

export async function run(verb: CommandVerb, request: Request): Promise<Answer> {
  const command = { ...build(verb, request), ...verb.fixed?.(request), type: verb.command } as unknown as Command
  return sent(command, request).catch(async (error: unknown) => {
    const { asTyped } = await import('./as-typed.ts')
    throw asTyped(error, verb, (field) => optionFor(verb, field))
  })
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
  for (const [name, schema] of fieldsOf(verb)) {
    const word = given[optionName(verb, name)]
    if (word === undefined || hasNoOption(verb, name)) continue
    const within = WITHIN[name]
    if (within !== undefined && typeof word === 'string' && !isInstant(word)) command[within] = duration(word)
    else command[name] = read(name, schema, word)
  }
  return command
}

function read(name: string, { kind }: Schema, word: Given[string]): unknown {
  if (typeof word === 'boolean' || word === undefined) return word
  if (Array.isArray(word)) return kind === 'list' ? list(word) : pairs(word, value)
  if (name.endsWith('Ms')) return duration(word)
  if (kind === 'instant') return instant(word)
  // What is no number is named as it was typed.
  if (kind === 'number') return word.trim() === '' || Number.isNaN(Number(word)) ? word : Number(word)
  if (kind === 'either') return value(word)
  return kind === 'anything' ? document(word) : word
}
