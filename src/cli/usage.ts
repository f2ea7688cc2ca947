/** What a person, or a script, gets told when something is wrong, and with which exit code. */
import { isBatonError, nearest, type BatonError, type ErrorCode } from '../exports.ts'

export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  refused: 5,
  findings: 6,
  timeout: 7,
  interrupted: 130,
} as const

/** What is wrong with the command line itself. */
export class UsageError extends Error {
  readonly hint: string | undefined
  readonly exit: number

  constructor(message: string, hint?: string, exit: number = EXIT.usage) {
    super(message)
    this.name = 'UsageError'
    this.hint = hint
    this.exit = exit
  }
}

export const unknownWord = (what: string, word: string, known: readonly string[], otherwise: string): UsageError => {
  const near = nearest(word, known)
  return new UsageError(`there is no ${what} ${word}`, near.length > 0 ? `Did you mean ${near.join(', ')}?` : otherwise)
}

const CONFLICTS: ReadonlySet<ErrorCode> = new Set(['CONFLICT', 'STATE_VERSION', 'INBOX_FULL'])
const FAILURES: ReadonlySet<ErrorCode> = new Set([
  'STORAGE_FAILED',
  'STORAGE_FULL',
  'STORAGE_UNSAFE',
  'LOG_DAMAGED',
  'LOG_TOO_NEW',
])
const USAGE: ReadonlySet<ErrorCode> = new Set([
  'INVALID_COMMAND',
  'BAD_ID',
  'BAD_ADDRESS',
  'AMBIGUOUS_ADDRESS',
  'PAYLOAD_TOO_LARGE',
  'LIMIT_EXCEEDED',
])

function codeOf({ code }: BatonError): number {
  if (code === 'REQUEST_EXPIRED') return EXIT.timeout
  if (USAGE.has(code)) return EXIT.usage
  if (code === 'HUB_NOT_FOUND' || code === 'CURSOR_LOST' || code.startsWith('UNKNOWN_')) return EXIT.notFound
  if (CONFLICTS.has(code)) return EXIT.conflict
  return FAILURES.has(code) ? EXIT.failure : EXIT.refused
}

/** What goes to stderr, and the exit code. */
export interface Failure {
  readonly text: string
  readonly json: { readonly code: string; readonly message: string; readonly details?: unknown; readonly hint?: string }
  readonly exit: number
}

export function explain(error: unknown): Failure {
  if (isBatonError(error)) {
    const { code, message, details, hint } = error
    return {
      text: withHint(message, hint),
      json: { code, message, details, ...(hint !== undefined && { hint }) },
      exit: codeOf(error),
    }
  }
  if (error instanceof UsageError) {
    const { message, hint, exit } = error
    return {
      text: withHint(message, hint),
      json: { code: 'USAGE', message, ...(hint !== undefined && { hint }) },
      exit,
    }
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { text: 'the time is up', json: { code: 'TIMEOUT', message: 'the time is up' }, exit: EXIT.timeout }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { text: message, json: { code: 'FAILED', message }, exit: EXIT.failure }
}

const withHint = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message}\n  ${hint}`
