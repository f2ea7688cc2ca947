/** STORED FORMAT: tables are indexed by this hash, so another one makes every table unreadable. */

/** 64 bits in two signed halves: V8 keeps signed 32-bit integers in an object without a box. */
export interface KeyHash {
  readonly high: number
  readonly low: number
}

export type HashKey = (key: string) => KeyHash

/** Two multiplicative hashes over the code units, then each half is stirred with the other. */
export function hashKey(key: string): KeyHash {
  let high = 0x243f6a88 ^ key.length
  let low = 0x13198a2e
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x9e3779b1)
    high = (high << 13) | (high >>> 19)
    low = Math.imul(low ^ unit, 0x85ebca77)
    low = (low << 17) | (low >>> 15)
  }
  high = stir(high ^ low)
  low = stir(Math.imul(low, 0xc2b2ae3d) + high)
  return { high: stir(high ^ Math.imul(low, 0x27d4eb2f)), low }
}

function stir(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
