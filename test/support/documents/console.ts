/** Runs the `console` blocks of a document, and compares what their commands print with what stands below them. */
import { spawnSync } from 'node:child_process'
import { alike, difference, NO_NAMES, renewed, translated, type Names } from './alike.ts'
import type { Block, Document } from './markdown.ts'
import { openTerminal, type Printed, type Terminal } from './terminal.ts'

interface Step {
  readonly command: string
  /** Where the command stands: `README.md:12`. */
  readonly where: string
  /** Where what it prints begins. */
  readonly below: number
  readonly shown: readonly string[]
}

export interface Outcome {
  readonly steps: number
  readonly problems: readonly string[]
  /** The document with what the commands printed now. */
  readonly text: string
}

export const isConsole = (block: Block): boolean => block.info[0] === 'console'

export interface ConsoleOptions {
  readonly patienceMs?: number
}

export async function followed(document: Document, { patienceMs }: ConsoleOptions = {}): Promise<Outcome> {
  const blocks = document.blocks.filter(isConsole)
  const lines = [...document.lines]
  const problems: string[] = []
  let steps = 0
  // What is written changes how many lines there are: where the next ones stand now.
  let moved = 0
  let terminal: Terminal | undefined
  let names = NO_NAMES

  async function leave(line: number): Promise<void> {
    const left = (await terminal?.close()) ?? 0
    if (left > 0) problems.push(`${document.file}:${line}: ${left} commands are left running in the background`)
    terminal = undefined
    names = NO_NAMES
  }

  try {
    for (const block of blocks) {
      if (block.info[1] === 'fresh') await leave(block.line)
      // It says what the machine may lack; what it shows is run wherever that is there.
      if (!neededBy(block).every(isInstalled)) continue
      terminal ??= openTerminal(patienceMs)
      for (const step of stepsOf(document.file, block)) {
        const { problem, shown, known } = await taken(step, terminal, names)
        steps += 1
        if (problem !== undefined) problems.push(`${step.where}: ${problem}`)
        lines.splice(step.below - 1 + moved, step.shown.length, ...shown)
        moved += shown.length - step.shown.length
        names = known
      }
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  await leave(document.lines.length)
  return { steps, problems, text: lines.join('\n') }
}

/** `console needs jq`: programs that not every machine has. */
const neededBy = ({ info }: Block): readonly string[] =>
  info.includes('needs') ? info.slice(info.indexOf('needs') + 1) : []

const isInstalled = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

function stepsOf(file: string, block: Block): Step[] {
  const wrong = (i: number, what: string): never => {
    throw new Error(`${file}:${block.line + i}: ${what}`)
  }
  if (!/^console( fresh)?( needs( [a-z]+)+)?$/.test(block.info.join(' '))) wrong(-1, `what is ${block.info.join(' ')}?`)
  const steps: Step[] = []
  for (let i = 0; i < block.lines.length;) {
    const first = i
    const line = block.lines[i++] as string
    if (!line.startsWith('$ ')) wrong(first, `a console block begins with a command: ${line}`)
    const command = [line.slice(2)]
    while (command.at(-1)?.endsWith('\\') === true && i < block.lines.length) command.push(block.lines[i++] as string)
    // What the shell asks for with `> `: a here-document, or a quotation that goes on.
    while (block.lines[i]?.startsWith('> ') === true) command.push((block.lines[i++] as string).slice(2))
    const below = i
    while (i < block.lines.length && block.lines[i]?.startsWith('$ ') === false) i += 1
    steps.push({
      command: command.join('\n'),
      where: `${file}:${block.line + first}`,
      below: block.line + below,
      shown: block.lines.slice(below, i),
    })
  }
  return steps
}

async function taken(
  { command, where, shown }: Step,
  terminal: Terminal,
  names: Names,
): Promise<{ readonly problem?: string; readonly shown: readonly string[]; readonly known: Names }> {
  const ran = await terminal.run(translated(command, names)).catch((error: unknown) => {
    throw new Error(`${where}: ${command}: ${error instanceof Error ? error.message : String(error)}`)
  })
  const printed = linesOf(ran)
  const ends = endOf(ran)
  const foreseen = shown.filter((text) => /^\[exit \d+\]$/.test(text))
  const known = alike(
    shown.filter((text) => !foreseen.includes(text)),
    printed,
    names,
  )
  if (known !== undefined && foreseen.length === ends.length && foreseen.every((text) => text === ends[0])) {
    return { shown, known }
  }
  const unclear = printed.find((text) => /^(\$ |> |```|\.\.\.$|\[exit )/.test(text))
  if (unclear !== undefined) throw new Error(`${where}: ${command} prints what a document cannot show: ${unclear}`)
  const now = [...printed, ...ends]
  const fresh = renewed(shown, now, names)
  return {
    problem: `$ ${command}\n${difference(shown, now)}`,
    shown: fresh.lines,
    known: fresh.names,
  }
}

const linesOf = ({ output }: Printed): string[] => (output === '' ? [] : output.replace(/\n$/, '').split('\n'))
const endOf = ({ code }: Printed): string[] => (code === 0 ? [] : [`[exit ${code}]`])
