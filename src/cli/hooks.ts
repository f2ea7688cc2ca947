/**
 * What a coding agent hands to a hook, and what it takes from one. The shapes are those that Claude Code and Codex both
 * document (docs/agents.md says where); only what both are known to take is used.
 */
import { isDevice } from './output.ts'

/** The moments at which an agent can be told that something waits. */
export type Moment = 'SessionStart' | 'UserPromptSubmit' | 'Stop'

/** How long to wait for the rest of what never ends. */
const PATIENCE_MS = 1_000
const MOST_BYTES = 16 * 1024 * 1024

/** The moment, where one has come at which something is to be said. */
export async function momentFromStdin(): Promise<Moment | undefined> {
  const event = isDevice(0) ? undefined : await stdinAsJson()
  return event === undefined ? undefined : momentOf(event)
}

function momentOf(event: Readonly<Record<string, unknown>>): Moment | undefined {
  // A subagent is not whom the mail is for.
  if (typeof event['agent_id'] === 'string') return undefined
  switch (event['hook_event_name']) {
    case 'SessionStart':
    case 'UserPromptSubmit':
      return event['hook_event_name']
    case 'Stop':
      // Once a turn: an agent that goes on because of a stop hook is not stopped again, whatever it left unread.
      return event['stop_hook_active'] === false ? 'Stop' : undefined
    default:
      return undefined
  }
}

/** The document that makes the agent take notice. */
export const hookOutput = (moment: Moment, text: string): object =>
  moment === 'Stop'
    ? { decision: 'block', reason: text }
    : { hookSpecificOutput: { hookEventName: moment, additionalContext: text } }

/** Undefined, if it is none. Complete when it ends, or when it is whole though nobody ends it. */
async function stdinAsJson(): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { stdin } = process
  const chunks: Buffer[] = []
  let size = 0
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    stdin.on('end', done)
    stdin.on('error', done)
    stdin.on('data', (chunk: Buffer) => {
      size += chunk.length
      // It is taken in to the end all the same: an agent whose hook does not listen takes that for a failure.
      if (size > MOST_BYTES) chunks.length = 0
      else chunks.push(chunk)
      if (endsObject(chunk) && parsed(chunks) !== undefined) done()
    })
  })
  stdin.destroy()
  return parsed(chunks)
}

const endsObject = (chunk: Buffer): boolean => chunk.subarray(-2).toString('latin1').trimEnd().endsWith('}')

function parsed(chunks: readonly Buffer[]): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = JSON.parse(Buffer.concat(chunks).toString())
    return typeof document === 'object' && document !== null ? (document as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
