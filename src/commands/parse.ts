/** From whatever a caller handed in to a command, or to the refusal that says what is wrong with it. */
import type * as z from 'zod'
import { nearest } from '../domain/nearest.ts'
import { refuse } from '../domain/refuse.ts'
import type { ErrorCode } from '../errors.ts'
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
  const result = definition.schema.safeParse(input)
  if (result.success) return { definition, command: result.data as Command }
  return malformed(type, result.error.issues)
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

function malformed(type: string, issues: readonly z.core.$ZodIssue[]): never {
  const listed = issues.map((issue) => ({ path: issue.path.join('.'), problem: explain(issue) }))
  const code = issues.every(({ message }) => SPECIAL.has(message))
    ? (issues[0]?.message as ErrorCode)
    : 'INVALID_COMMAND'
  const what = listed.map(({ path, problem }) => (path === '' ? problem : `${path}: ${problem}`)).join('; ')
  refuse(code, `${type} cannot be read: ${what}`, { details: { type, issues: listed } })
}

function explain(issue: z.core.$ZodIssue): string {
  if (issue.message === 'BAD_ID') {
    return 'no id: up to 64 letters, digits, dots, dashes and underscores, the first a letter or digit; names of addresses are reserved'
  }
  if (issue.message === 'LIMIT_EXCEEDED' && issue.code === 'too_big')
    return `over the limit of ${String(issue.maximum)}`
  return issue.message
}
