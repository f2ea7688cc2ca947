/** From whatever a caller handed in to a command, or to the refusal that says what is wrong with it. */
import type * as z from 'zod/mini'
import { nearest } from '../domain/nearest.ts'
import { refuse } from '../domain/refuse.ts'
import type { ErrorCode } from '../errors.ts'
import { problemOf, shown, valueAt } from '../events/problem.ts'
import { commandCatalog, type Command } from './catalog.ts'
import type { CommandDefinition } from './define.ts'

export interface Parsed {
  readonly definition: CommandDefinition
  readonly command: Command
}

export function parseCommand(input: unknown): Parsed {
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined
  if (typeof type !== 'string' || !Object.hasOwn(commandCatalog, type)) return unknownCommand(type)
  const definition: CommandDefinition = commandCatalog[type as keyof typeof commandCatalog]
  for (const [field, value] of Object.entries(input as object)) {
    // Records are read without it, and what is dropped in silence is not what was asked.
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')) return badKey(type, field)
  }
  const result = definition.schema.safeParse(input)
  // Taken now: what the caller does to its objects later is no part of the command.
  if (result.success) return { definition, command: structuredClone(result.data) as Command }
  return malformed(type, input, result.error.issues)
}

function unknownCommand(type: unknown): never {
  const near = typeof type === 'string' ? nearest(type, Object.keys(commandCatalog)) : []
  refuse('INVALID_COMMAND', `there is no command ${JSON.stringify(type)}`, {
    details: { type, nearest: near },
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'A command is an object with a `type`.',
  })
}

/** Issues whose message is a code are refused with it. */
const SPECIAL: ReadonlySet<string> = new Set<ErrorCode>(['BAD_ID', 'LIMIT_EXCEEDED'])

const badKey = (type: string, field: string): never =>
  refuse('INVALID_COMMAND', `${type} cannot be read: ${field}: __proto__ is no key`, { details: { type, path: field } })

function malformed(type: string, input: unknown, issues: readonly z.core.$ZodIssue[]): never {
  const listed = issues.map((issue) => ({
    path: issue.path.join('.'),
    problem: explain(issue, input),
    ...(issue.code === 'too_big' && { limit: Number(issue.maximum), size: sizeAt(input, issue.path) }),
  }))
  const special = issues.every(({ message }) => SPECIAL.has(message))
  const code = special ? (issues[0]?.message as ErrorCode) : 'INVALID_COMMAND'
  const what = listed.map(said).join('; ')
  const { limit, size } = listed[0] ?? {}
  refuse(code, `${type} cannot be read: ${what}`, {
    details: { type, issues: listed, ...(limit !== undefined && { limit, size }) },
  })
}

/** What is wrong with one field. */
const said = ({ path, problem }: { readonly path: string; readonly problem: string }): string => {
  if (path === '') return problem
  return problem.startsWith('is ') ? `${path} ${problem}` : `${path}: ${problem}`
}

/** How long the text or list is that an issue is about. */
function sizeAt(input: unknown, path: readonly PropertyKey[]): number | undefined {
  const held = valueAt(input, path)
  return typeof held === 'string' || Array.isArray(held) ? held.length : undefined
}

function explain(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.message === 'BAD_ID') {
    return `${shown(valueAt(input, issue.path))} is no id: up to 64 letters, digits, dots, dashes and underscores, the first a letter or digit; names of addresses are reserved`
  }
  return problemOf(issue, input)
}
