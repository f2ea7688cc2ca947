/**
 * STORED FORMAT, frozen for v1 (docs/file-format.md, "The chain").
 *
 * chain(n) is a 64-bit checksum over chain(n-1) and the CRC of the nth accepted line. A commit that names a chain says
 * which history its writer had seen: two logs agree on chain(n) exactly if they agree on every commit up to n.
 * Each round is a bijection of the 64 bits, so two histories that differ once differ for ever, but for an accident of
 * 1 in 2^64. Two halves of 32 bits, because BigInt costs ten times as much here.
 */
export interface Chain {
  readonly hi: number
  readonly lo: number
}

/** Before the genesis line. */
const SEED: Chain = { hi: 0x6261746f, lo: 0x6e5f7631 }

/** The chain after the genesis line: chain(0). */
export const genesisChain = (crc: number): Chain => nextChain(SEED, crc)

/** The chain after one more accepted line. */
export function nextChain(chain: Chain, crc: number): Chain {
  let { hi, lo } = chain
  lo ^= crc
  hi ^= mix((lo + 0x9e3779b9) | 0)
  lo ^= mix((hi + 0x85ebca6b) | 0)
  hi ^= mix((lo + 0xc2b2ae35) | 0)
  return { hi, lo }
}

export const chainHex = (chain: Chain): string => hex8(chain.hi) + hex8(chain.lo)

/** 32 bits as eight lower-case hexadecimal digits. By table: `toString(16)` takes six times as long above 2^31. */
export const hex8 = (bits: number): string =>
  hex2(bits >>> 24) + hex2((bits >>> 16) & 0xff) + hex2((bits >>> 8) & 0xff) + hex2(bits & 0xff)

/** Filled as it is asked for: a process that lives for a moment needs few of them. */
const HEX: string[] = []
const hex2 = (byte: number): string => (HEX[byte] ??= byte.toString(16).padStart(2, '0'))

/** The 32 bits that eight lower-case hexadecimal digits say, as a signed number; NaN where they say none. */
export function hexWord(text: string, from: number): number {
  let bits = 0
  for (let i = from; i < from + 8; i++) {
    const code = text.charCodeAt(i)
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
    if (digit < 0) return Number.NaN
    bits = (bits << 4) | digit
  }
  return bits
}

/** A bijection of 32 bits in which every bit reaches every other (the finaliser of MurmurHash3). */
function mix(bits: number): number {
  let h = bits
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
