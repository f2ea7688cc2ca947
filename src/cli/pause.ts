/** Waits at a terminal until somebody has read what is there. */
import type { Readable } from 'node:stream'
import { screen as stderr } from './output.ts'

export interface Terminal {
  readonly input: Readable
  readonly screen: { readonly write: (text: string) => unknown }
}

const ASK = 'Enter goes on, q stops '
const ERASE = '\u001b[1A\u001b[2K'

/** False once somebody wants to stop, or nobody is there any more. */
export async function goesOn(signal: AbortSignal, terminal?: Terminal): Promise<boolean> {
  const { input, screen } = terminal ?? { input: process.stdin, screen: stderr() }
  screen.write(ASK)
  const answer = await lineOf(input, signal)
  if (answer !== undefined) screen.write(ERASE)
  return answer?.trim() === ''
}

function lineOf(input: Readable, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const done = (text?: string): void => {
      input.off('data', heard)
      input.off('end', ended)
      signal.removeEventListener('abort', ended)
      input.pause()
      resolve(text)
    }
    const heard = (chunk: Buffer | string): void => done(String(chunk))
    const ended = (): void => done()
    if (signal.aborted || input.readableEnded) return ended()
    input.on('data', heard)
    input.on('end', ended)
    signal.addEventListener('abort', ended)
    input.resume()
  })
}
