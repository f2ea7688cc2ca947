import { BatonError, type BatonErrorInit, type ErrorCode } from '../errors.ts'

/** How a rule says no: the command leaves nothing in the log. */
export function refuse(code: ErrorCode, message: string, init: BatonErrorInit = {}): never {
  throw new BatonError(code, message, init)
}
