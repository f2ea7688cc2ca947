/** From whatever a caller handed in to a command, or to the refusal that says what is wrong with it. */
import { nearest } from '../domain/nearest.ts'
import { refuse } from '../domain/refuse.ts'
import type { ErrorCode } from '../errors.ts'
import { allSaid, read, type Problem } from '../schema/read.ts'
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
    // JSON may hold such a key; whoever later assigns it to an object sets a prototype instead.
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')) return badKey(type, field)
  }
  const { value, problems } = read(definition.schema, input)
  if (problems.length > 0) return malformed(type, problems)
  // Taken now: what the caller does to its objects later is no part of the command.
  return { definition, command: structuredClone(value) as Command }
}

function unknownCommand(type: unknown): never {
  const near = typeof type === 'string' ? nearest(type, Object.keys(commandCatalog)) : []
  refuse('INVALID_COMMAND', `there is no command ${JSON.stringify(type)}`, {
    details: { type, nearest: near },
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'A command is an object with a `type`.',
  })
}

const badKey = (type: string, field: string): never =>
  refuse('INVALID_COMMAND', `${type} cannot be read: ${field}: __proto__ is no key`, { details: { type, path: field } })

/** Where all that is wrong has a code of its own, that is the code of the refusal. */
function malformed(type: string, problems: readonly Problem[]): never {
  const special = problems.every(({ code }) => code !== undefined)
  const [first] = problems as readonly [Problem]
  const code = special ? (first.code as ErrorCode) : 'INVALID_COMMAND'
  const { limit, size } = first
  refuse(code, `${type} cannot be read: ${allSaid(problems)}`, {
    details: {
      type,
      issues: problems.map(({ path, problem, limit, size }) => ({
        path,
        problem,
        ...(limit !== undefined && { limit, size }),
      })),
      ...(limit !== undefined && { limit, size }),
    },
  })
}
