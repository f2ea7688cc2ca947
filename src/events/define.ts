/** How an event is defined: once, with its version and schema; everything else about it is inferred. */
import type * as z from 'zod/mini'
import type { shapes } from './shapes.ts'

/** From the data of one version to the data of the next. Pure. */
export type Upcaster = (data: unknown) => unknown

type Fields = z.core.$ZodShape

export interface EventDefinition<Type extends string = string, Shape extends Fields = Fields> {
  readonly type: Type
  /** The version that is written. Older ones are upcast when they are read. */
  readonly version: number
  /**
   * What is written is checked against it, strictly. What is read is not: unknown fields are kept. It is made of what it
   * is handed (`schemas.ts` does): to read a hub takes no schema, and does not load what they are made of.
   */
  readonly shape: (shapes: Shapes) => Shape
  /** By the version that each one takes: `{ 1: from1To2, 2: from2To3 }`. */
  readonly upcasters: Readonly<Record<number, Upcaster>>
}

export type Shapes = typeof shapes

export function defineEvent<Type extends string, Shape extends Fields>(
  type: Type,
  version: number,
  shape: (shapes: Shapes) => Shape,
  upcasters: Readonly<Record<number, Upcaster>> = {},
): EventDefinition<Type, Shape> {
  for (let from = 1; from < version; from++) {
    if (upcasters[from] === undefined) throw new TypeError(`${type} has no upcaster from version ${from}`)
  }
  return { type, version, shape, upcasters }
}
