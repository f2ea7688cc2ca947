/**
 * Where the answer goes. A file and a pipe are written to directly: the runtime's streams for them take some 6 ms to load,
 * and a verb is not to cost much more than that in all.
 */
import fs from 'node:fs'

const STDOUT = 1
/** Linux's: what goes there is asked no further. */
const NULL_DEVICE = 0x103

/** Only a device can be a terminal; the module that knows is loaded where there is one. */
export const isTerminal = (fd: number): boolean => isDevice(fd) && process.getBuiltinModule('node:tty').isatty(fd)

function isDevice(fd: number): boolean {
  try {
    const stat = fs.fstatSync(fd)
    return stat.isCharacterDevice() && stat.rdev !== NULL_DEVICE
  } catch {
    return false // It is closed.
  }
}

let direct = !isDevice(STDOUT)

/** Waits where the reader is slow: what nobody has read yet is not piled up here. */
export async function write(text: string): Promise<void> {
  const rest = direct ? writeNow(Buffer.from(`${text}\n`)) : Buffer.from(`${text}\n`)
  if (rest.length === 0) return
  direct = false
  const { stdout } = process
  await new Promise<void>((resolve, reject) => {
    // Handed to the callback too; but without a listener it would end the process.
    if (stdout.listenerCount('error') === 0) stdout.on('error', () => undefined)
    stdout.write(rest, (error) => (error === undefined || error === null ? resolve() : reject(error)))
  })
}

/** What could not be written without waiting, where somebody made the pipe one that does not wait. */
function writeNow(bytes: Buffer): Buffer {
  let done = 0
  try {
    while (done < bytes.length) done += fs.writeSync(STDOUT, bytes, done)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
  return bytes.subarray(done)
}
