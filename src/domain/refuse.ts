import { BatonError, type BatonErrorInit, type ErrorCode } from '../errors.ts'

/** How a rule says no: the command leaves nothing in the log. */
export function refuse(code: ErrorCode, message: string, init: BatonErrorInit = {}): never {
  // A rule points at what it looked at; whoever catches the error may do with it what they like.
  const details = init.details === undefined ? {} : { details: structuredClone(init.details) }
  throw new BatonError(code, message, { ...init, ...details })
}
