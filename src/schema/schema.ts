/** What a value has to be, as plain data: `read.ts` reads by it, `json-schema.ts` publishes it. */

/** What an instant looks like; whether there is such a day is another question. */
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** Never there: says to TypeScript alone what a value is. */
declare const SAYS: unique symbol

interface Says<Value> {
  readonly [SAYS]?: Value
}

/** A condition that is no figure and no pattern. */
export interface Rule<Value> {
  readonly holds: (value: Value) => boolean
  readonly otherwise: (value: Value) => string
  /** The code that a command is refused with, where it is not INVALID_COMMAND. */
  readonly code?: string
}

export interface TextNode {
  readonly kind: 'text'
  /** None is empty. */
  readonly min?: 1
  readonly max?: number
  readonly pattern?: RegExp
  /** What is said of a text that the pattern does not know. */
  readonly otherwise?: string
  readonly rule?: Rule<string>
  /** What it is read as. */
  readonly becomes?: (text: string) => string
}

export interface NumberNode {
  readonly kind: 'number'
  readonly whole: boolean
  readonly from?: number | undefined
  readonly upTo?: number | undefined
}

export interface ObjectNode {
  readonly kind: 'object'
  /** There are no others. */
  readonly fields: Fields
}

type Node =
  | TextNode
  | NumberNode
  | ObjectNode
  | { readonly kind: 'flag' }
  /** A time as `2026-12-24T18:00:00Z`. */
  | { readonly kind: 'instant' }
  | { readonly kind: 'oneOf'; readonly words: readonly string[] }
  | { readonly kind: 'only'; readonly value: string | boolean }
  /** Whatever its rule allows. */
  | { readonly kind: 'anything'; readonly rule?: Rule<unknown> }
  | { readonly kind: 'list'; readonly of: Schema; readonly min?: 1; readonly max?: number }
  | { readonly kind: 'record'; readonly keys: TextNode; readonly of: Schema }
  /** The first of them that fits. */
  | { readonly kind: 'either'; readonly of: readonly Schema[] }

export type Schema<Value = unknown> = Node & Says<Value>

export interface TextSchema extends TextNode, Says<string> {}
export interface ObjectSchema<Value = unknown> extends ObjectNode, Says<Value> {}

/** A field that may be left out. */
export interface Optional<Value = unknown> extends Says<Value> {
  readonly kind: 'optional'
  readonly of: Schema<Value>
}

export type Field = Schema | Optional
export type Fields = Readonly<Record<string, Field>>

/** What a value is that a schema reads. */
export type ValueOf<S> = S extends Says<infer Value> ? Value : never

type OptionalIn<F extends Fields> = { [K in keyof F]: F[K] extends { readonly kind: 'optional' } ? K : never }[keyof F]

/** What an object is that has these fields. */
export type ObjectOf<F extends Fields> = Plain<
  { -readonly [K in Exclude<keyof F, OptionalIn<F>>]: ValueOf<F[K]> } & {
    -readonly [K in OptionalIn<F>]?: ValueOf<F[K]> | undefined
  }
>

/** As one object, as an editor shows it. */
type Plain<Value> = { [K in keyof Value]: Value[K] }

type Bounds = Pick<NumberNode, 'from' | 'upTo'>

export const text = (is: Omit<TextNode, 'kind'> = {}): TextSchema => ({ kind: 'text', ...is })
export const number = (is: Bounds = {}): Schema<number> => ({ kind: 'number', whole: false, ...is })
/** JSON gives back the same: others than these it may not. */
export const whole = ({
  from = Number.MIN_SAFE_INTEGER,
  upTo = Number.MAX_SAFE_INTEGER,
}: Bounds = {}): Schema<number> => ({ kind: 'number', whole: true, from, upTo })
export const flag = (): Schema<boolean> => ({ kind: 'flag' })
export const instant = (): Schema<string> => ({ kind: 'instant' })
export const oneOf = <const Word extends string>(...words: readonly Word[]): Schema<Word> => ({ kind: 'oneOf', words })
export const only = <const Value extends string | boolean>(value: Value): Schema<Value> => ({ kind: 'only', value })
export const anything = (rule?: Rule<unknown>): Schema => ({ kind: 'anything', ...(rule && { rule }) })
export const list = <Value>(
  of: Schema<Value>,
  is: { readonly min?: 1; readonly max?: number } = {},
): Schema<Value[]> => ({
  kind: 'list',
  of,
  ...is,
})
export const record = <Value>(keys: TextNode, of: Schema<Value>): Schema<Record<string, Value>> => ({
  kind: 'record',
  keys,
  of,
})
export const object = <F extends Fields>(fields: F): ObjectSchema<ObjectOf<F>> => ({ kind: 'object', fields })
export const either = <A, B>(one: Schema<A>, other: Schema<B>): Schema<A | B> => ({ kind: 'either', of: [one, other] })
export const optional = <Value>(of: Schema<Value>): Optional<Value> => ({ kind: 'optional', of })
