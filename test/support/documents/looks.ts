/** What is checked of a document without running it. */
import fs from 'node:fs'
import path from 'node:path'
import { GLOBAL } from '../../../src/cli/help.ts'
import { loaded } from '../../../src/cli/verb.ts'
import { verbs } from '../../../src/cli/verbs/catalog.ts'
import { isConsole } from './console.ts'
import { readDocument, ROOT, type Document, type Mention } from './markdown.ts'

/** Lines that stand outside of console blocks though they look like commands, and why they may. */
export interface Exception {
  readonly file: string
  readonly lines: readonly string[]
  readonly why: string
}

const at = ({ file }: Document, line: number, problem: string): string => `${file}:${line}: ${problem}`

/** At the beginning of a line or of a command behind another one, with or without variables set for it. */
const COMMAND = /(?:^|[;&|(]) *(?:\$ )?(?:[A-Z_]+=\S* +)*(?:npm|npx|baton)(?: |$)/

/** Command lines that nobody runs. */
export const strayCommands = (document: Document, exceptions: readonly Exception[]): string[] =>
  document.blocks
    .filter((block) => !isConsole(block) && !isTypescript(block.info))
    .flatMap(({ line, lines }) =>
      lines.flatMap((text, i) =>
        COMMAND.test(text) &&
        !exceptions.some(({ file, lines: some }) => file === document.file && some.includes(commandOf(text)))
          ? [at(document, line + i, `a command that nobody runs; make it a console block: ${text}`)]
          : [],
      ),
    )

/** Without the remark behind it. */
export const commandOf = (line: string): string => line.replace(/ +#.*$/, '').trim()

/** `npm run ...` of a script that there is not. */
export function unknownScripts(document: Document): string[] {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
  return document.lines.flatMap((text, i) =>
    [...text.matchAll(/\bnpm run (?:-\S+ )*([\w:]+)/g)]
      .filter(([, script]) => !Object.hasOwn(scripts, script as string))
      .map(([, script]) => at(document, i + 1, `package.json has no script ${script}`)),
  )
}

const isTypescript = ([language]: readonly string[]): boolean => language === 'ts' || language === 'typescript'

/** Typescript that is no part of a program that is compiled and run. */
export function strayExcerpts(document: Document, examples = allExamples()): string[] {
  return document.blocks
    .filter(({ info }) => isTypescript(info))
    .flatMap(({ line, lines }) => {
      const excerpt = meant(lines)
      const best = Math.max(0, ...examples.map((example) => inOrder(excerpt, example)))
      if (best === excerpt.length) return []
      return [at(document, line, `this is in none of the examples from here on: ${excerpt[best]}`)]
    })
}

/** How many lines of the excerpt stand in the example, one behind the other. */
function inOrder(excerpt: readonly string[], example: readonly string[]): number {
  let found = 0
  for (const line of example) if (line === excerpt[found]) found += 1
  return found
}

const meant = (lines: readonly string[]): string[] => lines.map((line) => line.trim()).filter((line) => line !== '')

const allExamples = (): string[][] =>
  fs
    .readdirSync(path.join(ROOT, 'examples'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => meant(fs.readFileSync(path.join(ROOT, 'examples', file), 'utf8').split('\n')))

/** Links that lead nowhere. */
export const deadLinks = (document: Document): string[] =>
  document.links.flatMap(({ line, text }) => {
    if (/^(https?:|mailto:)/.test(text)) return []
    const [to = '', anchor] = text.split('#')
    const file = to === '' ? document.file : path.join(path.dirname(document.file), to)
    if (to !== '' && !fs.existsSync(path.join(ROOT, file))) {
      return [at(document, line, `there is no ${file}`)]
    }
    if (anchor === undefined || !file.endsWith('.md')) return []
    const { anchors } = to === '' ? document : readDocument(file)
    return anchors.has(anchor) ? [] : [at(document, line, `${file} has no heading #${anchor}`)]
  })

/** Files of ours, named amid sentences, that are not there. */
export const deadFiles = (document: Document): string[] =>
  document.codes.flatMap(({ line, text }) =>
    /^(?:src|test|bench|examples|docs)\/[\w./-]*\w\.(?:ts|mjs|md|jsonl?|svg)$/.test(text) &&
    !fs.existsSync(path.join(ROOT, text))
      ? [at(document, line, `there is no ${text}`)]
      : [],
  )

/** `baton ...` amid sentences that is no verb, or has options that it does not take. */
export async function unknownVerbs(document: Document): Promise<string[]> {
  const told = await Promise.all(document.codes.map(async (code) => ({ code, wrong: await mistaken(code) })))
  return told.flatMap(({ code, wrong }) => (wrong === undefined ? [] : [at(document, code.line, wrong)]))
}

async function mistaken({ text }: Mention): Promise<string | undefined> {
  const [program, ...words] = text.split(' ')
  if (program !== 'baton') return undefined
  if (words.length === 0 || words[0] === 'help' || words[0]?.startsWith('<') === true) return undefined
  const verb = verbs.find(({ name }) => name === words.slice(0, name.split(' ').length).join(' '))
  if (verb === undefined) {
    const begun = verbs.some(({ name }) => name.split(' ')[0] === words[0])
    return begun && words.length === 1 ? undefined : `${text}: there is no such verb`
  }
  const options = { ...GLOBAL, ...(await (await loaded(verb)).options?.()) }
  const unknown = words.find(
    (word) => word.startsWith('--') && !Object.hasOwn(options, word.slice(2).split('=')[0] as string),
  )
  return unknown === undefined ? undefined : `${text}: ${verb.name} knows no ${unknown}`
}
