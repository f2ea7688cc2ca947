/** The command line: find the verb, open the hub, run it, print what it answers. */
import { openHub, systemClock, ulidFactory, type Actor, type Hub } from '../exports.ts'
import { family, GLOBAL, helpFor, overview } from './help.ts'
import { locate, placeFor } from './locate.ts'
import { complain, isTerminal, leave, write } from './output.ts'
import { momentAt } from './moments.ts'
import type { Look } from './print.ts'
import { listenForStop, type Stopping } from './stopping.ts'
import { assertWords, EXIT, explain, isAboutText, optionAdded, unknownWord, UsageError } from './usage.ts'
import { urandom } from './urandom.ts'
import { duration } from './values.ts'
import { loaded, type Answer, type Given, type Listed, type Options, type Verb } from './verb.ts'
import { headings, verbs } from './verbs/catalog.ts'
import { givenIn, tokensOf, wordsIn, wrongIn, type WrongOption } from './words.ts'

/** The package's, named by the build. */
declare const VERSION: string

const { env } = process
const newId = ulidFactory(systemClock, urandom)

/** The verb is one word or two; what is left are its arguments. */
function findVerb(words: readonly string[]): { verb: Listed; rest: string[] } {
  const two = verbs.find(({ name }) => name === `${words[0]} ${words[1]}`)
  if (two !== undefined) return { verb: two, rest: words.slice(2) }
  const one = verbs.find(({ name }) => name === words[0])
  if (one !== undefined) return { verb: one, rest: words.slice(1) }
  const [word] = words
  if (word === undefined) throw new UsageError('baton what?', 'See what there is: baton help')
  const names = family(word, headings).flatMap((heading) => heading.verbs.map(({ name }) => name))
  if (names.length > 0) {
    const see = `See what there is: baton help ${word}`
    throw words[1] === undefined
      ? new UsageError(`baton ${word} what?`, see)
      : unknownWord('verb', `${word} ${words[1]}`, names, see)
  }
  throw unknownWord(
    'verb',
    word,
    [...new Set(verbs.flatMap(({ name }) => [name, name.split(' ')[0] as string]))],
    'See what there is: baton help',
  )
}

/** Options may stand anywhere: the words that are none, and no value of one that every verb knows. */
const wordsOf = (args: readonly string[]): string[] => wordsIn(tokensOf(args, GLOBAL))

async function read(args: readonly string[]): Promise<{ verb: Verb; positionals: string[]; given: Given }> {
  const verb = await loaded(findVerb(wordsOf(args)).verb)
  const options = { ...GLOBAL, ...(await verb.options?.()) }
  const tokens = tokensOf(args, options)
  const wrong = wrongIn(tokens, options)
  if (wrong !== undefined) throw wrongOption(wrong, verb, options, args)
  return { verb, positionals: findVerb(wordsIn(tokens)).rest, given: givenIn(tokens, options) }
}

function wrongOption({ typed, why }: WrongOption, verb: Verb, options: Options, args: readonly string[]): UsageError {
  const see = `See what it takes: baton help ${verb.name}`
  if (why !== 'unknown') return new UsageError(`${typed} ${why}`, see)
  const word = args.find((arg) => !typed.startsWith('--') && /^-[^-]/.test(arg) && arg !== '-h')
  if (word !== undefined && isAboutText(verb)) {
    return new UsageError(
      `there is no option ${word}`,
      'A text that begins with a dash stands behind --.',
      EXIT.usage,
      () => [...args.filter((arg) => arg !== word), '--', word],
    )
  }
  const names = Object.keys(options).map((option) => `--${option}`)
  return unknownWord('option', typed, names, see)
}

/** `operator`, a session's id, `session/run`, or `run:<id>`. */
async function actorOf(given: Given, look: () => Promise<Hub>): Promise<Actor> {
  const named = given['as']
  if (typeof named === 'string') return parseActor(named, look)
  const { BATON_SESSION: session, BATON_RUN: run } = env
  if (run !== undefined && run !== '')
    return parseActor(session === undefined || session === '' ? `run:${run}` : `${session}/${run}`, look)
  if (session !== undefined && session !== '') return { kind: 'session', id: session }
  if (isTerminal(0)) return { kind: 'operator' }
  throw new UsageError(
    'who acts?',
    'Say so: --as <session>, --as operator, or set BATON_SESSION (and BATON_RUN).',
    EXIT.usage,
    (line) => optionAdded(line, '--as', 'operator'),
  )
}

async function parseActor(text: string, look: () => Promise<Hub>): Promise<Actor> {
  if (text === 'operator') return { kind: 'operator' }
  if (text.startsWith('run:')) {
    const id = text.slice('run:'.length)
    const run = await (await look()).runs.get(id)
    if (run === undefined) throw new UsageError(`there is no run ${id}`, 'Name its session too: --as <session>/<run>')
    return { kind: 'session', id: run.sessionId, run: id }
  }
  const [id = '', run] = text.replace(/^session:/, '').split('/')
  return { kind: 'session', id, ...(run !== undefined && { run }) }
}

