/** Every example in every verb's help is typed into a shell as it stands, on a hub where it makes sense. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loaded } from '../../src/cli/verb.ts'
import { verbs } from '../../src/cli/verbs/catalog.ts'
import { copyTree } from '../support/copy.ts'
import { EVERYTHING, perform, prepare, SESSIONS, within, type Step } from '../support/prepared.ts'
import { typing, type Answered } from '../support/typed.ts'

const offer: Step = ['coder', { type: 'Handoff', taskId: 't1', to: 'reviewer', mode: 'offer' }]
const released: Step = ['coder', { type: 'ReleaseTask', taskId: 't1' }]
const dispatched: Step = [
  'planner',
  {
    type: 'DispatchRound',
    group: 'reviewers',
    items: [
      { itemId: 'a', session: 'tester' },
      { itemId: 'b', session: 'coder' },
    ],
    fanIn: { mode: 'any' },
  },
]
const ended: Step = ['coder', { type: 'CancelRun', runId: 'r1', reason: 'in the way' }]
const closed: Step = ['operator', { type: 'CloseSession', sessionId: 'coder', outcome: 'done', force: true }]
const reopened: Step = ['operator', { type: 'ReopenSession', sessionId: 'coder' }]
const begun: Step = ['coder', { type: 'BeginRun', runId: 'r2' }]

/** What an example, or every example of a verb, needs beside what there is; or instead of it. */
const BEFORE: Readonly<Record<string, { readonly instead?: readonly Step[]; readonly steps?: readonly Step[] }>> = {
  'session open planner': { instead: [] },
  'session open coder': { instead: SESSIONS.slice(0, 1) },
  'session close coder --successor': { steps: [ended] },
  'session reopen': { steps: [closed] },
  'task open t1': { instead: SESSIONS },
  'task leave': { steps: [['coder', { type: 'Handoff', taskId: 't1', to: 'reviewer' }]] },
  'task claim': { steps: [released] },
  'task assign': { steps: [released] },
  'task status t1 blocked': { steps: [['coder', { type: 'SetTaskStatus', taskId: 't1', status: 'in_progress' }]] },
  accept: { steps: [offer] },
  decline: { steps: [offer] },
  'cancel t1': { steps: [offer] },
  'run start r1': { instead: SESSIONS },
  'run start r2': { instead: [...SESSIONS, ['coder', { type: 'StartRun', runId: 'r1', begin: true }]] },
  'run begin': { instead: [...SESSIONS, ['coder', { type: 'StartRun', runId: 'r1' }]] },
  'run resume': { steps: [['coder', { type: 'SuspendRun', runId: 'r1', reason: 'lunch' }]] },
  'run complete': { steps: [begun] },
  merge: { steps: [begun, ['coder', { type: 'CompleteRun', runId: 'r2' }]] },
  'effect settle': { steps: [['coder', { type: 'RegisterEffect', runId: 'r1', effectId: 'tests' }]] },
  'group settle': { steps: [dispatched] },
  'group checkpoint': { steps: [dispatched] },
  'group cancel': { steps: [dispatched] },
  'group show planner/reviewers --round': { steps: [dispatched] },
  'wait --for task/': { steps: [['coder', { type: 'CloseTask', taskId: 't1', outcome: 'done' }]] },
  'wait --for group/': {
    steps: [dispatched, ['coder', { type: 'SettleItem', group: 'planner/reviewers', itemId: 'b', outcome: 'ok' }]],
  },
  'dead list': { steps: [closed] },
  'dead requeue 01J... --to': { steps: [closed] },
  'dead requeue 01J... 01K...': { steps: [closed] },
  'dead requeue 01J... --mailbox': { steps: [closed, reopened] },
  'dead discard': { steps: [closed] },
}

/** How those end that do not end well, and why that is right. */
const ENDS: Readonly<Record<string, readonly [exit: number, why: string]>> = {
  'baton inbox coder --follow --ack --as coder': [7, 'goes on until somebody stops it: here the time is up'],
  'baton log --type OwnershipTransferred --follow --json': [7, 'goes on until somebody stops it: here the time is up'],
  'baton request reviewer "may I merge?" --within 10m --as coder': [7, 'nobody answers it: the time is up'],
  'baton doctor --clear-suspect': [0, 'there is no mark, so nobody is asked'],
}

let root: string
let typed: ReturnType<typeof typing>
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  typed = typing(root)
  await prepare(path.join(root, 'everything'))
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

const FILES = {
  'notes.md': 'what was found\n',
  'report.json': '{"passed":12}',
  'result.json': '{"tests":12}',
  'seed.json': '{"plan":"tests first"}',
  'items.json': '[{"itemId":"a","session":"coder"},{"itemId":"b","session":"tester"}]',
}

let made = 0
/** A directory with the files that examples name, and a hub as this one wants it. */
async function placeFor(example: string): Promise<string> {
  const dir = path.join(root, `h${++made}`, 'project')
  fs.mkdirSync(dir, { recursive: true })
  for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(dir, name), text)
  if (example.startsWith('baton init') || example.startsWith('baton demo')) return dir
  const [, before = {}] = Object.entries(BEFORE).find(([begin]) => `${example} `.startsWith(`baton ${begin}`)) ?? []
  if (before.instead === undefined) copyTree(path.join(root, 'everything', '.baton'), path.join(dir, '.baton'))
  await perform(dir, [...(before.instead ?? []), ...(before.steps ?? [])])
  return dir
}

