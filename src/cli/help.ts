import { bold, columns, dim, type Look } from './print.ts'
import { loaded, type LaterVerb, type Options, type Verb } from './verb.ts'

export const GLOBAL: Options = {
  dir: { type: 'string', value: 'path', about: 'the hub, or the directory that holds it (BATON_DIR)' },
  as: { type: 'string', value: 'actor', about: 'operator, a session, or session/run (BATON_SESSION, BATON_RUN)' },
  key: { type: 'string', value: 'key', about: 'sent again under it, a command is done once' },
  'dry-run': { type: 'boolean', about: 'what would follow, with nothing written' },
  json: { type: 'boolean', about: 'for programs' },
  quiet: { type: 'boolean', about: 'nothing on success' },
  'no-color': { type: 'boolean', about: 'no colours (NO_COLOR)' },
  timeout: { type: 'string', value: '30s', about: 'give up after' },
  help: { type: 'boolean', short: 'h', about: 'this' },
  version: { type: 'boolean', about: 'the version' },
}

const optionRows = (options: Options, look: Look): string[][] =>
  Object.entries(options).map(([name, { short, value, about }]) => [
    `  ${short === name ? '-' : '--'}${name}${value === undefined ? '' : ` <${value}>`}`,
    dim(about, look),
  ])

const said = async ({ summary }: Verb): Promise<string> => (typeof summary === 'string' ? summary : summary())

export async function overview(all: readonly (Verb | LaterVerb)[], look: Look): Promise<string> {
  const rows = await Promise.all(
    all.map(loaded).map(async (later) => {
      const verb = await later
      return [`  ${bold(verb.name, look)} ${verb.usage}`.trimEnd(), await said(verb)]
    }),
  )
  return [
    'baton <verb> [arguments] [options]',
    '',
    columns(rows),
    '',
    'For all verbs:',
    columns(optionRows(GLOBAL, look)),
    '',
    'More on one: baton help <verb>',
  ].join('\n')
}

export async function helpFor(verb: Verb, look: Look): Promise<string> {
  const own = optionRows((await verb.options?.()) ?? {}, look)
  const notes = (verb.notes?.() ?? []).map(([what, about]) => [`    ${what}`, dim(about, look)])
  return [
    `baton ${verb.name} ${verb.usage}`.trimEnd(),
    `  ${await said(verb)}`,
    ...(own.length === 0 ? [] : ['', 'Options:', columns(own)]),
    ...(notes.length === 0 ? [] : [columns(notes)]),
    '',
    'For all verbs: --dir --as --key --dry-run --json --quiet --no-color --timeout',
    '',
    'For example:',
    ...verb.examples.map((example) => `  ${example}`),
  ].join('\n')
}
