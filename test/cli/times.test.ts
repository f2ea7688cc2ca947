/** Times as a person reads them: an age where it is looked at once, the clock where it stays on the screen. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shell, type Shell } from '../support/baton.ts'

let dir: string
let baton: Shell
beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  // Nine hours ahead all year.
  baton = shell(dir, { TZ: 'Asia/Tokyo' })
  await baton.ok('init')
  await baton.ok('session', 'open', 'planner', '--as', 'operator')
  await baton.ok('session', 'open', 'coder', '--as', 'planner', '--lease', '90m')
  await baton.ok('task', 'open', 't1', '--owner', 'coder', '--as', 'planner')
  await baton.ok('handoff', 't1', 'planner', '--offer', '--expires', '1h', '--as', 'coder')
  await baton.ok('run', 'start', 'r1', '--worktree', 'w', '--branch', 'b', '--as', 'coder')
  await baton.ok('send', 'coder', 'the old one', '--reply-within', '1h', '--as', 'planner')
})
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }))

/** As the clock in Tokyo shows it. */
const inTokyo = (at: string): string =>
  new Date(Date.parse(at) + 9 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')

type Held = Readonly<Record<string, string> & { offer: { expiresAt: string }; leaseUntil: string; replyBy: string }>

test('what is shown alone has readable names and local times', async () => {
  const task = await baton.json<Held>('task', 'show', 't1')
  const text = await baton.ok('task', 'show', 't1')
  expect(text).toMatch(/^id +t1\n/)
  expect(text).toMatch(new RegExp(`^opened +${inTokyo(String(task['openedAt']))} \\(\\d+s ago\\)$`, 'm'))
  expect(text).toMatch(new RegExp(`^offer +.*to planner.*expires ${inTokyo(task.offer.expiresAt)} \\(in 59m\\)`, 'm'))
  expect(text).toMatch(/^position +#\d+$/m)

  const session = await baton.json<Held>('session', 'show', 'coder')
  const shown = await baton.ok('session', 'show', 'coder')
  expect(shown).toMatch(/^root session +coder$/m)
  expect(shown).toMatch(/^lease +90m$/m)
  expect(shown).toMatch(new RegExp(`^lease until +${inTokyo(session.leaseUntil)} \\(in 1h\\)$`, 'm'))
  expect(shown).toMatch(/^takes part in +t1$/m)

  const run = await baton.ok('run', 'show', 'r1')
  expect(run).toMatch(/^background +no$/m)
  expect(run).toMatch(/^worktree +path .*\/w, branch b$/m)
  expect(run).not.toMatch(/[{}]/)

  const [first] = await baton.json<{ id: string }[]>('inbox', 'coder')
  const id = first?.id ?? ''
  const message = await baton.json<Held>('show', id)
  expect(await baton.ok('show', id)).toMatch(new RegExp(`^reply by +${inTokyo(message.replyBy)} \\(in 59m\\)$`, 'm'))
  const [event] = await baton.lines<{ at: string }>('log', '-n', '1')
  expect(await baton.ok('show', '1')).toMatch(new RegExp(`^at +${inTokyo(event?.at ?? '')} \\(\\d+s ago\\)$`, 'm'))

  for (const each of [text, shown, run]) expect(each).not.toMatch(/^[a-z]+[A-Z]|\dT\d\d:/m)
})

test('what is followed has the time of the clock', async () => {
  const [first] = await baton.lines<{ at: string }>('log', '-n', '1')
  const { stdout } = await baton('log', '--follow', '--timeout', '500ms')
  // With its date where midnight is between.
  const time = inTokyo(first?.at ?? '')
  expect(stdout).toMatch(new RegExp(`^#1  (${time.slice(0, 10)} )?${time.slice(11)}  operator `))
  expect(await baton.ok('log', '-n', '2')).toMatch(/^#1 {2}\d+[sm] ago {2}operator /)
  const inbox = await baton('inbox', 'coder', '--follow', '--timeout', '500ms')
  expect(inbox.stdout).toMatch(/^planner {2}message {2}(\S+ )?\d\d:\d\d:\d\d {2}/)
  expect(inbox.stdout + stdout).not.toMatch(/ ago/)
})

test('-n 0 with --follow shows only what comes', async () => {
  let isOver = false
  const following = Promise.all([
    baton('inbox', 'coder', '-n', '0', '--follow', '--timeout', '3s'),
    baton('log', '-n', '0', '-f', '--timeout', '3s'),
  ]).finally(() => (isOver = true))
  // Nobody says when they are at it: something new comes all the time.
  while (!isOver) await baton.ok('send', 'coder', 'a new one', '--as', 'planner')
  for (const { stdout } of await following) {
    expect(stdout).toContain('a new one')
    expect(stdout).not.toMatch(/the old one|opened/)
  }
})

test('-n 2 with --follow shows the last two of what is asked for, and then what comes', async () => {
  const said = (text: string): Promise<string> => baton.ok('send', 'reader', text, '--as', 'planner')
  await baton.ok('session', 'open', 'reader', '--as', 'operator')
  for (const text of ['one', 'two', 'three']) await said(text)
  await baton.ok('task', 'open', 't9', '--title', 'of no interest', '--as', 'planner')
  let isOver = false
  const following = Promise.all([
    baton('inbox', 'reader', '-n', '2', '--follow', '--json', '--timeout', '3s'),
    baton('log', '-n', '2', '-f', '--type', 'MessageSent', '--actor', 'planner', '--json', '--timeout', '3s'),
    baton('log', 'mailbox-session-reader', '-n', '7', '-f', '--json', '--timeout', '3s'),
  ]).finally(() => (isOver = true))
  while (!isOver) await said('a new one')
  const [inbox, sent, delivered] = (await following).map(({ stdout }) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { body?: string; type?: string; data?: { body?: string } }),
  )
  // Between their start and their first look something may have come already.
  const bodies = [inbox?.map(({ body }) => body), sent?.map(({ data }) => data?.body)]
  for (const shown of bodies) {
    expect(shown?.join(' ')).toMatch(/^(two three|three a new one|a new one a new one)( a new one)+$/)
  }
  // There were no seven.
  expect(delivered?.slice(0, 3).map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'MessageDelivered'))
})

test('-n 0 alone is refused', async () => {
  for (const verb of [['log'], ['inbox', 'coder'], ['task', 'list']]) {
    expect(await baton(...verb, '-n', '0')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/-n 0 would show nothing\n {2}-n <count>, from 1/) as string,
    })
  }
})
