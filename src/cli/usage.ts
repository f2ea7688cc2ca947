/** What a person, or a script, gets told when something is wrong, and with which exit code. */
import { isBatonError, isTypo, nearest, type ErrorCode } from '../exports.ts'

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
  readonly meant: Meant | undefined

  constructor(message: string, hint?: string, exit: number = EXIT.usage, meant?: Meant) {
    super(message)
    this.name = 'UsageError'
    this.hint = hint
    this.exit = exit
    this.meant = meant
  }
}

/** From the line that was typed to the one that was meant. */
export type Meant = (args: readonly string[]) => readonly string[] | undefined

export function unknownWord(what: string, word: string, known: readonly string[], otherwise: string): UsageError {
  const near = nearest(word, known)
  const [first] = near
  if (first === undefined) return new UsageError(`there is no ${what} ${word}`, otherwise)
  const hint = `Did you mean ${near.join(', ')}?`
  // What is only somewhat alike may do something else altogether: nobody is told to type it.
  const meant = isTypo(word, first) ? (args: readonly string[]) => replaced(args, word, first) : undefined
  return new UsageError(`there is no ${what} ${word}`, hint, EXIT.usage, meant)
}

/** Its last word is for people to read. */
export const isAboutText = ({ usage }: { readonly usage: string }): boolean => /[<[]text[>\]]$/.test(usage)

/** As many words as the usage says: all that it needs, and no more than it takes. */
export function assertWords(
  { name, usage }: { readonly name: string; readonly usage: string },
  words: readonly string[],
): void {
  const taken = usage.match(/(<[^>]+>|\[[^\]]+\])(\.\.\.)?/g) ?? []
  const line = `baton ${name} ${usage}`.trimEnd()
  const missing = taken[words.length]
  if (missing?.startsWith('<') === true) throw new UsageError(`${missing} is missing`, line)
  const extra = words[taken.length]
  if (extra === undefined || usage.endsWith('...')) return
  const text = words[taken.length - 1]
  const isText = isAboutText({ usage }) && text !== undefined
  throw new UsageError(
    `${JSON.stringify(extra)} is one word too many`,
    isText ? 'Quote a text of several words.' : line,
    EXIT.usage,
    isText ? (args) => together(args, words.slice(taken.length - 1)) : undefined,
  )
}

/** Words that follow each other as the one that they were meant to be. */
function together(args: readonly string[], words: readonly string[]): readonly string[] {
  const rest = [...words]
  return args.flatMap((arg) => {
    if (arg !== rest[0]) return [arg]
    return rest.shift() === words[0] ? [words.join(' ')] : []
  })
}

/** The same line with an option more; behind `--` there are none. */
export function optionAdded(args: readonly string[], ...option: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return end < 0 ? [...args, ...option] : args.toSpliced(end, 0, ...option)
}

/** The same line with one word, or several in a row, put right; undefined where they are not in it. */
export function replaced(args: readonly string[], wrong: string, right: string): readonly string[] | undefined {
  const words = wrong.split(' ')
  const at = args.findIndex((_, i) => words.every((word, j) => args[i + j] === word))
  if (at >= 0) return [...args.slice(0, at), ...right.split(' '), ...args.slice(at + words.length)]
  // Within a word: session:codr, --as=codr, a,codr.
  const inside = args.findIndex((arg) => arg.split(/[=:,/]/).includes(wrong))
  if (inside < 0) return undefined
  const parts = (args[inside] as string).split(/([=:,/])/).map((part) => (part === wrong ? right : part))
  return [...args.slice(0, inside), parts.join(''), ...args.slice(inside + 1)]
}

const CONFLICTS: ReadonlySet<ErrorCode> = new Set(['CONFLICT', 'STATE_VERSION', 'INBOX_FULL'])
const FAILURES: ReadonlySet<ErrorCode> = new Set([
  'STORAGE_FAILED',
  'STORAGE_FULL',
  'STORAGE_UNSAFE',
  'LOG_DAMAGED',
  'LOG_TOO_NEW',
  'VIEW_STALE',
])
const USAGE: ReadonlySet<ErrorCode> = new Set([
  'INVALID_COMMAND',
  'BAD_ID',
  'BAD_ADDRESS',
  'AMBIGUOUS_ADDRESS',
  'PAYLOAD_TOO_LARGE',
  'LIMIT_EXCEEDED',
])

/** What kind of refusal a code is, to scripts. */
export function codeOf(code: ErrorCode): number {
  if (code === 'REQUEST_EXPIRED') return EXIT.timeout
  if (USAGE.has(code)) return EXIT.usage
  if (code === 'HUB_NOT_FOUND' || code === 'CURSOR_LOST' || code.startsWith('UNKNOWN_')) return EXIT.notFound
  if (CONFLICTS.has(code)) return EXIT.conflict
  return FAILURES.has(code) ? EXIT.failure : EXIT.refused
}

/** What a failure is, to people and programs, and the exit code. */
interface Failure {
  readonly code: string
  readonly message: string
  readonly details?: unknown
  readonly exit: number
}

export function explain(error: unknown): Failure {
  if (isBatonError(error)) {
    const { code, message, details } = error
    return { code, message, details, exit: codeOf(code) }
  }
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message, exit: error.exit }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { code: 'TIMEOUT', message: 'the time is up', exit: EXIT.timeout }
  }
  return { code: 'FAILED', message: error instanceof Error ? error.message : String(error), exit: EXIT.failure }
}
