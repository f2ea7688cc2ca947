/**
 * What newcomers do wrong, each with the exit code that says what kind of mistake it was, and with the line that the answer
 * proposes instead, which is typed as it stands.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { perform, prepare, type Step } from '../support/prepared.ts'
import { typing } from '../support/typed.ts'

interface Mistake {
  readonly line: string
  readonly exit: number
  /** Of what is said, beside the line to type. */
  readonly says: RegExp
  /** The line that is to be typed instead; undefined where only the person knows what was meant. */
  readonly instead?: string
  /** What stands for the words that only the person knows. */
  readonly fill?: Readonly<Record<string, string>>
  /** How the line ends that is proposed, where not well, and why. */
  readonly ends?: readonly [exit: number, why: string]
  readonly before?: readonly Step[]
  /** In a directory where no hub is. */
  readonly outside?: true
}

const closedTask: Step = ['coder', { type: 'CloseTask', taskId: 't1', outcome: 'done' }]
const closedCoder: Step = ['operator', { type: 'CloseSession', sessionId: 'coder', outcome: 'done', force: true }]

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'an unknown recipient': {
    line: 'baton send codr hi --as planner',
    exit: 3,
    says: /there is no session codr/,
    instead: 'baton send coder hi --as planner',
  },
  'an unknown recipient, in full': {
    line: 'baton send session:codr hi --as planner',
    exit: 3,
    says: /Did you mean coder/,
    instead: 'baton send session:coder hi --as planner',
  },
  'an unknown actor': {
    line: 'baton send coder hi --as plannr',
    exit: 3,
    says: /there is no session plannr/,
    instead: 'baton send coder hi --as planner',
  },
  'an actor that was never opened': {
    line: 'baton send coder hi --as gardening',
    exit: 3,
    says: /there is no session gardening/,
    instead: 'baton session open gardening --as operator',
  },
  'a session that is not there, looked at': {
    line: 'baton session show gardening',
    exit: 3,
    says: /there is no session gardening/,
    instead: 'baton session list --all',
  },
  'a mailbox that is not there': {
    line: 'baton inbox codr',
    exit: 3,
    says: /there is no session codr/,
    instead: 'baton inbox coder',
  },
  'an unknown task': {
    line: 'baton task join t2 --as planner',
    exit: 3,
    says: /there is no task t2/,
    instead: 'baton task join t1 --as planner',
  },
  'a task that was never opened': {
    line: 'baton task join roadmap --as planner',
    exit: 3,
    says: /there is no task roadmap/,
    instead: 'baton task open roadmap --title <title> --as planner',
    fill: { '<title>': 'roads' },
  },
  'an unknown task, looked at': {
    line: 'baton task show roadmap',
    exit: 3,
    says: /there is no task roadmap/,
    instead: 'baton task list --all',
  },
  'an unknown run, looked at': {
    line: 'baton run tree r9',
    exit: 3,
    says: /there is no run r9/,
    instead: 'baton run tree r1',
  },
  'an unknown run': {
    line: 'baton run suspend r9 --as coder',
    exit: 3,
    says: /there is no run r9/,
    instead: 'baton run suspend r1 --as coder',
  },
  'an unknown group, looked at': {
    line: 'baton group show planner/reviewer',
    exit: 3,
    says: /there is no group planner\/reviewer/,
    instead: 'baton group show planner/reviewers',
  },
  'an unknown group': {
    line: 'baton group add reviewer coder --as planner',
    exit: 3,
    says: /there is no group planner\/reviewer/,
    instead: 'baton group add planner/reviewers coder --as planner',
  },
  'an answer to nothing': {
    line: 'baton reply 01JNOTTHERE hi --as coder',
    exit: 3,
    says: /there is no message 01JNOTTHERE/,
    instead: 'baton log --type MessageSent',
  },
  'nothing to acknowledge': {
    line: 'baton ack 01JNOTTHERE --as coder',
    exit: 3,
    says: /there is no message 01JNOTTHERE/,
    instead: 'baton log --type MessageSent',
  },
  'nothing at a position': { line: 'baton show 9999', exit: 3, says: /The newest event is #\d+/ },
  'nothing of that name': {
    line: 'baton why gardening',
    exit: 3,
    says: /nothing is called gardening/,
    instead: 'baton log',
  },
  'a key that is not there': {
    line: 'baton state planner gardening',
    exit: 3,
    says: /has no key gardening/,
    instead: 'baton state planner',
  },

  'no hub here': {
    outside: true,
    line: 'baton inbox planner',
    exit: 3,
    says: /there is no hub in/,
    instead: 'baton init',
  },
  'no hub there': {
    outside: true,
    line: 'baton inbox planner --dir elsewhere',
    exit: 3,
    says: /there is no hub in .*elsewhere/,
    instead: 'baton init --dir elsewhere',
  },
  'a directory below the hub’s': { line: 'mkdir -p a/b && cd a/b && baton inbox coder', exit: 0, says: /^$/ },
  'a hub below another': {
    line: 'mkdir a && cd a && baton init 1>&2',
    exit: 0,
    says: /is another: .*\.baton/,
    instead: 'baton session open <name> --as operator',
    fill: { '<name>': 'x' },
  },
  'a second init': { line: 'baton init 1>&2', exit: 0, says: /there already/ },
  'a hub within a hub': {
    line: 'cd .baton/log && baton init',
    exit: 2,
    says: /this is inside a hub: .*\.baton\n {2}It is for .* and all below\./,
  },

  'a closed task': {
    before: [closedTask],
    line: 'baton task claim t1 --as reviewer',
    exit: 5,
    says: /task t1 is closed: done/,
    instead: 'baton history --task t1',
  },
  'a closed session, written to': {
    before: [closedCoder],
    line: 'baton send coder hi --as planner',
    exit: 5,
    says: /session coder is closed/,
    instead: 'baton session reopen coder --as operator',
  },
  'a closed session, acting': {
    before: [closedCoder],
    line: 'baton send planner hi --as coder',
    exit: 5,
    says: /session coder is closed/,
    instead: 'baton session reopen coder --as operator',
  },
  'a run that has ended': {
    before: [['coder', { type: 'CancelRun', runId: 'r1', reason: 'enough' }]],
    line: 'baton run progress r1 --percent 5 --as coder',
    exit: 5,
    says: /run r1 has been cancelled/,
    instead: 'baton run show r1',
  },
  'a session that is there already': {
    line: 'baton session open coder --as operator',
    exit: 5,
    says: /session coder is there already/,
    instead: 'baton session open coder --as operator --ensure',
  },
  'closing a session that is at work': { line: 'baton session close coder --as operator', exit: 5, says: /--force/ },

  'a wrong option': {
    line: 'baton task list --al',
    exit: 2,
    says: /there is no option --al/,
    instead: 'baton task list --all',
  },
  'an option that nobody has heard of': {
    line: 'baton task list --gardening',
    exit: 2,
    says: /there is no option --gardening/,
    instead: 'baton help task list',
  },
  'an option without its value': {
    line: 'baton send coder hi --as',
    exit: 2,
    says: /--as needs a value/,
    instead: 'baton help send',
  },
  'a value that no option takes': {
    line: 'baton inbox coder --ack=yes',
    exit: 2,
    says: /--ack takes no value/,
    instead: 'baton help inbox',
  },
  'a text that begins with a dash': {
    line: 'baton send coder -5 --as planner',
    exit: 2,
    says: /there is no option -5/,
    instead: 'baton send coder --as planner -- -5',
  },
  'a wrong verb': {
    line: 'baton sned coder hi --as planner',
    exit: 2,
    says: /there is no verb sned/,
    instead: 'baton send coder hi --as planner',
  },
  'a wrong second word': {
    line: 'baton task jion t1 --as planner',
    exit: 2,
    says: /there is no verb task jion/,
    instead: 'baton task join t1 --as planner',
  },
  'a verb that nobody has heard of': {
    line: 'baton photosynthesis',
    exit: 2,
    says: /there is no verb photosynthesis/,
    instead: 'baton help',
  },
  'a noun alone': { line: 'baton task', exit: 2, says: /baton task what\?/, instead: 'baton help task' },
  'no verb at all': { line: 'baton --json', exit: 2, says: /baton what\?/ },
  'a missing argument': {
    line: 'baton handoff t1 --as coder',
    exit: 2,
    says: /<session> is missing\n {2}baton handoff <task> <session> \[text\]\n/,
  },
  'one argument too many': {
    line: 'baton task join t1 reviewer coder --as planner',
    exit: 2,
    says: /"coder" is one word too many\n {2}baton task join <task> \[session\]\n/,
  },
  'words where none belong': {
    line: 'baton session list all',
    exit: 2,
    says: /"all" is one word too many/,
    instead: 'baton session list',
  },
  'a text that is not quoted': {
    line: 'baton send coder please review this --as planner',
    exit: 2,
    says: /"review" is one word too many/,
    instead: "baton send coder 'please review this' --as planner",
  },

  'nobody acts': {
    line: 'baton send coder hi',
    exit: 2,
    says: /who acts\?\n.*BATON_SESSION/,
    instead: 'baton send coder hi --as operator',
  },
  'nobody’s own inbox': { line: 'baton inbox', exit: 2, says: /who acts\?/, instead: 'baton inbox --as operator' },
  'a wrong duration': {
    line: 'baton send coder hi --expires 5x --as planner',
    exit: 2,
    says: /5x is no duration\n {2}For example 30s/,
  },
  'a wrong time': {
    line: 'baton log --at yesterday',
    exit: 2,
    says: /yesterday is no position and no time\n {2}For example 810/,
  },
  'a time before the hub': {
    line: 'baton log --at 2020-01-01',
    exit: 2,
    says: /there was no hub at 2020-01-01T00:00:00\.000Z\n {2}It begins at \d{4}-.*: name a time from then on/,
  },
  'a position before the first': {
    line: 'baton log --at 0',
    exit: 2,
    says: /at position 0 nothing had happened\n {2}The first event is #1/,
  },
  'a position beyond the last': {
    line: 'baton log --at 9999',
    exit: 2,
    says: /there is no position 9999 in this hub\n {2}The newest event is #\d+, of \d{4}-/,
  },
  'no number': { line: 'baton log -n many', exit: 2, says: /many is no number/ },
  'wrong JSON': {
    line: `baton send coder hi --data '{x' --as planner`,
    exit: 2,
    says: /\{x is no JSON: .*\n {2}For example/,
  },
  'a file that is not there': {
    line: 'baton send coder hi --data @nowhere.json --as planner',
    exit: 2,
    says: /nowhere\.json cannot be read/,
  },
  'no key=value': {
    line: 'baton state planner --set phase --as planner',
    exit: 2,
    says: /phase is no key=value\n {2}For example/,
  },
  'a status that there is not': {
    line: 'baton task status t1 done --as coder',
    exit: 2,
    says: /<status>: "done" is none of open, in_progress, blocked/,
    instead: 'baton help task status',
  },
  'an id with a space': {
    line: "baton task open 'my task' --as planner",
    exit: 2,
    says: /<task>: "my task" is no id/,
    instead: 'baton help task open',
  },
  'an empty text': { line: "baton send coder '' --as planner", exit: 2, says: /there is nothing to say/ },
  'no text': {
    line: 'baton send coder --as planner',
    exit: 2,
    says: /there is nothing to say\n {2}Give a text, - to read it from stdin/,
  },
  'stdin with nothing in it': {
    line: 'baton send coder - --as planner < /dev/null',
    exit: 2,
    says: /nothing came in on stdin/,
  },
  'stdin with a text in it': { line: 'echo hello | baton send coder - --as planner', exit: 0, says: /^$/ },

  'one mailbox, where several are meant': {
    line: 'baton send task:t1 hi --as planner',
    exit: 2,
    says: /means several/,
    instead: 'baton broadcast task:t1 <text> --as planner',
    fill: { '<text>': 'hi' },
  },
  'several mailboxes, where one is meant': {
    line: 'baton broadcast coder hi --as planner',
    exit: 2,
    says: /broadcast|mailbox|set/i,
    instead: 'baton send coder <text> --as planner',
    fill: { '<text>': 'hi' },
  },
  'a task of somebody else, handed over': {
    line: 'baton handoff t1 reviewer --as planner',
    exit: 5,
    says: /session planner does not own task t1; coder does/,
    instead: 'baton send owner@task:t1 <text> --as planner',
    fill: { '<text>': 'please' },
  },
  'a task of somebody else, claimed': {
    line: 'baton task claim t1 --as reviewer',
    exit: 5,
    says: /coder owns|owned by coder|owns it|owner/i,
    instead: 'baton send owner@task:t1 <text> --as reviewer',
    fill: { '<text>': 'please' },
  },
  'a task without an offer, accepted': {
    line: 'baton accept t1 --as reviewer',
    exit: 5,
    says: /task t1 is not on offer/,
    instead: 'baton owners t1',
  },
  'a task that one owns, left': {
    line: 'baton task leave t1 --as coder',
    exit: 5,
    says: /baton handoff t1 <session>/,
    instead: 'baton task release t1 --as coder',
  },
  'an epoch of yesterday': {
    line: 'baton task close t1 --epoch 9 --as coder',
    exit: 5,
    says: /is at epoch 1, not 9/,
    instead: 'baton owners t1',
  },
  'the history of a task, named alone': {
    line: 'baton history t1 -n 3',
    exit: 2,
    says: /^baton: t1 is a task: say so\n/,
    instead: 'baton history --task t1 -n 3',
  },
  'the history of a session, named alone': {
    line: 'baton history coder',
    exit: 2,
    says: /^baton: coder is a session: say so\n/,
    instead: 'baton history --session coder',
  },
  'the history of what nobody knows': {
    line: 'baton history gardening',
    exit: 3,
    says: /nothing is called gardening\n {2}One of --task <id>/,
  },
  'the history of one thing, and of another': {
    line: 'baton history t1 --session coder',
    exit: 2,
    says: /"t1" is one word too many\n {2}One of --task <id>/,
  },
  'the history of nothing': { line: 'baton history', exit: 2, says: /the history of what\?\n {2}One of --task/ },
  'a wait for nothing': { line: 'baton wait', exit: 2, says: /wait for what\?/ },
}

let root: string
let typed: ReturnType<typeof typing>
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'))
  typed = typing(root)
  await prepare(path.join(root, 'everything'))
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

let made = 0
async function placeFor({ outside, before = [] }: Mistake): Promise<string> {
  const dir = path.join(root, `m${++made}`, 'project')
  fs.mkdirSync(dir, { recursive: true })
  if (outside === true) return dir
  fs.cpSync(path.join(root, 'everything', '.baton'), path.join(dir, '.baton'), { recursive: true })
  if (before.length > 0) await perform(dir, before)
  return dir
}

/** The last line that can be typed: it stands alone, or behind what it is good for. */
const proposed = (said: string): string | undefined =>
  said
    .trimEnd()
    .split('\n')
    .slice(1)
    .flatMap((line) => /^ {2}(?:.*[:,;] )?(baton .*)$/.exec(line)?.[1] ?? [])
    .at(-1)

test.concurrent.each(Object.entries(MISTAKES))('%s', async (_, mistake) => {
  const { line, exit, says, instead, fill = {}, ends = [0] } = mistake
  const dir = await placeFor(mistake)
  const { code, stdout, stderr } = await typed(line, dir)
  expect({ code, stdout: exit === 0 ? '' : stdout, stderr }).toEqual({
    code: exit,
    stdout: '',
    stderr: expect.stringMatching(says) as string,
  })
  expect(stderr).not.toMatch(/\n +at /)
  if (instead === undefined) {
    // At most how the verb is used.
    expect(proposed(stderr) ?? '<>').toMatch(/[<[]/)
    return
  }
  expect(proposed(stderr)).toBe(instead)
  const typable = Object.entries(fill).reduce((words, [placeholder, word]) => words.replace(placeholder, word), instead)
  const then = await typed(typable, dir)
  expect(then, typable).toMatchObject({ code: ends[0] })
})

test('as JSON a mistake has a code, and nothing is on stdout', async () => {
  const dir = await placeFor(MISTAKES['an unknown recipient'] as Mistake)
  const said = async (line: string): Promise<unknown> => {
    const { stdout, stderr } = await typed(line, dir)
    expect(stdout).toBe('')
    return JSON.parse(stderr)
  }
  expect(await said('baton send codr hi --as planner --json')).toEqual({
    error: {
      code: 'UNKNOWN_SESSION',
      message: 'there is no session codr',
      details: { sessionId: 'codr', nearest: ['coder'] },
      hint: 'Did you mean coder? baton send coder hi --as planner --json',
    },
  })
  expect(await said('baton send coder hi there --json')).toEqual({
    error: {
      code: 'USAGE',
      message: '"there" is one word too many',
      hint: "Quote a text of several words. baton send coder 'hi there' --json",
    },
  })
})
