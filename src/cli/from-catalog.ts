/** Verbs that are a command of the catalogue: their arguments, options and help come from its schema. */
import {
  commandCatalog,
  commandSchema,
  systemClock,
  type Command,
  type CommandType,
  type DryRun,
  type Hub,
  type Receipt,
} from '../index.ts'
import { describe } from './describe.ts'
import { document, duration, instant, isInstant, iso, list, pairs, text, value } from './values.ts'
import { UsageError } from './usage.ts'
import type { Answer, Given, Options, OptionSpec, Request, Verb } from './verb.ts'

export interface CommandVerb {
  readonly name: string
  readonly command: CommandType
  /** The fields that are positional; `body?` may be left out, `messageIds...` takes the rest, `items...?` if there is any. */
  readonly args: readonly string[]
  /** What a field is called on the command line, where it is not its own name in kebab case. */
  readonly called?: Readonly<Record<string, string>>
  /** Fields with a fixed value, or one that the request has. */
  readonly fixed?: (request: Request) => Readonly<Record<string, unknown>>
  /** Options of the verb itself, beside those of the command; `fixed` reads them. */
  readonly extra?: Options
  readonly examples: readonly string[]
}

interface Field {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly items?: object
  /** One of several things: a word, or JSON. */
  readonly anyOf?: unknown
}

const kebab = (field: string): string => field.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
const bare = (arg: string): string => arg.replace(/[?.]+$/, '')

/** Milliseconds are a duration on the command line: `leaseMs` is `--lease 30s`. */
const optionName = ({ called = {} }: CommandVerb, field: string): string =>
  called[field] ?? kebab(field.replace(/Ms$/, ''))

export function fromCatalog(verb: CommandVerb): Verb {
  const { summary } = commandCatalog[verb.command]
  return {
    name: verb.name,
    summary,
    usage: verb.args.map(usageOf).join(' '),
    examples: verb.examples,
    options: () => optionsOf(verb),
    run: (request) => run(verb, request),
  }
}

function usageOf(arg: string): string {
  const word = kebab(bare(arg)).replace(/-ids$|-id$/, '')
  if (arg.endsWith('...')) return `<${word}>...`
  if (arg.endsWith('...?')) return `[${word}]...`
  return arg.endsWith('?') ? `[${word}]` : `<${word}>`
}

function fieldsOf(verb: CommandVerb): [name: string, field: Field][] {
  const { properties = {} } = commandSchema(verb.command)
  const positional = new Set(['type', ...verb.args.map(bare)])
  return Object.entries(properties as Record<string, Field>).filter(([name]) => !positional.has(name))
}

function optionsOf(verb: CommandVerb): Options {
  const options: Record<string, OptionSpec> = {}
  for (const [name, field] of fieldsOf(verb)) {
    if (hasNoOption(name)) continue
    options[optionName(verb, name)] = optionOf(name, field)
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

async function run(verb: CommandVerb, request: Request): Promise<Answer> {
  const command = { ...build(verb, request), ...verb.fixed?.(request), type: verb.command } as unknown as Command
  return sent(command, request)
}

/** Sends a command as the options say: under a key, or for show. */
export async function sent(command: Command, { hub, given, signal }: Request): Promise<Answer> {
  const open = await hub()
  if (given['dry-run'] === true) return dryRunAnswer(await open.send(command, { dryRun: true }))
  const { key } = given
  const receipt = await open.send(command, typeof key === 'string' ? { key, signal } : { signal })
  return { ...receiptAnswer(receipt, key !== undefined), afterwards: () => sweepIfDue(open) }
}

/** Whoever writes anyway ends what is due; but a lease nobody fails who has only just come. */
async function sweepIfDue(hub: Hub): Promise<void> {
  const now = systemClock()
  const due = (await hub.timers()).some(({ at, leaseMs }) => leaseMs === undefined && Date.parse(at) <= now)
  if (!due) return
  // What was asked for is done; whatever is in the way here is told by `baton sweep`.
  await hub.sweep({ awakeSince: iso(now) }).catch(() => undefined)
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

function receiptAnswer(receipt: Receipt, keyed: boolean): Extract<Answer, { readonly json: unknown }> {
  const { events, duplicate, steps = [] } = receipt
  const done = [...steps.flatMap((step) => step.events), ...events].map(
    ({ type, data, position }) => `#${position} ${describe(type, data)}`,
  )
  if (done.length === 0) done.push('nothing to do')
  if (duplicate) done.push(keyed ? '(done before, under this key)' : '(done before: it stays as it is)')
  return { json: receipt, text: done.join('\n') }
}

export function dryRunAnswer(dry: DryRun): Answer {
  const would = dry.events.map(({ type, data }) => `would: ${describe(type, data)}`)
  return { json: dry, text: would.length === 0 ? 'nothing would happen' : would.join('\n') }
}