/** What no document can know: ids that the hub gave. */
async function filledIn(example: string, dir: string): Promise<string> {
  if (!/01[JK]/.test(example)) return example
  return within(dir, async (hub) => {
    const dead = (await hub.deadLetters()).map(({ messageId }) => messageId)
    const sent: string[] = []
    let commit = ''
    for await (const event of hub.log({ type: 'MessageSent' })) {
      sent.push((event.data as { messageId: string }).messageId)
      commit = event.commit
    }
    const [first = '', second = ''] = dead.length > 0 ? dead : sent
    return example
      .replace(/commit:01J\w+/, `commit:${commit}`)
      .replace(/01J(\.\.\.|\w{10,})/, first)
      .replace('01K...', second)
  })
}

/** Somebody who answers the first question. */
const answered = (dir: string, line: string): Promise<Answered> =>
  within(dir, async (hub) => {
    const stop = new AbortController()
    const asked = (async () => {
      for await (const message of hub.inbox('coder').subscribe({ signal: stop.signal })) {
        if (message.body !== 'which schema?') continue
        await hub.as({ kind: 'session', id: 'coder' }).send({ type: 'SendMessage', inReplyTo: message.id, body: 'v2' })
        return
      }
    })()
    const ran = await typed(line, dir)
    stop.abort()
    await asked.catch(() => undefined)
    return ran
  })

/** They are of another hub, of another day. */
const here = (example: string): string =>
  example
    .replace(/(--at|--diff) \d+[hm](\.\.)?/, '$1 1ms$2')
    .replace(/--to \d{4}-\S+/, `--to ${new Date(Date.now() + 60_000).toISOString()}`)

async function runs(example: string, ...more: readonly string[]): Promise<Answered> {
  const dir = await placeFor(example)
  const line = [here(await filledIn(example, dir)), ...more].join(' ')
  if (/monday/.test(line) && !line.startsWith('baton backup')) await typed('baton backup ~/backups/monday', dir)
  const [exit] = ENDS[example] ?? []
  if (exit === 7) return typed(`${line} --timeout 500ms`, dir)
  return line.startsWith('baton request') ? answered(dir, line) : typed(line, dir)
}

test.concurrent.each(verbs.map((verb) => [verb.name, verb] as const))('the examples of %s', async (_, verb) => {
  for (const example of (await loaded(verb)).examples) {
    const { code, stderr } = await runs(example)
    expect({ code, said: code === (ENDS[example]?.[0] ?? 0) ? '' : stderr }, example).toEqual({
      code: ENDS[example]?.[0] ?? 0,
      said: '',
    })
    expect(stderr, example).not.toMatch(/\n +at /)
  }
})

test('what is said to end otherwise, or to need something before, is an example', async () => {
  const all = (await Promise.all(verbs.map(loaded))).flatMap(({ examples }) => examples)
  expect(Object.keys(ENDS).filter((example) => !all.includes(example))).toEqual([])
  expect(
    Object.keys(BEFORE).filter((begin) => !all.some((example) => `${example} `.startsWith(`baton ${begin}`))),
  ).toEqual([])
  expect(EVERYTHING.length).toBeGreaterThan(SESSIONS.length)
})

/** What programs rely on: which keys there are, and what they hold, two levels deep. */
function shapeOf(value: unknown, depth = 2): unknown {
  if (Array.isArray(value)) return { '[]': value.map((each) => shapeOf(each, depth - 1)).reduce(together, 'empty') }
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  if (depth <= 0) return 'object'
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each, depth - 1)]))
}

/** Of several things of a kind: a key that only some have is there. */
function together(one: unknown, other: unknown): unknown {
  if (typeof one !== 'object' || one === null) return one === 'empty' || typeof other === 'object' ? other : one
  return typeof other === 'object' ? { ...other, ...one } : one
}

/** One document, or one a line. */
function shapeOfAll(printed: string): unknown {
  const lines = printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  return lines.length === 1 ? shapeOf(lines[0]) : { 'a line each': lines.map((line) => shapeOf(line)).reduce(together) }
}

test('--json: the keys of what every verb answers are those of json-shapes.json', async () => {
  const shapes: Record<string, unknown> = {}
  const waiting = [...verbs]
  const next = async (): Promise<void> => {
    for (let verb = waiting.shift(); verb !== undefined; verb = waiting.shift()) {
      const [example = ''] = (await loaded(verb)).examples
      const { code, stdout } = await runs(
        example.replace(/ > \S+/, ''),
        ...(example.includes('--json') ? [] : ['--json']),
      )
      expect({ code, isSilent: stdout === '' }, example).toEqual({ code: 0, isSilent: false })
      shapes[verb.name] = shapeOfAll(stdout)
    }
  }
  await Promise.all([next(), next(), next()])
  const all = Object.fromEntries(verbs.map(({ name }) => [name, shapes[name]]))
  await expect(`${JSON.stringify(all, null, 2)}\n`).toMatchFileSnapshot('json-shapes.json')
})
