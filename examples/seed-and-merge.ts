/**
 * One run hands what it knows to two child runs, each a process of its own, and takes back what they made of it. What only
 * one side changed needs no word. What both changed needs a strategy: without one the merge is refused, says what stands
 * against what, and changes nothing.
 *
 *   npx tsx examples/seed-and-merge.ts
 */
import { fork } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isBatonError, openHub, type Actor, type Command } from 'agent-baton'

const [, , part, hubDir] = process.argv

/** What each child writes: it sees its seed and its own writes, and nothing that is written elsewhere meanwhile. */
const WRITES: Record<string, Record<string, unknown>> = {
  numbers: { tokens: 4, notes: ['numbers done'], 'parts.numbers': true },
  strings: { tokens: 7, notes: ['strings done'], 'parts.strings': true, title: 'a parser of strings' },
}

async function child(name: string, dir: string): Promise<void> {
  const hub = await openHub({ dir, actor: { kind: 'session', id: 'coder', run: name } })
  await hub.send({ type: 'BeginRun', runId: name })
  const { tokens, notes } = (await hub.state(name).get()).values as { tokens: number; notes: string[] }
  const { tokens: more, notes: mine, ...rest } = WRITES[name] as { tokens: number; notes: string[] }
  const set = { ...rest, tokens: tokens + more, notes: [...notes, ...mine] }
  await hub.send({ type: 'SetState', scope: 'run', id: name, set })
  await hub.send({ type: 'CompleteRun', runId: name, result: { tokens: more } })
  await hub.close()
}

/** The parent run is `work`. */
const set = (values: Record<string, unknown>): Command => ({ type: 'SetState', scope: 'run', id: 'work', set: values })

async function parent(): Promise<void> {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-')), '.baton')
  const coder: Actor = { kind: 'session', id: 'coder' }
  const hub = await openHub({ dir, create: true, actor: coder })
  await hub.as({ kind: 'operator' }).send({ type: 'OpenSession', sessionId: 'coder' })
  await hub.send({ type: 'StartRun', runId: 'work', begin: true })
  await hub.send(set({ title: 'a parser', tokens: 10, notes: ['begun'], secret: 'stays here' }))

  for (const runId of Object.keys(WRITES)) {
    await hub.send({ type: 'StartRun', runId, sessionId: 'coder', parentRunId: 'work' })
    await hub.send({ type: 'SeedChildState', childRunId: runId, exclude: ['secret'] })
  }
  await Promise.all(Object.keys(WRITES).map((name) => runAs(name, dir)))
  // Meanwhile the parent has gone on as well.
  await hub.send(set({ title: 'the parser' }))

  // Counters add up by what each has added, lists are joined; `title` has no strategy yet.
  const strategies = { tokens: 'sum', notes: 'append' } as const
  for (const childRunId of Object.keys(WRITES)) {
    try {
      await hub.send({ type: 'MergeChildResult', childRunId, strategies })
      console.log(`${childRunId}: merged`)
    } catch (error) {
      if (!isBatonError(error, 'MERGE_CONFLICT')) throw error
      for (const { key, base, ours, theirs } of error.details['conflicts'] as Conflict[])
        console.log(`${childRunId}: ${key} was "${base}", is "${ours}" here and "${theirs}" there`)
      await hub.send({ type: 'MergeChildResult', childRunId, strategies: { ...strategies, title: 'ours' } })
      console.log(`${childRunId}: merged, with our own title`)
    }
  }

  console.log('\nstate of the run, and where each value comes from:')
  const { entries } = await hub.state('work').get()
  for (const [key, { value, version, provenance }] of Object.entries(entries)) {
    const source = provenance?.mergedFrom === undefined ? 'written here' : `merged from ${provenance.mergedFrom}`
    console.log(`  ${key} = ${JSON.stringify(value)} (version ${version}, ${source})`)
  }
  await hub.close()
}

/** The values are any JSON; here they are titles. */
interface Conflict {
  readonly key: string
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/** This file again, as another process. */
const runAs = (name: string, dir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => (code === 0 ? resolve() : reject(new Error(`${name} failed`)))
    fork(import.meta.filename, [name, dir]).once('exit', ended)
  })

await (part === undefined || hubDir === undefined ? parent() : child(part, hubDir))

/* Prints
numbers: merged
strings: title was "a parser", is "the parser" here and "a parser of strings" there
strings: merged, with our own title

state of the run, and where each value comes from:
  notes = ["begun","numbers done","strings done"] (version 3, merged from strings)
  parts.numbers = true (version 1, merged from numbers)
  parts.strings = true (version 1, merged from strings)
  secret = "stays here" (version 1, written here)
  title = "the parser" (version 2, written here)
  tokens = 21 (version 3, merged from strings)
*/
