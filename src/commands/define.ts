/** How a command is defined: its schema, who decides it, what that relies on, and what it can be refused with. */
import path from 'node:path'
import * as z from 'zod'
import { isGroupName, isId } from '../domain/address.ts'
import { isJson } from '../domain/json.ts'
import { PATH_LENGTH, SHORT_TEXT } from '../domain/limits.ts'
import type { Decide } from '../domain/world.ts'
import type { ErrorCode } from '../errors.ts'

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

export interface CommandDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly type: string
  /** One line for help texts. */
  readonly summary: string
  readonly schema: Schema
  /** The kinds of streams that its decision relies on. A test compares this with `on`. */
  readonly relies: readonly StreamKind[]
  /** What it can be refused with. A test finds a refused case for each, and none beside. */
  readonly codes: readonly ErrorCode[]
  readonly decide: Decide<never>
}

export function defineCommand<Type extends string, Shape extends z.ZodRawShape>(
  schema: z.ZodObject<{ type: z.ZodLiteral<Type> } & Shape, z.core.$strict>,
  definition: {
    readonly summary: string
    readonly relies: readonly StreamKind[]
    readonly codes: readonly ErrorCode[]
    readonly decide: Decide<z.infer<typeof schema>>
    /** It takes no ids, so none of them can be bad. */
    readonly namesNothing?: true
  },
): CommandDefinition<typeof schema> {
  const { namesNothing, ...rest } = definition
  const type = schema.shape.type.values.values().next().value as string
  const badId: readonly ErrorCode[] = namesNothing === true ? [] : ['BAD_ID']
  return { ...rest, type, schema, codes: [...COMMON, ...badId, ...rest.codes] }
}

/** Every command can be malformed, and by an actor who is not there or no longer. */
const COMMON: readonly ErrorCode[] = [
  'INVALID_COMMAND',
  'UNKNOWN_SESSION',
  'SESSION_CLOSED',
  'UNKNOWN_RUN',
  'RUN_TERMINAL',
]

export const commandSchema = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape })

// ---- what commands are made of; an issue's message is the code that it is refused with, where it is not INVALID_COMMAND

export const Id = z.string().refine(isId, 'BAD_ID')
/** `<name>` of one's own root session, or `<root session>/<name>`. */
export const GroupName = z.string().refine(isGroupName, 'BAD_ID')
/** Checked by the address rules, which say what is wrong with it. */
export const Address = z.string().min(1)
export const Short = z.string().max(SHORT_TEXT, 'LIMIT_EXCEEDED')
export const Text = z.string()
export const Instant = z.iso.datetime()
export const Json = z.unknown().refine((value) => isJson(value), 'not JSON')
export const Epoch = z.number().int().nonnegative()
/** A hundred days: a longer lease is none. */
export const LeaseMs = z.number().int().min(1).max(8_640_000_000)
/** Dotted, and no name that JavaScript has plans for. */
export const Key = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)*$/)
  .max(SHORT_TEXT, 'LIMIT_EXCEEDED')
export const Values = z.record(Key, Json)
/** Made absolute here, once: what is stored does not depend on where somebody reads it. */
export const AbsolutePath = z
  .string()
  .min(1)
  .max(PATH_LENGTH, 'LIMIT_EXCEEDED')
  .overwrite((text) => path.resolve(text))
/** `handoff`, `result`, `dispatch` and `notice` are Baton's own; the message rules refuse them. */
export const Kind = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/)
