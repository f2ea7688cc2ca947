/** How an event is defined: once, with its version and schema; everything else about it is inferred. */
import * as z from 'zod/mini'
import { once } from './once.ts'

/** From the data of one version to the data of the next. Pure. */
export type Upcaster = (data: unknown) => unknown

export interface EventDefinition<Type extends string = string, Schema extends z.ZodMiniType = z.ZodMiniType> {
  readonly type: Type
  /** The version that is written. Older ones are upcast when they are read. */
  readonly version: number
  /**
   * What is written is checked against it, strictly. What is read is not: unknown fields are kept. It is built when it is
   * first asked for: to read a hub takes none.
   */
  readonly schema: Schema
  /** By the version that each one takes: `{ 1: from1To2, 2: from2To3 }`. */
  readonly upcasters: Readonly<Record<number, Upcaster>>
}

export function defineEvent<Type extends string, Shape extends z.core.$ZodShape>(
  type: Type,
  version: number,
  shape: () => Shape,
  upcasters: Readonly<Record<number, Upcaster>> = {},
): EventDefinition<Type, z.ZodMiniObject<Shape, z.core.$strict>> {
  for (let from = 1; from < version; from++) {
    if (upcasters[from] === undefined) throw new TypeError(`${type} has no upcaster from version ${from}`)
  }
  const schema = once(() => z.strictObject(shape()))
  return {
    type,
    version,
    get schema() {
      return schema()
    },
    upcasters,
  }
}
