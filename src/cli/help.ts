import { usageFor } from './arguments.ts'
import { bold, columns, dim, type Look } from './print.ts'
import type { Listed, Options, Verb } from './verb.ts'

export const GLOBAL: Options = {
  dir: { type: 'string', value: 'path', about: 'the hub, or the directory that holds it (BATON_DIR)' },
  as: { type: 'string', value: 'actor', about: 'operator, a session, or session/run (BATON_SESSION, BATON_RUN)' },
  key: { type: 'string', value: 'key', about: 'sent again under it, a command is done once' },
  'dry-run': { type: 'boolean', about: 'what would follow, with nothing written' },
  json: { type: 'boolean', about: 'for programs' },
  quiet: { type: 'boolean', about: 'nothing on success' },
  yes: { type: 'boolean', about: 'do not ask' },
  'no-color': { type: 'boolean', about: 'no colours (NO_COLOR)' },
  timeout: { type: 'string', value: '30s', about: 'give up after' },
  help: { type: 'boolean', short: 'h', about: 'this' },
  version: { type: 'boolean', about: 'the version' },
}

/** Verbs under what they have in common. */
export interface Heading {
  readonly title: string
  readonly verbs: readonly Listed[]
}

export const optionForm = (name: string, { short, value }: Options[string]): string =>
  `${short === name ? '-' : '--'}${name}${value === undefined ? '' : ` <${value}>`}`

const optionRows = (options: Options, look: Look): string[][] =>
  Object.entries(options).map(([name, option]) => [`  ${optionForm(name, option)}`, dim(option.about, look)])

/** What each verb is for, of those that are named: nothing is loaded for it. */
export function overview(headings: readonly Heading[], look: Look): string {
  const shown = headings.filter((heading) => heading.verbs.length > 0)
  const rows = columns(
    shown.flatMap((heading) =>
      heading.verbs.map((verb) => [`  ${bold(verb.name, look)} ${usageFor(verb)}`.trimEnd(), verb.summary]),
    ),
  ).split('\n')
  return [
    'baton <verb> [arguments] [options]',
    ...shown.flatMap(({ title, verbs }) => ['', bold(title, look), ...rows.splice(0, verbs.length)]),
    '',
    bold('For all verbs', look),
    columns(optionRows(GLOBAL, look)),
    '',
    'Of the id of a message, a run or a commit the first letters will do, from six on.',
    'More on one: baton help <verb>; on those that begin alike: baton help task',
  ].join('\n')
}

/** The verbs that begin with this word. */
export const family = (word: string, headings: readonly Heading[]): Heading[] =>
  headings.map(({ title, verbs }) => ({ title, verbs: verbs.filter(({ name }) => name.startsWith(`${word} `)) }))

export async function helpFor(verb: Verb, look: Look): Promise<string> {
  const own = optionRows((await verb.options?.()) ?? {}, look)
  const notes = (verb.notes?.() ?? []).map(([what, about]) => [`    ${what}`, dim(about, look)])
  return [
    `baton ${verb.name} ${verb.usage}`.trimEnd(),
    `  ${verb.summary}`,
    ...(verb.more === undefined ? [] : [`  ${verb.more}`]),
    ...(own.length === 0 ? [] : ['', 'Options:', columns(own)]),
    ...(notes.length === 0 ? [] : [columns(notes)]),
    '',
    'For all verbs: --dir --as --key --dry-run --json --quiet --yes --no-color --timeout',
    '',
    'For example:',
    ...verb.examples.map((example) => `  ${example}`),
  ].join('\n')
}
