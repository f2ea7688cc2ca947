/** What the catalogue says about a command's verb: its options, its help, and what its words mean. */
import type * as z from 'zod/mini'
import { commandCatalog, type Command } from '../index.ts'
import { bare, kebab, type CommandVerb } from './command-verb.ts'
import { FIELDS } from './fields.ts'
import { sent } from './sent.ts'
import { document, duration, instant, isInstant, list, pairs, text, value } from './values.ts'
import type { Answer, Given, Options, OptionSpec, Request } from './verb.ts'

/** What an option has to know of a field. */
interface Field {
  /** Undefined where it may hold anything. */
  readonly type: 'text' | 'time' | 'number' | 'flag' | 'list' | 'pairs' | 'word-or-json' | undefined
  readonly oneOf?: readonly string[]
}

/** (The JSON Schema of the command says it too, and takes 2 ms to make.) */
function fieldOf(schema: z.core.$ZodType): Field {
  const { def } = schema as z.ZodMiniType & { readonly def: z.core.$ZodTypes['_zod']['def'] }
  switch (def.type) {
    case 'optional':
      return fieldOf(def.innerType)
    case 'string':
      return { type: 'format' in def && def.format === 'datetime' ? 'time' : 'text' }
    case 'enum':
      return { type: 'text', oneOf: Object.values(def.entries).map(String) }
    case 'number':
      return { type: 'number' }
    case 'boolean':
      return { type: 'flag' }
    case 'array':
      return { type: 'list' }
    case 'record':
    case 'object':
      return { type: 'pairs' }
    case 'union':
      return { type: 'word-or-json' }
    default:
      return { type: undefined }
  }
}

/** Milliseconds are a duration on the command line: `leaseMs` is `--lease 30s`. */
const optionName = ({ called = {} }: CommandVerb, field: string): string =>
  called[field] ?? kebab(field.replace(/Ms$/, ''))

/** Asked for its options, and again for what was given: the schema is built for the first of them. */
const fieldsByVerb = new Map<string, [name: string, field: Field][]>()

function fieldsOf(verb: CommandVerb): readonly [name: string, field: Field][] {
  const known = fieldsByVerb.get(verb.name)
  if (known !== undefined) return known
  const { shape } = commandCatalog[verb.command].schema as z.ZodMiniObject
  const positional = new Set(['type', ...verb.args.map(bare)])
  const fields = Object.entries(shape).flatMap(([name, schema]): [string, Field][] =>
    positional.has(name) ? [] : [[name, fieldOf(schema)]],
  )
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

const ownerOf = (field: string): string => Object.keys(WITHIN).find((name) => WITHIN[name] === field) ?? field

/** The option that a field was given as, if there is one. */
function optionFor(verb: CommandVerb, field: string): string | undefined {
  const name = ownerOf(field)
  const isKnown = fieldsOf(verb).some(([each]) => each === name) && !hasNoOption(verb, name)
  return isKnown ? `--${optionName(verb, name)}` : undefined
}

const hasNoOption = ({ hides = [] }: CommandVerb, field: string): boolean =>
  NESTED.has(field) || hides.includes(field) || Object.values(WITHIN).includes(field)

function optionOf(verb: CommandVerb, name: string, field: Field): OptionSpec {
  const [value, about = ''] = FIELDS[name] ?? []
  const spec = { ...typeOf(name, field), about: verb.about?.[name] ?? about }
  return spec.type === 'string' && field.oneOf === undefined && value !== undefined ? { ...spec, value } : spec
}

function typeOf(name: string, field: Field): Omit<OptionSpec, 'about'> {
  if (field.type === 'flag') return { type: 'boolean' }
  if (field.type === 'list') return { type: 'string', multiple: true, value: 'a,b' }
  if (field.type === 'pairs') return { type: 'string', multiple: true, value: 'key=value' }
  if (field.oneOf !== undefined) return { type: 'string', value: field.oneOf.join('|') }
  if (name.endsWith('Ms')) return { type: 'string', value: '30s' }
  if (field.type === 'time') return { type: 'string', value: 'time|30s' }
  if (field.type === 'word-or-json') return { type: 'string', value: 'word|json' }
  if (field.type === undefined) return { type: 'string', value: 'json|@file' }
  return { type: 'string', value: field.type === 'text' ? 'text' : 'n' }
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
  if (Array.isArray(word)) return field.type === 'list' ? list(word) : pairs(word, value)
  if (name.endsWith('Ms')) return duration(word)
  if (field.type === 'time') return instant(word)
  // What is no number is named as it was typed.
  if (field.type === 'number') return word.trim() === '' || Number.isNaN(Number(word)) ? word : Number(word)
  if (field.type === 'word-or-json') return value(word)
  return field.type === undefined ? document(word) : word
}
