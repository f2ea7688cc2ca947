/** Reads a value by its schema: a copy of it, or in Baton's words what is wrong with it. */
import { INSTANT, type NumberNode, type ObjectNode, type Schema, type TextNode } from './schema.ts'

export interface Problem {
  /** Where it is: the steps to it, joined by dots. */
  readonly path: string
  /** Begins with `is` where it goes on from the name of a field: `title is missing`, but `outcome: "nope" is none of ...`. */
  readonly problem: string
  /** The code that a command is refused with, where it is not INVALID_COMMAND. */
  readonly code?: string
  /** Of what is too long or too large. */
  readonly limit?: number
  readonly size?: number
  /** It is there, and the schema does not name it. */
  readonly isSurplus?: true
}

export interface Read {
  /** Worth something where there is no problem. */
  readonly value: unknown
  readonly problems: readonly Problem[]
}

/** Where the reader stands, and what it found so far. */
interface Reader {
  readonly path: (string | number)[]
  readonly problems: Problem[]
}

export function read(schema: Schema, input: unknown): Read {
  const problems: Problem[] = []
  return { value: taken(schema, input, { path: [], problems }), problems }
}

/** `title is missing`, `outcome: "nope" is none of ...`. */
export const said = (path: string, problem: string): string => {
  if (path === '') return problem
  return problem.startsWith('is ') ? `${path} ${problem}` : `${path}: ${problem}`
}

/** All of them, in one line. */
export const allSaid = (problems: readonly Problem[]): string =>
  problems.map(({ path, problem }) => said(path, problem)).join('; ')

function tell({ path, problems }: Reader, problem: string, more?: Omit<Problem, 'path' | 'problem'>): void {
  problems.push({ path: path.join('.'), problem, ...more })
}

const needed = (reader: Reader, what: string, held: unknown): void =>
  tell(reader, `${what} is needed, not ${shown(held)}`)

/** What lies a step further in. */
function inside(reader: Reader, step: string | number, schema: Schema, held: unknown): unknown {
  reader.path.push(step)
  const value = taken(schema, held, reader)
  reader.path.pop()
  return value
}

function taken(schema: Schema, held: unknown, reader: Reader): unknown {
  if (held === undefined) return tell(reader, 'is missing')
  switch (schema.kind) {
    case 'text':
      return asText(schema, held, reader)
    case 'number':
      return asNumber(schema, held, reader)
    case 'flag':
      if (typeof held !== 'boolean') needed(reader, 'true or false', held)
      return held
    case 'instant':
      if (typeof held !== 'string') needed(reader, 'a text', held)
      else if (!isInstant(held)) tell(reader, `${shown(held)} is no time as 2026-12-24T18:00:00Z`)
      return held
    case 'oneOf':
      if (!(schema.words as readonly unknown[]).includes(held))
        tell(reader, `${shown(held)} is none of ${schema.words.join(', ')}`)
      return held
    case 'only':
      if (held !== schema.value) tell(reader, `${shown(held)} is not ${String(schema.value)}`)
      return held
    case 'anything':
      if (schema.rule?.holds(held) === false) tell(reader, schema.rule.otherwise(held))
      return held
    case 'list':
      if (!Array.isArray(held)) return needed(reader, 'a list', held)
      measure(schema, held.length, reader)
      return held.map((each, i) => inside(reader, i, schema.of, each))
    case 'record':
      if (!isPlain(held)) return needed(reader, 'an object', held)
      return Object.fromEntries(
        Object.entries(held).map(([key, each]) => [
          inside(reader, key, schema.keys, key),
          inside(reader, key, schema.of, each),
        ]),
      )
    case 'object':
      if (!isObject(held)) return needed(reader, 'an object', held)
      return asObject(schema, held, reader)
    case 'either':
      return asEither(schema.of, held, reader)
  }
}

function asText(schema: TextNode, held: unknown, reader: Reader): unknown {
  const { pattern, otherwise, rule, becomes } = schema
  if (typeof held !== 'string') return needed(reader, 'a text', held)
  measure(schema, held.length, reader)
  if (pattern?.test(held) === false) tell(reader, otherwise ?? `${shown(held)} is not as ${String(pattern)}`)
  if (rule?.holds(held) === false) {
    tell(reader, rule.otherwise(held), rule.code === undefined ? undefined : { code: rule.code })
  }
  return becomes === undefined ? held : becomes(held)
}

/** How long a text or a list is. */
function measure({ min, max }: Pick<TextNode, 'min' | 'max'>, size: number, reader: Reader): void {
  if (min !== undefined && size < min) tell(reader, 'is empty')
  if (max !== undefined && size > max)
    tell(reader, `over the limit of ${max}`, { code: 'LIMIT_EXCEEDED', limit: max, size })
}

function asNumber({ whole, from, upTo }: NumberNode, held: unknown, reader: Reader): unknown {
  const number = whole ? 'a whole number' : 'a number'
  if (typeof held !== 'number' || !Number.isFinite(held)) needed(reader, 'a number', held)
  else if (whole && !Number.isInteger(held)) needed(reader, number, held)
  else if (from !== undefined && held < from) tell(reader, `${number} from ${from} is needed`)
  else if (upTo !== undefined && held > upTo) tell(reader, `${number} up to ${upTo} is needed`, { limit: upTo })
  return held
}

function asObject({ fields }: ObjectNode, held: Readonly<Record<string, unknown>>, reader: Reader): unknown {
  const value: Record<string, unknown> = {}
  for (const name in fields) {
    const field = fields[name] as (typeof fields)[string]
    const own = held[name]
    if (field.kind !== 'optional') value[name] = inside(reader, name, field, own)
    else if (own !== undefined) value[name] = inside(reader, name, field.of, own)
  }
  const surplus = Object.keys(held).filter((name) => !Object.hasOwn(fields, name))
  if (surplus.length > 0) tell(reader, `there is no field ${surplus.join(', ')}`, { isSurplus: true })
  return value
}

function asEither(schemas: readonly Schema[], held: unknown, reader: Reader): unknown {
  const tries = schemas.map((schema) => read(schema, held))
  const fits = tries.find(({ problems }) => problems.length === 0)
  if (fits !== undefined) return fits.value
  const first = tries.flatMap(({ problems }) => problems.slice(0, 1))
  return tell(reader, first.map(({ path, problem }) => said(path, problem)).join(', or '))
}

/** There is such a day, too: `Date` makes the first of March of the thirtieth of February. */
function isInstant(text: string): boolean {
  if (!INSTANT.test(text)) return false
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text.slice(0, 10)
}

const isObject = (held: unknown): held is Readonly<Record<string, unknown>> =>
  typeof held === 'object' && held !== null && !Array.isArray(held)

/** No instance of a class, whose keys are not what it holds. */
function isPlain(held: unknown): held is Readonly<Record<string, unknown>> {
  if (!isObject(held)) return false
  const prototype: unknown = Object.getPrototypeOf(held)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const nameOf = (held: object): string => {
  const { constructor } = held as { readonly constructor?: unknown }
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'a class'
}

/** What it is, or as much of it as shows which one is meant. */
export function shown(held: unknown): string {
  if (Array.isArray(held)) return 'a list'
  if (isObject(held)) return isPlain(held) ? 'an object' : `an instance of ${nameOf(held)}`
  // JSON would make null of what is no number.
  if (typeof held !== 'string')
    return typeof held === 'symbol' || typeof held === 'function' ? typeof held : String(held)
  return JSON.stringify(held.length <= 40 ? held : `${held.slice(0, 39)}…`)
}
