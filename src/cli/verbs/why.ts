import { isBatonError, nearest, type Hub, type Why, type WhyStep, type WhySubject } from '../../exports.ts'
import { ago, bold, columns, dim, red, visible, type Look } from '../print.ts'
import { idsOf } from '../named.ts'
import type { wholeId } from '../prefix.ts'
import { isUnknown } from '../unknown.ts'
import { EXIT, UsageError } from '../usage.ts'
import type { VerbBody } from '../verb.ts'

export const why: VerbBody = {
  more: '<what> is the id of a task, message, run, session, group or commit, or a position; task:t1 says which is meant.',
  examples: [
    'baton why t1',
    'baton why run:r1',
    'baton why message:01JD3V8Q6N4T2R5W7X9Y0Z1A2B --json',
    'baton why 7',
    "baton why '#7'",
  ],
  async run({ positionals, look, reader, signal }) {
    const [word = ''] = positionals
    const answer = await explained(await reader(), word, signal)
    return { json: answer, text: columns(answer.steps.map((step) => row(step, look))) }
  },
}

const row = ({ position, at, by, cmd, key, text, void: lost }: WhyStep, look: Look): string[] => [
  lost !== undefined ? red('void', look) : position === undefined ? '' : dim(`#${position}`, look),
  ago(at, look),
  bold(by.run === undefined ? (by.id ?? by.kind) : `${by.id ?? by.kind}/${by.run}`, look),
  `${visible(text)}  ${dim(key === undefined ? `(${cmd})` : `(${cmd}, key ${visible(key)})`, look)}`,
]

/** `task:t1` says what it is, `#810` means the commit that stands there; anything else is looked for everywhere. */
async function explained(hub: Hub, word: string, signal: AbortSignal): Promise<Why> {
  const [, kind, named] = /^(task|message|run|session|group|commit):(.+)$/.exec(word) ?? []
  if (kind !== undefined && named !== undefined) {
    return ofKind(hub, kind, named, signal)
  }
  if (word.startsWith('#')) {
    const commit = await commitAt(hub, word.slice(1), signal)
    if (commit === undefined) throw new UsageError(`nothing stands at ${word}`, endOf(hub), EXIT.notFound)
    return hub.why({ commit }, { signal })
  }
  return ofAnyKind(hub, word, signal)
}

async function ofKind(hub: Hub, kind: string, id: string, signal: AbortSignal): Promise<Why> {
  try {
    return await hub.why({ [kind]: id } as unknown as WhySubject, { signal })
  } catch (error) {
    const kinds = [(['message', 'run', 'commit'] as const).filter((each) => each === kind)]
    const whole = isUnknown(error) ? await begunWith(hub, kinds, id, signal) : undefined
    if (whole === undefined) throw error
    return hub.why(whole, { signal })
  }
}

async function begunWith(
  hub: Hub,
  kinds: Parameters<typeof wholeId>[1],
  id: string,
  signal: AbortSignal,
): Promise<WhySubject | undefined> {
  const found = await (await import('../prefix.ts')).wholeId(hub, kinds, id, signal)
  return found && ({ [found.kind]: found.id } as unknown as WhySubject)
}

const endOf = (hub: Hub): string => `The newest event is #${hub.head.position}.`

/** The commit that holds a position; undefined where no event stands there, or where it is no number. */
async function commitAt(hub: Hub, text: string, signal: AbortSignal): Promise<string | undefined> {
  const position = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (position === 0 || position > hub.head.position) return undefined
  for await (const { commit } of hub.log({ after: position - 1, signal })) return commit
  return undefined
}

async function ofAnyKind(hub: Hub, id: string, signal: AbortSignal): Promise<Why> {
  const holder = await commitAt(hub, id, signal)
  // No view lists the commits: whether there is one is what the answer about it tells.
  const ofCommit = await ifThere(hub.why({ commit: id }, { signal }))
  const hits: { readonly called: string; readonly answer: () => Promise<Why> }[] = []
  const hit = (called: string, subject: WhySubject): void => {
    hits.push({ called, answer: () => hub.why(subject, { signal }) })
  }
  if ((await hub.task(id)) !== undefined) hit(`task:${id}`, { task: id })
  if ((await hub.message(id)) !== undefined) hit(`message:${id}`, { message: id })
  if ((await hub.runs.get(id)) !== undefined) hit(`run:${id}`, { run: id })
  if ((await hub.session(id)) !== undefined) hit(`session:${id}`, { session: id })
  if (id.includes('/') && (await hub.group(id)) !== undefined) hit(`group:${id}`, { group: id })
  if (ofCommit !== undefined) hits.push({ called: `commit:${id}`, answer: () => Promise.resolve(ofCommit) })
  if (holder !== undefined) hit(`'#${id}'`, { commit: holder })
  const [first, ...more] = hits
  if (first === undefined) {
    const whole = await begunWith(hub, [['message', 'run'], ['commit']], id, signal)
    return whole === undefined ? absent(hub, id) : hub.why(whole, { signal })
  }
  if (more.length === 0) return first.answer()
  const called = hits.map((each) => each.called)
  throw new UsageError(
    `${id} means ${called.length} things`,
    `Say which: ${called.map((name) => `baton why ${name}`).join(', ')}`,
  )
}

async function ifThere(answer: Promise<Why>): Promise<Why | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isBatonError(error, 'UNKNOWN_COMMIT')) return undefined
    throw error
  }
}

async function absent(hub: Hub, id: string): Promise<never> {
  const near = nearest(id, [...new Set([...(await idsOf(hub.tasks)), ...(await idsOf(hub.sessions))])])
  throw new UsageError(
    `nothing is called ${id}: no task, message, run, commit or session`,
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'See what there is: baton log',
    EXIT.notFound,
  )
}
