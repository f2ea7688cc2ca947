/** Documents as they lie in the tables, parsed: the newest and the most wanted of them, up to a number of bytes. */
interface Cached {
  readonly doc: unknown
  /** How long its JSON is: what it takes in memory is a multiple of it. */
  readonly bytes: number
}

export interface DocumentCache {
  get: (id: string) => Cached | undefined
  set: (id: string, cached: Cached) => void
  /** The same, and forgets it. */
  take: (id: string) => Cached | undefined
  clear: () => void
}

/** Two generations: what is asked for stays young, and what nobody asked for goes with the old one. */
export function createCache(limit: number): DocumentCache {
  let young = new Map<string, Cached>()
  let old = new Map<string, Cached>()
  let bytes = 0

  function set(id: string, cached: Cached): void {
    if (bytes + cached.bytes > limit / 2) {
      old = young
      young = new Map()
      bytes = 0
    }
    young.set(id, cached)
    bytes += cached.bytes + id.length
  }

  return {
    get(id) {
      const found = young.get(id)
      if (found !== undefined) return found
      const aged = old.get(id)
      if (aged === undefined) return undefined
      old.delete(id)
      set(id, aged)
      return aged
    },
    set,
    take(id) {
      const found = young.get(id) ?? old.get(id)
      if (found !== undefined) {
        young.delete(id)
        old.delete(id)
      }
      return found
    },
    clear() {
      young.clear()
      old.clear()
      bytes = 0
    },
  }
}
