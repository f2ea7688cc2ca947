/** How a command is defined: its schema, who decides it, what that relies on, and what it can be refused with. */
import * as z from 'zod/mini'
import type { Decide } from '../domain/world.ts'
import type { ErrorCode } from '../errors.ts'
import { once } from '../events/once.ts'
import { pieces, type Pieces } from './pieces.ts'

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
  fields: (pieces: Pieces) => Fields,
) => ({
  type,
  schema: once(() => z.strictObject({ type: z.literal(type), ...fields(pieces) })),
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
