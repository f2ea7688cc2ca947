/** Copies the beginning of a file, chunk by chunk, and makes the copy durable. */
import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { storageError } from './safety.ts'

const CHUNK = 1024 * 1024
const { O_RDONLY, O_WRONLY, O_NOFOLLOW } = fs.constants

/** Into a file that is there and empty. Answers how much was copied: less than `length` where the file has become shorter. */
export async function copyBytes(
  from: string,
  to: string,
  length: number,
  told: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  await using source = await fs.promises.open(from, O_RDONLY | O_NOFOLLOW)
  await using target = await fs.promises.open(to, O_WRONLY | O_NOFOLLOW)
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, length)))
  let done = 0
  while (done < length) {
    signal?.throwIfAborted()
    const wanted = Math.min(chunk.length, length - done)
    const { bytesRead } = await source.read(chunk, 0, wanted, done).catch((error: unknown) => {
      throw storageError(error, 'reading', from)
    })
    if (bytesRead === 0) break
    await writeAll(target, chunk.subarray(0, bytesRead), done)
    done += bytesRead
    told(done)
  }
  await target.sync()
  return done
}

/** A write may be cut short, as by a signal: it goes on behind what was taken. */
async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
  }
}
