/** SHA-256 as FIPS 180-4 has it, as hexadecimal digits: slow, and there at once. */
const BLOCK = 64
const ROUNDS = 64

interface Constants {
  readonly initial: Int32Array
  readonly rounds: Int32Array
}
let known: Constants | undefined

/** The first 32 bits behind the point of the roots of the first primes. */
function constants(): Constants {
  const primes: number[] = []
  for (let n = 2; primes.length < ROUNDS; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return {
    initial: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
    rounds: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
  }
}

const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0

export function sha256(bytes: Uint8Array): string {
  known ??= constants()
  const blocks = padded(bytes)
  const state = known.initial.slice()
  const words = new Int32Array(ROUNDS)
  for (let at = 0; at < blocks.byteLength; at += BLOCK) {
    for (let i = 0; i < 16; i++) words[i] = blocks.getInt32(at + 4 * i)
    mix(state, words, known.rounds)
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** A one, zeros, and the length in bits, so that whole blocks come of it. */
function padded(bytes: Uint8Array): DataView {
  const all = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK)
  all.set(bytes)
  all[bytes.length] = 0x80
  const view = new DataView(all.buffer)
  view.setUint32(all.length - 4, bytes.length * 8)
  return view
}

function mix(state: Int32Array, w: Int32Array, k: Int32Array): void {
  for (let i = 16; i < ROUNDS; i++) {
    const [x, y] = [at(w, i - 15), at(w, i - 2)]
    const low = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)
    const high = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)
    w[i] = at(w, i - 16) + low + at(w, i - 7) + high
  }
  let [a, b, c, d] = [at(state, 0), at(state, 1), at(state, 2), at(state, 3)]
  let [e, f, g, h] = [at(state, 4), at(state, 5), at(state, 6), at(state, 7)]
  for (let i = 0; i < ROUNDS; i++) {
    const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + at(k, i) + at(w, i)
    const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = at(state, i) + word
}

const at = (words: Int32Array, i: number): number => words[i] as number
const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by))