async function answer(verb: Verb, positionals: string[], given: Given, look: Look, stop: Stop): Promise<number> {
  let opened: Promise<Hub> | undefined
  const dir = typeof given['dir'] === 'string' ? given['dir'] : env['BATON_DIR']
  // To set a timer takes a millisecond.
  const sweeps = verb.waits?.(given) === true ? {} : { sweepEvery: false as const }
  const present = (): Promise<Hub> => (opened ??= openHub({ dir: locate(dir), commands: 'later', newId, ...sweeps }))
  const at = given['at']
  let past: Promise<Hub> | undefined
  // It closes with the hub that it is the past of.
  const reader = typeof at === 'string' ? () => (past ??= present().then((hub) => hub.at(momentAt(at)))) : present
  const actor = (): Promise<Actor> => actorOf(given, reader)
  try {
    const said = await verb.run({
      positionals,
      given,
      look,
      get signal() {
        return stop.signal()
      },
      place: placeFor(dir),
      where: () => locate(dir),
      reader,
      actor,
      hub: async () => (await reader()).as(await actor()),
    })
    return await print(said, given, stop.asked())
  } finally {
    await (await opened?.catch(() => undefined))?.close()
  }
}

async function print(said: Answer, given: Given, signal: AbortSignal | undefined): Promise<number> {
  const json = given['json'] === true
  try {
    if ('lines' in said) {
      for await (const line of said.lines) {
        const text = json ? JSON.stringify(line.json) : line.text
        // Some lines are for people alone.
        if (text !== undefined) await write(text, signal)
      }
      return EXIT.ok
    }
    const text = json ? JSON.stringify(said.json, null, isTerminal(1) ? 2 : undefined) : said.text
    if (text !== '' && given['quiet'] !== true) await write(text, signal)
    await said.afterwards?.()
  } catch (error) {
    if (!isBrokenPipe(error)) throw error
  }
  return ('exit' in said ? said.exit : undefined) ?? EXIT.ok
}

/** What a timer of the runtime can count. */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** Nobody reads any more: that is how `head` ends, and no failure. */
const isBrokenPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE'

/** How a verb is stopped: when it asked for that, and when its time is up. */
interface Stop {
  /** Aborted by a signal or the timeout. */
  readonly signal: () => AbortSignal
  /** The same, if anybody has asked for it. */
  readonly asked: () => AbortSignal | undefined
  /** The exit code, if a signal came. */
  readonly exit: () => number | undefined
}

function stopBy(timeout: AbortSignal | undefined): Stop {
  let stopping: Stopping | undefined
  let signal: AbortSignal | undefined
  return {
    signal() {
      stopping ??= listenForStop()
      return (signal ??= timeout === undefined ? stopping.signal : AbortSignal.any([stopping.signal, timeout]))
    },
    asked: () => signal ?? timeout,
    exit: () => stopping?.exit,
  }
}

async function main(args: readonly string[]): Promise<number> {
  const colour = env['NO_COLOR'] === undefined && !args.includes('--no-color') && isTerminal(1)
  const look: Look = {
    colour,
    get now() {
      return systemClock()
    },
  }
  const [first, ...words] = wordsOf(args)
  if (first === 'help' || args.length === 0 || (args.length === 1 && ['--help', '-h'].includes(args[0] ?? ''))) {
    const alike = words.length === 1 ? family(words[0] ?? '', headings) : []
    const [verb] = words.length === 0 ? [] : verbs.filter(({ name }) => name === words[0])
    if (words.length === 0) await write(overview(headings, look))
    else if (verb === undefined && alike.some((heading) => heading.verbs.length > 0)) await write(overview(alike, look))
    else await write(await helpFor(await loaded(findVerb(words).verb), look))
    return EXIT.ok
  }
  if (args[0] === '--version') {
    await write(VERSION)
    return EXIT.ok
  }
  const { verb, positionals, given } = await read(args)
  if (given['help'] === true) {
    await write(await helpFor(verb, look))
    return EXIT.ok
  }
  if (verb.readsAnyWords !== true) assertWords(verb, positionals)
  const timeout =
    typeof given['timeout'] === 'string'
      ? AbortSignal.timeout(Math.min(duration(given['timeout']), LONGEST_TIMEOUT))
      : undefined
  const stop = stopBy(timeout)
  try {
    const exit = await answer(verb, positionals, given, look, stop)
    timeout?.throwIfAborted()
    return stop.exit() ?? exit
  } catch (error) {
    const exit = stop.exit()
    if (exit !== undefined) return exit
    throw timeout?.aborted === true ? timeout.reason : error
  }
}

const args = process.argv.slice(2)
/** Behind `--` stands text, whatever it looks like. */
const flags = args.includes('--') ? args.slice(0, args.indexOf('--')) : args

/** An agent takes 2 from a hook for a veto: of the prompt, which is lost then, or of its end, and that for ever. */
const isHook = (): boolean => wordsOf(args)[0] === 'notify'

/** Says what went wrong, and what to type instead; the exit code of that. */
async function told(error: unknown): Promise<number> {
  if (isBrokenPipe(error)) return EXIT.ok
  const { exit, ...failure } = explain(error)
  const { hintsFor, timedOut } = await import('./instead.ts')
  const hints = hintsFor(error, args)
  const message = failure.code === 'TIMEOUT' ? timedOut(wordsOf(args), flags) : failure.message
  const json = { ...failure, message, ...(hints.length > 0 && { hint: hints.join(' ') }) }
  complain(flags.includes('--json') ? JSON.stringify({ error: json }) : `baton: ${[message, ...hints].join('\n  ')}`)
  if (env['BATON_DEBUG'] !== undefined && error instanceof Error) complain(String(error.stack))
  return exit === EXIT.usage && isHook() ? EXIT.failure : exit
}

main(args)
  .then(leave)
  .catch(async (error: unknown) => leave(await told(error)))
