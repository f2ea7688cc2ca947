/** The blocks that lookups have read and verified, for all open tables together. */
import { BLOCK_BYTES, type Block, type ReadBlock, readBlockOf } from './blocks.ts'

export interface BlockCache {
  /** A place for the blocks of one table. */
  readonly shelf: () => Shelf
  /** The memory that blocks take, in use or kept for the next ones. Never above the limit. */
  readonly bytes: () => number
}

export interface Shelf {
  /**
   * A block. One that is not there is loaded first; what `load` throws leaves no trace. It is good until the next
   * block is asked for: its memory is then another's.
   */
  readonly block: (number: number, load: (number: number, into: Block) => void) => ReadBlock
  readonly clear: () => void
}

interface Frame {
  readonly block: ReadBlock
  owner: Map<number, Frame> | undefined
  number: number
  /** Asked for again since the hand came by. */
  used: boolean
}

/** One by one they would take a verb of the command line as long as reading the blocks does. */
const FRAMES_AT_ONCE = 16

/**
 * A clock, not a list by last use: a lookup asks every table, so asking must cost one look into a Map and nothing else.
 */
export function createBlockCache(limit: number): BlockCache {
  const most = Math.max(1, Math.floor(limit / BLOCK_BYTES))
  const frames: Frame[] = []
  const free: Frame[] = []
  let hand = 0

  function takeFrame(): Frame {
    if (free.length === 0) addFrames(Math.min(FRAMES_AT_ONCE, most - frames.length))
    const frame = free.pop()
    if (frame !== undefined) return frame
    for (;;) {
      const next = frames[hand] as Frame
      hand = (hand + 1) % most
      if (next.used) next.used = false
      else {
        next.owner?.delete(next.number)
        next.owner = undefined
        return next
      }
    }
  }

  function addFrames(count: number): void {
    const memory = Buffer.allocUnsafeSlow(count * BLOCK_BYTES)
    for (let i = 0; i < count; i++) {
      const block = readBlockOf(memory.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES))
      const frame: Frame = { block, owner: undefined, number: 0, used: false }
      frames.push(frame)
      free.push(frame)
    }
  }

  function shelf(): Shelf {
    const owned = new Map<number, Frame>()
    return {
      block: (number, load) => {
        const known = owned.get(number)
        if (known !== undefined) {
          known.used = true
          return known.block
        }
        const frame = takeFrame()
        try {
          load(number, frame.block)
        } catch (error) {
          free.push(frame)
          throw error
        }
        frame.owner = owned
        frame.number = number
        frame.used = false
        owned.set(number, frame)
        return frame.block
      },
      clear: () => {
        for (const frame of owned.values()) {
          frame.owner = undefined
          frame.used = false
          free.push(frame)
        }
        owned.clear()
      },
    }
  }

  return { shelf, bytes: () => frames.length * BLOCK_BYTES }
}
