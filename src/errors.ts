/** Every code that a caller can meet. A code never changes its meaning; new ones are added. */
export const ERROR_CODES = [
  // what was asked cannot be read or is too much
  'INVALID_COMMAND',
  'BAD_ID',
  'BAD_ADDRESS',
  'AMBIGUOUS_ADDRESS',
  'PAYLOAD_TOO_LARGE',
  'LIMIT_EXCEEDED',
  // it is not there
  'HUB_NOT_FOUND',
  'UNKNOWN_SESSION',
  'UNKNOWN_RUN',
  'UNKNOWN_EFFECT',
  'UNKNOWN_TASK',
  'UNKNOWN_GROUP',
  'UNKNOWN_MESSAGE',
  'UNKNOWN_ITEM',
  'UNKNOWN_COMMIT',
  'UNKNOWN_CHECKPOINT',
  // it is not in a state for that
  'SESSION_EXISTS',
  'SESSION_CLOSED',
  'RUN_EXISTS',
  'RUN_TERMINAL',
  'RUNS_LIVE',
  'CHILDREN_LIVE',
  'DEPTH_EXCEEDED',
  'TASK_EXISTS',
  'TASK_CLOSED',
  'GROUP_DISBANDED',
  'ROUND_OPEN',
  'INVALID_TRANSITION',
  'PLACE_IN_USE',
  // it is not yours to do
  'NOT_ALLOWED',
  'NOT_OWNER',
  'ALREADY_OWNED',
  'STALE_EPOCH',
  'OWNER_MUST_HAND_OFF',
  'NOT_PARTICIPANT',
  'NOT_RECIPIENT',
  'NOT_TARGET',
  'NOT_COORDINATOR',
  'NOT_A_CHILD',
  'UNRELATED',
  // nobody can take it
  'NO_RECIPIENTS',
  'INBOX_FULL',
  'REQUEST_EXPIRED',
  'HANDOFF_PENDING',
  'NO_PENDING_HANDOFF',
  'HANDOFF_TO_SELF',
  // shared state
  'SEED_AFTER_START',
  'ALREADY_SEEDED',
  'CHILD_NOT_SETTLED',
  'CHILD_NOT_SUCCEEDED',
  'MERGE_CONFLICT',
  'STATE_VERSION',
  // somebody else was faster
  'CONFLICT',
  'KEY_REUSED',
  // what was seen is not what is here
  'CURSOR_LOST',
  // a copy of a log
  'TARGET_EXISTS',
  // the log itself
  'STORAGE_FAILED',
  'STORAGE_FULL',
  'STORAGE_UNSAFE',
  'LOG_DAMAGED',
  'LOG_TOO_NEW',
  'VIEW_STALE',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['CONFLICT', 'STORAGE_FULL', 'INBOX_FULL'])

export interface BatonErrorInit {
  readonly details?: Readonly<Record<string, unknown>>
  /** What to do next, as one sentence. */
  readonly hint?: string
  readonly cause?: unknown
}

/** The only error class that callers meet. Switch on `code`; `details` holds the figures behind the message. */
export class BatonError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>
  readonly retryable: boolean
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, init: BatonErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'BatonError'
    this.code = code
    this.details = init.details ?? {}
    this.retryable = RETRYABLE.has(code)
    this.hint = init.hint
  }

  toJSON(): Record<string, unknown> {
    return { code: this.code, message: this.message, details: this.details, retryable: this.retryable, hint: this.hint }
  }
}

/** True for a BatonError, of this code if one is named; works across copies of the package. */
export function isBatonError(error: unknown, code?: ErrorCode): error is BatonError {
  return (
    error instanceof Error &&
    error.name === 'BatonError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  )
}
