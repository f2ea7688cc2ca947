/**
 * Records keyed by what callers named: ids, keys of shared state. Plain objects, because documents are JSON; read by
 * `of`, because `constructor` is an id like any other.
 */
export type Dict<Value> = Record<string, Value>

export const of = <Value>(dict: Readonly<Dict<Value>> | undefined, key: string): Value | undefined =>
  dict !== undefined && Object.hasOwn(dict, key) ? dict[key] : undefined
