/** How a command is defined: its schema, who decides it, what that relies on, and what it can be refused with. */
import type { Decide } from '../domain/world.ts'
import type { ErrorCode } from '../errors.ts'
import { object, only, type Fields, type ObjectOf, type ObjectSchema, type ValueOf } from '../schema/schema.ts'

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

export interface CommandDefinition {
  readonly type: string
  /** One line for help texts. */
  readonly summary: string
  readonly schema: ObjectSchema
  /** The kinds of streams that its decision relies on. A test compares this with `on`. */
  readonly relies: readonly StreamKind[]
  /** What it can be refused with. A test finds a refused case for each, and none beside. */
  readonly codes: readonly ErrorCode[]
  readonly decide: Decide<never>
}

/** A command's name, and what it holds. */
export interface CommandShape<Holds> {
  readonly type: string
  readonly schema: () => ObjectSchema<Holds>
}

/** What a command holds, as its schema says. Nobody writes to it: callers may hand over what they may not change. */
export type CommandOf<Shape extends CommandShape<unknown>> = Unwritten<ValueOf<ReturnType<Shape['schema']>>>

type Unwritten<Value> = Value extends object ? { readonly [Key in keyof Value]: Unwritten<Value[Key]> } : Value

export const commandSchema = <const Type extends string, F extends Fields>(
  type: Type,
  fields: () => F,
): CommandShape<{ type: Type } & ObjectOf<F>> => ({
  type,
  schema: () => object({ type: only(type), ...fields() }) as ObjectSchema<never>,
})

export function defineCommand<Command>(
  { type, schema }: CommandShape<Command>,
  definition: {
    readonly summary: string
    readonly relies: readonly StreamKind[]
    readonly codes: readonly ErrorCode[]
    readonly decide: Decide<Command>
    /** It takes no ids, so none of them can be bad. */
    readonly namesNothing?: true
  },
): CommandDefinition {
  const { summary, relies, decide, namesNothing } = definition
  let made: ObjectSchema | undefined
  let codes: readonly ErrorCode[] | undefined
  return {
    summary,
    relies,
    // Of all commands one is sent, and hardly ever refused.
    get codes() {
      return (codes ??= [...COMMON, ...(namesNothing === true ? [] : BAD_ID), ...definition.codes])
    },
    decide,
    type,
    get schema() {
      return (made ??= schema())
    },
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

const BAD_ID: readonly ErrorCode[] = ['BAD_ID']
