import { clearSuspect } from '../../exports.ts'
import { checks } from '../doctor/checks.ts'
import { counted, type Trouble } from '../doctor/check.ts'
import type { Facts } from '../doctor/facts.ts'
import { logDirectory, readFacts } from '../doctor/read.ts'
import { LOG_FINDINGS, type Severity } from '../log-findings.ts'
import { isTerminal } from '../output.ts'
import { bold, cyan, dim, green, red, visible, yellow, type Look } from '../print.ts'
import { noDryRun } from '../show.ts'
import { EXIT, UsageError } from '../usage.ts'
import type { Answer, Given, VerbBody } from '../verb.ts'

export const doctor: VerbBody = {
  more: 'Changes nothing, but with --clear-suspect. Exit 6 with findings.',
  options: () => ({
    'clear-suspect': { type: 'boolean', about: 'a sync of the log failed, the disk was seen to: write again' },
  }),
  examples: ['baton doctor', 'baton doctor --json', 'baton doctor --clear-suspect'],
  async run({ given, look, where, signal }) {
    noDryRun(given, 'doctor')
    const dir = where()
    const facts = await readFacts(dir, given, signal)
    return given['clear-suspect'] === true ? goOn(facts, given, signal) : diagnosis(facts, look)
  },
}

interface Found extends Trouble {
  readonly check: string
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'hint']

function diagnosis(facts: Facts, look: Look): Answer {
  const all: Found[] = checks.flatMap(({ name, find }) => find(facts).map((trouble) => ({ check: name, ...trouble })))
  const findings = SEVERITIES.flatMap((severity) => all.filter((each) => each.severity === severity))
  const skipped = checks.filter(({ needsHub }) => needsHub === true && facts.hub === undefined).map(({ name }) => name)
  const isSerious = findings.some(({ severity }) => severity !== 'hint')
  return {
    json: {
      dir: facts.dir,
      ...(facts.hub && { position: facts.hub.position }),
      checked: checks.length - skipped.length,
      skipped,
      findings: findings.map(({ check, severity, what, cure, type = [] }) => ({ check, severity, what, cure, type })),
    },
    text: [...findings.map((each) => told(each, look)), summary(findings, skipped, look)].join('\n\n'),
    exit: isSerious ? EXIT.findings : EXIT.ok,
  }
}

const PAINT = { error: red, warning: yellow, hint: cyan } as const

/** What is wrong; what to do; and that to type, on lines of its own. */
function told({ check, severity, what, cure, type = [] }: Found, look: Look): string {
  const margin = ' '.repeat(9)
  return [
    `${PAINT[severity](severity.padEnd(7), look)}  ${visible(what)} ${dim(`(${check})`, look)}`,
    `${margin}${visible(cure)}`,
    ...type.map((line) => `${margin}  ${bold(visible(line), look)}`),
  ].join('\n')
}

function summary(findings: readonly Found[], skipped: readonly string[], look: Look): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const n = findings.filter((each) => each.severity === severity).length
    return n === 0 ? [] : [counted(n, severity)]
  })
  const of = `of ${checks.length - skipped.length} checks`
  const head =
    counts.length === 0 ? `${green('All is well', look)}: nothing found by any ${of}` : `${counts.join(', ')}, ${of}`
  if (skipped.length === 0) return head
  return `${head}\nThe hub could not be opened; not looked at: ${skipped.join(', ')}`
}

// ---- going on after a failed sync

async function goOn({ suspect, log, dir }: Facts, given: Given, signal: AbortSignal): Promise<Answer> {
  if (suspect === undefined) return { json: { cleared: false }, text: 'nothing is suspect: there is nothing to clear' }
  const bad =
    log === undefined
      ? 'it cannot be read'
      : log.findings.find(({ kind }) => LOG_FINDINGS[kind].severity === 'error')?.message
  if (bad !== undefined)
    throw new UsageError(`the log is not well: ${bad}`, 'See what to do: baton doctor', EXIT.refused)
  if (given['yes'] !== true && !(await isMeant(suspect, signal))) {
    return { json: { cleared: false, suspect }, text: 'left as it is', exit: EXIT.refused }
  }
  clearSuspect(logDirectory(dir))
  return { json: { cleared: true, suspect }, text: `cleared: ${visible(suspect)}\n  The hub can be written again.` }
}

async function isMeant(suspect: string, signal: AbortSignal): Promise<boolean> {
  if (!isTerminal(0)) throw new UsageError('nobody is there to be asked', 'Say so: baton doctor --clear-suspect --yes')
  // Without its own handling of keys, Ctrl-C stays what it is.
  const { createInterface } = await import('node:readline/promises')
  const line = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    const said = await line.question(
      `A sync of this log failed: ${visible(suspect)}\nWhat was told to be durable may be lost with the power. Was the disk seen to, and go on? [y/N] `,
      { signal },
    )
    return /^y(es)?$/i.test(said.trim())
  } finally {
    line.close()
  }
}
