/**
 * Writes docs/cli.md and docs/errors.md from the verbs, the commands and the codes: `npm run docs`. A test fails where they
 * are not what this makes.
 */
import fs from 'node:fs'
import path from 'node:path'
import { BatonError, commandCatalog, type CommandType, type ErrorCode } from '../src/index.ts'
import { errorFamilies, type ErrorText } from '../src/error-texts.ts'
import { GLOBAL, optionForm } from '../src/cli/help.ts'
import { codeOf, EXIT } from '../src/cli/usage.ts'
import { loaded, type Options, type Verb } from '../src/cli/verb.ts'
import { headings } from '../src/cli/verbs/catalog.ts'

const MADE = '<!-- Made by `npm run docs`; change src/cli or src/error-texts.ts instead. -->'

const EXITS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failure: 'it failed: the disk, the log, or something unforeseen',
  usage: 'the line, or what it asks for, cannot be read',
  notFound: 'what it names is not there',
  conflict: 'somebody else was faster, or has to make room: trying again may help',
  refused: 'a rule refuses it',
  findings: 'done, with findings',
  timeout: 'the time is up',
  interrupted: 'interrupted',
}

const ENVIRONMENT: readonly (readonly [name: string, about: string])[] = [
  ['BATON_DIR', 'the hub, where `--dir` is not given'],
  ['BATON_SESSION', 'the session that acts, where `--as` is not given'],
  ['BATON_RUN', 'the run that acts, where `--as` is not given'],
  ['NO_COLOR', 'no colours, if it is set'],
  ['BATON_DEBUG', 'a failure is told with its stack, if it is set'],
]

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const optionTable = (options: Options): string =>
  table(
    ['option', ''],
    Object.entries(options).map(([name, option]) => [
      code(optionForm(name, option)),
      cell(option.about) + (option.multiple === true ? ' (may be given several times)' : ''),
    ]),
  )

const linked = (codes: readonly ErrorCode[]): string =>
  codes.map((each) => `[${each}](errors.md#${each.toLowerCase()})`).join(', ')

const codesOf = (type: CommandType): readonly ErrorCode[] => commandCatalog[type].codes

/** What every command can be refused with. */
const COMMON = codesOf('ExpireDue').filter((each) =>
  (Object.keys(commandCatalog) as CommandType[]).every((type) => codesOf(type).includes(each)),
)

const ownCodes = (type: CommandType): readonly ErrorCode[] => codesOf(type).filter((each) => !COMMON.includes(each))

async function section(verb: Verb): Promise<string> {
  const { name, usage, summary, more, examples, command } = verb
  const options = (await verb.options?.()) ?? {}
  const notes = verb.notes?.() ?? []
  return [
    `### ${name}`,
    `\`${`baton ${name} ${usage}`.trimEnd()}\``,
    `${cell(summary)}.${more === undefined ? '' : ` ${cell(more)}`}`,
    ...(Object.keys(options).length === 0 ? [] : [optionTable(options)]),
    ...(notes.length === 0
      ? []
      : [
          table(
            ['', ''],
            notes.map(([what, about]) => [code(what), cell(about)]),
          ),
        ]),
    ['```text', ...examples.map((example) => `  - ${example}`), '```'].join('\n'),
    ...(command === undefined ? [] : [`Sends ${command}, which can be refused with ${linked(ownCodes(command))}.`]),
  ].join('\n\n')
}

async function cli(): Promise<string> {
  const parts = [
    MADE,
    '# The command line',
    'One verb a line: `baton <verb> [arguments] [options]`. Options stand anywhere; behind `--` stands text, whatever it looks like. A text that is `-` is read from stdin, a value that is `@file` from that file.',
    'The hub is that of `--dir` or BATON_DIR, else the `.baton` of this directory or of the nearest one above it. Whoever acts is named by `--as`, else by BATON_RUN and BATON_SESSION; at a terminal it is the operator otherwise. Whoever only looks needs no name.',
    'Of the id of a message, a run or a commit, as Baton makes them, the first letters will do, from six on, where no other begins so; where several do, the line is refused with all of them.',
    'With `--json` the answer is one document, or one a line where one thing comes after another. After a failure stdout is empty, but for what was done or shown before it, and stderr holds `{"error":{"code","message","details","hint"}}`: the codes of the library, or USAGE, TIMEOUT and FAILED.',
    `Every verb that sends a command can be refused with ${linked(COMMON)}; what else stands with each.`,
    '## Options of all verbs',
    optionTable(GLOBAL),
    '## Exit codes',
    table(
      ['exit', ''],
      Object.entries(EXIT).map(([name, exit]) => [String(exit), EXITS[name as keyof typeof EXIT]]),
    ),
    '## Environment',
    table(
      ['variable', ''],
      ENVIRONMENT.map(([name, about]) => [code(name), about]),
    ),
  ]
  for (const { title, verbs } of headings) {
    parts.push(`## ${title}`)
    for (const verb of verbs) parts.push(await section(await loaded(verb)))
  }
  return `${parts.join('\n\n')}\n`
}

/** Every command can be refused with the codes of all. */
const commandsWith = (wanted: ErrorCode): string => {
  const all = Object.keys(commandCatalog) as CommandType[]
  const found = all.filter((type) => codesOf(type).includes(wanted))
  if (found.length === 0) return 'no command: opening, reading or keeping a hub'
  return found.length === all.length
    ? 'every command'
    : found.length > all.length / 2
      ? `${found.length} of the ${all.length} commands`
      : found.join(', ')
}

function errors(): string {
  const parts = [
    MADE,
    '# Errors',
    'Every failure that Baton foresees has a code, which never changes its meaning; new ones are added. `details` holds the figures behind the message, `hint` what to do next. What is marked as retryable may work if nothing is changed but the time. A command that was refused leaves nothing in the log.',
  ]
  for (const { title, codes } of errorFamilies) {
    parts.push(`## ${title}`)
    for (const [name, text] of Object.entries(codes) as [ErrorCode, ErrorText][]) {
      const { retryable } = new BatonError(name, '')
      parts.push(
        `### ${name}`,
        `${text.means} ${text.cure}`,
        `Exit ${codeOf(name)}${retryable ? ', retryable' : ''}. Raised by: ${commandsWith(name)}.`,
      )
    }
  }
  return `${parts.join('\n\n')}\n`
}

export const documents = async (): Promise<Readonly<Record<string, string>>> => ({
  'cli.md': await cli(),
  'errors.md': errors(),
})

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(await documents())) {
    fs.writeFileSync(path.join(import.meta.dirname, name), text)
  }
}
