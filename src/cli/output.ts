/**
 * Where the answer goes. A file and a pipe are written to directly: the runtime's streams for them take some 6 ms to load,
 * and a verb is not to cost much more than that in all. While the reader is slow nothing piles up here, and nothing
 * blocks: whoever is told to stop meanwhile stops.
 */
import fs from 'node:fs'

const [STDOUT, STDERR] = [1, 2]
/** Linux's: what goes there is asked no further. */
const NULL_DEVICE = 0x103

/** Only a device can be a terminal; the module that knows is loaded where there is one. */
export const isTerminal = (fd: number): boolean =>
  mayBeTerminal(statOf(fd)) && process.getBuiltinModule('node:tty').isatty(fd)

const mayBeTerminal = (stat: fs.Stats | undefined): boolean =>
  stat?.isCharacterDevice() === true && stat.rdev !== NULL_DEVICE

/** A terminal or /dev/null: what stands where nobody has connected anything. */
export const isDevice = (fd: number): boolean => statOf(fd)?.isCharacterDevice() === true

function statOf(fd: number): fs.Stats | undefined {
  try {
    return fs.fstatSync(fd)
  } catch {
    return undefined // It is closed.
  }
}

/** What is written to directly: a descriptor, for how many bytes more, and whether it says when it is full. */
interface Direct {
  readonly fd: number
  room: number
  readonly tells: boolean
}

/** What a socket takes for sure without anybody reading. */
const SOCKET_ROOM = 16 * 1024

let direct: Direct | undefined | 'unknown' = 'unknown'

function directly(): Direct | undefined {
  const stat = statOf(STDOUT)
  if (mayBeTerminal(stat)) return undefined
  if (stat?.isSocket() === true) return { fd: STDOUT, room: SOCKET_ROOM, tells: false }
  if (stat?.isFIFO() !== true) return { fd: STDOUT, room: Infinity, tells: false }
  try {
    // Opened anew, because whoever shares the pipe with us shares the flags of our descriptor too.
    const fd = fs.openSync(`/proc/self/fd/${STDOUT}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK)
    return { fd, room: Infinity, tells: true }
  } catch {
    return { fd: STDOUT, room: SOCKET_ROOM, tells: false }
  }
}

/** Returns once somebody has taken it, and fails where nobody will, or where it is told to stop. */
export async function write(text: string, signal?: AbortSignal): Promise<void> {
  const bytes = Buffer.from(`${text}\n`)
  try {
    if (direct === 'unknown') direct = directly()
    const rest = direct === undefined ? bytes : await writeDirectly(direct, bytes, signal)
    if (rest.length === 0) return
    direct = undefined
    await writeToStream(rest, signal)
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw Object.assign(new Error(`stdout cannot be written to: ${error.message}`), {
      code: (error as NodeJS.ErrnoException).code,
    })
  }
}

/** How long to wait for room in a pipe. */
const [SHORTEST_MS, LONGEST_MS] = [1, 32]

/** Returns what is for the stream. */
async function writeDirectly(to: Direct, bytes: Buffer, signal: AbortSignal | undefined): Promise<Buffer> {
  if (bytes.length > to.room) return bytes
  to.room -= bytes.length
  let done = 0
  for (let ms = SHORTEST_MS; done < bytes.length;) {
    try {
      done += fs.writeSync(to.fd, bytes, done)
      ms = SHORTEST_MS
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      // Not by us: somebody made it one that does not wait.
      if (!to.tells) break
      await pause(ms, signal)
      ms = Math.min(2 * ms, LONGEST_MS)
    }
  }
  return bytes.subarray(done)
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stopped)
      resolve()
    }, ms)
    if (signal?.aborted === true) stopped()
    else signal?.addEventListener('abort', stopped, { once: true })
  })
}

async function writeToStream(bytes: Buffer, signal: AbortSignal | undefined): Promise<void> {
  const { stdout } = process
  let stopped: (() => void) | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      // Handed to the callback too; but without a listener it would end the process.
      if (stdout.listenerCount('error') === 0) stdout.on('error', () => undefined)
      stopped = () => reject(signal?.reason as Error)
      if (signal?.aborted === true) return stopped()
      signal?.addEventListener('abort', stopped, { once: true })
      stdout.write(bytes, (error) => (error === undefined || error === null ? resolve() : reject(error)))
    })
  } finally {
    if (stopped !== undefined) signal?.removeEventListener('abort', stopped)
  }
}

/** On stderr. Where that is closed or full there is nobody left to tell; the exit code says it all the same. */
export function complain(text: string): void {
  const bytes = Buffer.from(`${text}\n`)
  let done = 0
  try {
    while (done < bytes.length) done += fs.writeSync(STDERR, bytes, done)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') screen().write(bytes.subarray(done))
  }
}

let isDrawnOn = false

/** stderr to draw on. A terminal that was closed meanwhile is no reason to fail. */
export function screen(): NodeJS.WriteStream {
  const { stderr } = process
  isDrawnOn = true
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => undefined)
  return stderr
}

/**
 * Ends the process. At once: the system takes back in no time what Node would free piece by piece. What stdout still holds
 * is for a reader who may never come; what stderr holds is waited for.
 */
export function leave(exit: number): void {
  process.exitCode = exit
  const isStuck = direct === undefined && process.stdout.writableLength > 0
  if (isStuck || !isDrawnOn || process.stderr.writableLength === 0) process.exit()
}
