/** How a command is defined: its schema, who decides it, what that relies on, and what it can be refused with. */
import path from 'node:path'
import * as z from 'zod/mini'
import { isGroupName, isId } from '../domain/address.ts'
import { isJson } from '../domain/json.ts'
import { PATH_LENGTH, SHORT_TEXT } from '../domain/limits.ts'
import type { Decide } from '../domain/world.ts'
import type { ErrorCode } from '../errors.ts'
import { once } from '../events/once.ts'

/** The kinds of streams: what stands before the first `-` of their names. */
export type StreamKind =
  | 'session'
  | 'lease'
  | 'seat'
  | 'run'
  | 'work'
  | 'state'
  | 'task'
  | 'mailbox'
  | 'place'
  | 'group'

export interface CommandDefinition<Schema extends z.ZodMiniType = z.ZodMiniType> {
  readonly type: string
  /** One line for help texts. */
  readonly summary: string
  /** Built when it is first asked for: a process that sends one command builds one schema, and one that reads none. */
  readonly schema: Schema
  /** The kinds of streams that its decision relies on. A test compares this with `on`. */
  readonly relies: readonly StreamKind[]
  /** What it can be refused with. A test finds a refused case for each, and none beside. */
  readonly codes: readonly ErrorCode[]
  readonly decide: Decide<never>
}

/** A command's name, and the schema that is made when it is needed. */
interface CommandShape<Schema extends z.ZodMiniType> {
  readonly type: string
  readonly schema: () => Schema
}

/** What a command holds, as its schema says. Nobody writes to it: callers may hand over what they may not change. */
export type CommandOf<Shape extends CommandShape<z.ZodMiniType>> = Unwritten<z.infer<ReturnType<Shape['schema']>>>

type Unwritten<Value> = Value extends object ? { readonly [Key in keyof Value]: Unwritten<Value[Key]> } : Value

export const commandSchema = <Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  fields: () => Fields,
) => ({
  type,
  schema: once(() => z.strictObject({ type: z.literal(type), ...fields() })),
})

export function defineCommand<Schema extends z.ZodMiniType>(
  { type, schema }: CommandShape<Schema>,
  definition: {
    readonly summary: string
    readonly relies: readonly StreamKind[]
    readonly codes: readonly ErrorCode[]
    readonly decide: Decide<z.infer<Schema>>
    /** It takes no ids, so none of them can be bad. */
    readonly namesNothing?: true
  },
): CommandDefinition<Schema> {
  const { namesNothing, ...rest } = definition
  const badId: readonly ErrorCode[] = namesNothing === true ? [] : ['BAD_ID']
  return {
    ...rest,
    type,
    get schema() {
      return schema()
    },
    codes: [...COMMON, ...badId, ...rest.codes],
  }
}

/** Every command can be malformed, and by an actor who is not there or no longer. */
const COMMON: readonly ErrorCode[] = [
  'INVALID_COMMAND',
  'UNKNOWN_SESSION',
  'SESSION_CLOSED',
  'UNKNOWN_RUN',
  'RUN_TERMINAL',
]

// ---- what commands are made of; an issue's message is the code that it is refused with, where it is not INVALID_COMMAND

export const Id = z.string().check(z.refine(isId, 'BAD_ID'))
/** `<name>` of one's own root session, or `<root session>/<name>`. */
export const GroupName = z.string().check(z.refine(isGroupName, 'BAD_ID'))
/** Checked by the address rules, which say what is wrong with it. */
export const Address = z.string().check(z.minLength(1))
export const Short = z.string().check(z.maxLength(SHORT_TEXT, 'LIMIT_EXCEEDED'))
export const Text = z.string()
export const Instant = z.iso.datetime()
export const Json = z.unknown().check(z.refine((value) => isJson(value), 'not JSON'))
export const Epoch = z.int().check(z.nonnegative())
/** A hundred days: a longer lease is none. */
export const LeaseMs = z.int().check(z.minimum(1), z.maximum(8_640_000_000))
/** Dotted, and no name that JavaScript has plans for. */
export const Key = z
  .string()
  .check(
    z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)*$/),
    z.maxLength(SHORT_TEXT, 'LIMIT_EXCEEDED'),
  )
export const Values = z.record(Key, Json)
/** Made absolute here, once: what is stored does not depend on where somebody reads it. */
export const AbsolutePath = z.string().check(
  z.minLength(1),
  z.maxLength(PATH_LENGTH, 'LIMIT_EXCEEDED'),
  z.overwrite((text) => path.resolve(text)),
)
/** `handoff`, `result`, `dispatch` and `notice` are Baton's own; the message rules refuse them. */
export const Kind = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/))
