import { isBatonError, type ErrorCode } from '../exports.ts'

const UNKNOWN: readonly ErrorCode[] = ['UNKNOWN_MESSAGE', 'UNKNOWN_RUN', 'UNKNOWN_COMMIT', 'UNKNOWN_SESSION']

/** Nothing is called as it was typed: it may be the beginning of an id. Only then is `prefix.ts` worth loading. */
export const isUnknown = (error: unknown): boolean => isBatonError(error) && UNKNOWN.includes(error.code)
