/** The line to type instead: what was typed, with what was wrong in it put right; and hints that can be typed as they stand. */
import path from 'node:path'
import { isBatonError, isTypo, type BatonError } from '../exports.ts'
import { misplaced } from './misplaced.ts'
import { isTerminal } from './output.ts'
import { quoted } from './typed.ts'
import { optionAdded, replaced, UsageError } from './usage.ts'
import { verbs } from './verbs/catalog.ts'

/** What to do about it, and the line that was meant where that can be told. */
export function hintsFor(error: unknown, args: readonly string[]): readonly string[] {
  if (!(error instanceof UsageError) && !isBatonError(error)) return []
  const elsewhere = isBatonError(error, 'HUB_NOT_FOUND') ? otherHub(error, args) : undefined
  if (elsewhere !== undefined) return elsewhere
  const hint = error.hint ?? (isBatonError(error) ? hintFor(error, args) : undefined)
  const meant = isBatonError(error) ? nearMiss(error, args) : error.meant?.(args)
  // Where the line itself is known, nobody has to look for it.
  const isNoise = meant !== undefined && hint?.startsWith('See ') === true
  return [
    ...(hint === undefined || isNoise ? [] : [typable(hint, args)]),
    ...(meant === undefined ? [] : [['baton', ...meant].map(quoted).join(' ')]),
  ]
}

/** What is where no hub is, and the line with the hub that may be meant. */
function otherHub({ details, hint }: BatonError, args: readonly string[]): readonly string[] | undefined {
  const { dir, cwd } = details
  const place = typeof dir === 'string' ? dir : cwd
  if (typeof place !== 'string') return undefined
  const found = misplaced(place)
  const make = `baton init${valueOf('--dir', args)
    .map((named) => ` --dir ${quoted(named)}`)
    .join('')}`
  // The library's own is not for a shell.
  if (found === undefined) return hint?.includes('openHub') === true ? [`Make one: ${make}`] : undefined
  if (found.dir === undefined) return [found.hint]
  return [found.hint, ['baton', ...placed(args, place, found.dir)].map(quoted).join(' ')]
}

/** The same line with another directory; where none was named, BATON_DIR or the working directory was meant. */
function placed(args: readonly string[], place: string, dir: string): readonly string[] {
  const isMeant = (word: string): boolean => [place, path.dirname(place)].includes(path.resolve(word))
  const at = args.findIndex((arg, i) => arg.startsWith('--dir=') || args[i - 1] === '--dir')
  if (at >= 0) return args.with(at, args[at - 1] === '--dir' ? dir : `--dir=${dir}`)
  // The first is the verb.
  const word = args.findIndex((arg, i) => i > 0 && arg !== '' && isMeant(arg))
  return word < 0 ? optionAdded(args, '--dir', dir) : args.with(word, dir)
}

/** Where the rule that refused says nothing more. */
function hintFor({ code, details }: BatonError, args: readonly string[]): string | undefined {
  const { taskId } = details
  switch (code) {
    case 'UNKNOWN_MESSAGE':
      return 'See what was sent: baton log --type MessageSent'
    case 'NO_PENDING_HANDOFF':
    case 'STALE_EPOCH':
      return `See how it stands: baton owners ${String(taskId)}`
    case 'INVALID_COMMAND':
    case 'BAD_ID':
    case 'LIMIT_EXCEEDED':
      return helpOf(args)
    default:
      return undefined
  }
}

const verbOf = (args: readonly string[]): (typeof verbs)[number] | undefined =>
  verbs.find(({ name }) => name === `${args[0]} ${args[1]}`) ?? verbs.find(({ name }) => name === args[0])

/** What had not happened when the time was up, by the verb's words and its options. */
export function timedOut(words: readonly string[], flags: readonly string[]): string {
  const within = `within ${valueOf('--timeout', flags)[0] ?? ''}`.trimEnd()
  const name = verbOf(words)?.name ?? 'baton'
  if (name === 'wait') {
    const conditions = valuesOf('--for', flags)
    const [one = 'it'] = conditions
    return conditions.length > 1
      ? `none of ${conditions.join(', ')} came about ${within}`
      : `${one} did not come about ${within}`
  }
  if (name === 'request') return `no reply ${within}`
  if (flags.includes('--follow') || flags.includes('-f'))
    return `followed for ${within.replace('within ', '')}: the time is up`
  return `baton ${name} was not done ${within}`
}

function helpOf(args: readonly string[]): string | undefined {
  const verb = verbOf(args)
  return verb && `See what it takes: baton help ${verb.name}`
}

/** A name that is not there, and one that is nearly the same. */
function nearMiss({ code, details }: BatonError, args: readonly string[]): readonly string[] | undefined {
  if (code === 'SESSION_EXISTS' && verbOf(args)?.name === 'session open' && !args.includes('--ensure'))
    return optionAdded(args, '--ensure')
  const [right] = Array.isArray(details['nearest']) ? (details['nearest'] as string[]) : []
  if (right === undefined) return undefined
  const wrong = Object.values(details).filter((each) => typeof each === 'string')
  // A group is named without its root session as well.
  for (const word of wrong.flatMap((each) => [each, each.split('/').at(-1) ?? each])) {
    const isMeant = isTypo(word, right) || isTypo(word, right.split('/').at(-1) ?? right)
    const line = isMeant ? replaced(args, word, right) : undefined
    if (line !== undefined) return line
  }
  return undefined
}

/** Whoever named hub and actor names them again; elsewhere than at a terminal somebody has to act. */
function typable(hint: string, args: readonly string[]): string {
  const [, before = '', line] = /^(.*[:,] )(baton [^;,]+)$/.exec(hint) ?? []
  if (line === undefined) return hint
  const verb = verbOf(line.split(' ').slice(1))
  if (verb === undefined) return hint
  const more = line.includes(' --dir ') ? [] : valueOf('--dir', args).flatMap((dir) => ['--dir', dir])
  if ('command' in verb) more.push(...actorFor(verb.name, args))
  return `${before}${[line, ...more.map(quoted)].join(' ')}`
}

function actorFor(verb: string, args: readonly string[]): string[] {
  const [named] = valueOf('--as', args)
  // Of a session that is not there, or no longer, nobody but the operator is sure to be.
  if (named === undefined ? !hasActor() : verb.startsWith('session ')) return ['--as', 'operator']
  return named === undefined ? [] : ['--as', named]
}

const hasActor = (): boolean =>
  isTerminal(0) || ['BATON_SESSION', 'BATON_RUN'].some((name) => (process.env[name] ?? '') !== '')

const valueOf = (option: string, args: readonly string[]): string[] => valuesOf(option, args).slice(0, 1)

const valuesOf = (option: string, args: readonly string[]): string[] =>
  args.flatMap((arg, i) =>
    arg === option ? (args[i + 1] ?? []) : arg.startsWith(`${option}=`) ? arg.slice(option.length + 1) : [],
  )
