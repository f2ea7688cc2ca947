/** Writes a new file from its beginning to its end, in large chunks, while the next chunk is being filled. */
import fs from 'node:fs'
import { promisify } from 'node:util'

const CHUNK = 1024 * 1024
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants

/** Bytes that are to be written. Whoever fills `bytes` from `used` on raises `used`. */
export interface Chunk {
  /** The offset of its first byte in the file. */
  readonly start: number
  readonly bytes: Buffer
  used: number
}

export interface ChunkedFile {
  /** The chunk for the next bytes, with room for so many. */
  readonly room: (bytes: number) => Chunk
  /** The offset of the next byte. */
  readonly position: () => number
  /** What to wait for before more is given, so that memory stays bounded; undefined while the disk keeps up. */
  readonly pressure: () => Promise<void> | undefined
  /** Everything is written and synced once it resolves. */
  readonly finish: () => Promise<void>
  /** Removes the file, whatever became of it. */
  readonly abort: () => Promise<void>
}

/** The file must not be there yet. After any failure it is closed, and everything from then on rejects with that failure. */
export function createChunkedFile(path: string): ChunkedFile {
  let fd = fs.openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600)
  const spare: Buffer[] = []
  let chunk: Chunk = { start: 0, bytes: Buffer.allocUnsafeSlow(CHUNK), used: 0 }
  /** Settles when all chunks so far are written, and `earlier` when all but the last are. */
  let written: Promise<void> = Promise.resolve()
  let earlier = written
  let waiting = 0
  let failed = false

  function close(): void {
    if (fd === -1) return
    const closing = fd
    fd = -1
    fs.closeSync(closing)
  }

  async function write({ start, bytes, used }: Chunk): Promise<void> {
    try {
      for (let done = 0; done < used;) {
        const count = await writeSome(fd, bytes, done, used - done, start + done)
        if (count === 0) throw new Error(`nothing more can be written to ${path}`)
        done += count
      }
    } catch (error) {
      failed = true
      close()
      throw error
    }
    waiting--
    if (bytes.length === CHUNK) spare.push(bytes)
  }

  function pass(): void {
    const full = chunk
    waiting++
    earlier = written
    written = written.then(() => write(full))
    // Whoever writes on or finishes is told; until then it must not count as unhandled.
    written.catch(() => {})
  }

  return {
    room: (bytes) => {
      if (fd === -1 && !failed) throw new Error(`${path} is closed`)
      if (chunk.bytes.length - chunk.used >= bytes) return chunk
      pass()
      const next = bytes > CHUNK ? Buffer.allocUnsafeSlow(bytes) : (spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK))
      chunk = { start: chunk.start + chunk.used, bytes: next, used: 0 }
      return chunk
    },
    position: () => chunk.start + chunk.used,
    pressure: () => (failed ? written : waiting > 1 ? earlier : undefined),
    finish: async () => {
      pass()
      try {
        await written
        await promisify(fs.fdatasync)(fd)
      } catch (error) {
        failed = true
        throw error
      } finally {
        close()
      }
    },
    abort: async () => {
      await written.catch(() => {})
      close()
      fs.rmSync(path, { force: true })
    },
  }
}

/** May write less than it is asked to. */
const writeSome = (fd: number, bytes: Buffer, at: number, length: number, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.write(fd, bytes, at, length, position, (error, count) => (error === null ? resolve(count) : reject(error)))
  })
