/** From the words of a command line to the values of a command. */
import fs from 'node:fs'
import { durationOf, systemClock } from '../exports.ts'
import { isoTime } from '../iso-time.ts'
import { UsageError } from './usage.ts'

/** Ten years: what is longer was mistyped. */
const LONGEST_MS = 3_650 * 86_400_000

/** `30s`, `5m`, `2h`, `1d`, `250ms`. */
export function duration(text: string): number {
  const ms = durationOf(text)
  if (ms === undefined) throw new UsageError(`${text} is no duration`, 'For example 30s, 5m, 2h, 1d.')
  if (ms > LONGEST_MS) throw new UsageError(`${text} is too long`, 'At most 3650d.')
  return ms
}

export const isInstant = (text: string): boolean => /^\d{4}-/.test(text)

/** An instant, or a duration from now. */
export function instant(text: string): string {
  if (isInstant(text)) {
    const at = Date.parse(text)
    if (Number.isNaN(at))
      throw new UsageError(`${text} is no time`, 'For example 2026-12-24T18:00:00Z, or 2h from now.')
    return isoTime(at)
  }
  return isoTime(systemClock() + duration(text))
}

/** JSON, `@file` with JSON in it, or else the text itself. */
export function value(text: string): unknown {
  if (text.startsWith('@')) return json(file(text.slice(1)), text)
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** JSON, or `@file` with JSON in it. */
export const document = (text: string): unknown => json(text.startsWith('@') ? file(text.slice(1)) : text, text)

function json(text: string, from: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new UsageError(
      `${from} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      `For example '{"passed": 12}', quoted for the shell; or @file.`,
    )
  }
}

function file(name: string): string {
  try {
    return fs.readFileSync(name, 'utf8')
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** `-` is what comes in on stdin. */
export function text(word: string): string {
  if (word !== '-') return word
  const piped = fs.readFileSync(0, 'utf8')
  if (piped === '') throw new UsageError('nothing came in on stdin', 'For example: echo hello | baton send coder -')
  return piped
}

export const list = (words: readonly string[]): string[] =>
  words.flatMap((word) => word.split(',')).filter((word) => word !== '')

/** `key=value`, several times. */
export function pairs(words: readonly string[], read: (text: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new UsageError(`${word} is no key=value`, 'For example phase=2, or note="two words".')
      return [word.slice(0, at), read(word.slice(at + 1))]
    }),
  )
}
