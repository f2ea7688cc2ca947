/** JSON as a value: is it one, are two the same, one text for the same. */
import { hash } from './hash.ts'

/** Deeper is no data, it is an attack on whoever parses it. */
const MAX_DEPTH = 64

/** What JSON can hold and gives back the same. */
export function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  return isPlain(value) && Object.values(value).every((item) => item === undefined || isJson(item, depth + 1))
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const record = value as Record<string, unknown>
  const keys = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`).join(',')}}`
}

export const same = (a: unknown, b: unknown): boolean => a === b || canonical(a) === canonical(b)

/** 128 bits of SHA-256: enough to tell two commands, or two seeds, apart. */
export const digest = (value: unknown): string => hash(canonical(value))
