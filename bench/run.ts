/** npm run bench [-- <row>...] [--quick] [--json FILE] [--cpu-prof DIR] [--hub DIR] */
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { machineFacts, type Facts } from './facts.ts'
import { measureRow, type Effort, type Row } from './harness.ts'
import { installPeers } from './install-peers.ts'
import { callersDisk } from './rows/callers-disk.ts'
import { callersOs } from './rows/callers-os.ts'
import { delivery } from './rows/delivery.ts'
import { eightPaced } from './rows/eight-paced.ts'
import { eightProcesses } from './rows/eight-processes.ts'
import { eventStores } from './rows/event-stores.ts'
import { fold } from './rows/fold.ts'
import { install } from './rows/install.ts'
import { million } from './rows/million.ts'
import { oneStream } from './rows/one-stream.ts'
import { oneWriter } from './rows/one-writer.ts'
import { verbs } from './rows/verbs.ts'
import { wholeCommand } from './rows/whole-command.ts'
import { lineOf, tableOf, type Line } from './table.ts'

const ROWS: readonly Row[] = [
  oneWriter,
  eightProcesses,
  eightPaced,
  callersDisk,
  callersOs,
  wholeCommand,
  delivery,
  fold,
  oneStream,
  eventStores,
  verbs,
  million,
  install,
]
const FULL: Effort = { rounds: 5, ms: 2_000, commits: 1_000_000 }
const QUICK: Effort = { rounds: 3, ms: 300, commits: 100_000 }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    json: { type: 'string' },
    'cpu-prof': { type: 'string' },
    hub: { type: 'string' },
  },
})

async function main(): Promise<void> {
  const rows = chosen(positionals)
  const effort: Effort = {
    ...(values.quick === true ? QUICK : FULL),
    ...(values.hub !== undefined && { hub: path.resolve(values.hub) }),
  }
  const facts = machineFacts()
  if (facts.fileSystem === 'tmpfs') throw new Error(`${facts.dir} is not on a disk: set TMPDIR to a directory that is`)
  console.log(factsText(facts, effort))

  const needsPeers = rows.some((row) => Object.values(row.sides).some(({ worker }) => worker.startsWith('peers/')))
  const whyNoPeers = needsPeers ? installPeers() : ''
  if (whyNoPeers !== '') console.log(`Without peers: ${whyNoPeers}`)
  const profile = values['cpu-prof']
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profile)}`]

  const lines: Line[] = []
  const rounds: Record<string, unknown> = {}
  for (const row of rows) {
    const started = performance.now()
    const figures = await measureRow(row, effort, whyNoPeers === '', execArgv)
    rounds[row.name] = figures
    lines.push(...row.lines.map((line) => lineOf(line, figures, whyNoPeers)))
    console.error(`${row.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  console.log(`\n${tableOf(lines)}`)
  const file = save({ facts, effort, lines, rounds })
  console.error(`\n${file}`)
}

function chosen(names: readonly string[]): readonly Row[] {
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name))
  if (unknown.length > 0) {
    throw new Error(`no row ${unknown.join(', ')}; there are ${ROWS.map(({ name }) => name).join(', ')}`)
  }
  return names.length === 0 ? ROWS : ROWS.filter(({ name }) => names.includes(name))
}

function factsText(
  { cpu, cores, memoryGb, kernel, node, dir, fileSystem, load, commit }: Facts,
  effort: Effort,
): string {
  return [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${kernel}, node ${node}, load ${load.join(' ')}`,
    `${dir} on ${fileSystem}; commit ${commit}; ${effort.rounds} rounds of ${effort.ms} ms a side, in turn`,
  ].join('\n')
}

function save(result: { readonly facts: Facts; readonly [part: string]: unknown }): string {
  const name = `${result.facts.at.replaceAll(':', '-')}.json`
  const file = path.resolve(values.json ?? path.join(import.meta.dirname, 'results', name))
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`)
  return file
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
