/** How an event is defined: once, with its version and schema; everything else about it is inferred. */
import { object, type Fields, type ObjectOf, type ObjectSchema } from '../schema/schema.ts'

/** From the data of one version to the data of the next. Pure. */
export type Upcaster = (data: unknown) => unknown

export interface EventDefinition<Type extends string = string, Data = unknown> {
  readonly type: Type
  /** The version that is written. Older ones are upcast when they are read. */
  readonly version: number
  /** Of its data. What is written is checked against it, strictly; what is read is not: unknown fields are kept. */
  readonly schema: ObjectSchema<Data>
  /** By the version that each one takes: `{ 1: from1To2, 2: from2To3 }`. */
  readonly upcasters: Readonly<Record<number, Upcaster>>
}

export function defineEvent<Type extends string, F extends Fields>(
  type: Type,
  version: number,
  fields: () => F,
  upcasters: Readonly<Record<number, Upcaster>> = {},
): EventDefinition<Type, ObjectOf<F>> {
  for (let from = 1; from < version; from++) {
    if (upcasters[from] === undefined) throw new TypeError(`${type} has no upcaster from version ${from}`)
  }
  let schema: ObjectSchema<ObjectOf<F>> | undefined
  return {
    type,
    version,
    // Whoever only reads events needs none.
    get schema() {
      return (schema ??= object(fields()))
    },
    upcasters,
  }
}
