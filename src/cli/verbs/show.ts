import type { CommitView, Hub, MessageStatus } from '../../index.ts'
import { describe } from '../describe.ts'
import { AT } from '../moments.ts'
import { bold, columns, dim, stamp, visible, type Look } from '../print.ts'
import { facts } from '../show.ts'
import { EXIT, UsageError } from '../usage.ts'
import type { Answer, VerbBody } from '../verb.ts'

export const show: VerbBody = {
  more: 'An id may be cut short: its first letters will do, from six on, where no other begins so. A message goes before a commit.',
  options: () => AT,
  examples: [
    'baton show 7',
    'baton show 01JD3V8Q6N4T2R5W7X9Y0Z1A2B',
    'baton show commit:01JD3V8Q6N4T2R5W7X9Y0Z1A2B --json',
  ],
  async run({ positionals, look, reader, signal }) {
    const [word = ''] = positionals
    const hub = await reader()
    const [, position] = /^#?(\d{1,15})$/.exec(word) ?? []
    if (position !== undefined) {
      const found = await hub.commit(Number(position), { signal })
      if (found !== undefined) return commitAnswer(found, Number(position), look)
      throw new UsageError(
        `nothing stands at #${position}`,
        `The newest event is #${hub.head.position}.`,
        EXIT.notFound,
      )
    }
    return named(hub, word, signal, look)
  },
}

async function named(hub: Hub, word: string, signal: AbortSignal, look: Look): Promise<Answer> {
  const [, kind, id = word] = /^(message|commit):(.+)$/.exec(word) ?? []
  const message = kind === 'commit' ? undefined : await hub.message(id, { signal })
  if (message !== undefined) return messageAnswer(message, look)
  const commit = kind === 'message' ? undefined : await hub.commit(id, { signal })
  if (commit !== undefined) return commitAnswer(commit, undefined, look)
  const whole = await begunWith(hub, kind, id, signal)
  if (whole !== undefined) return named(hub, whole, signal, look)
  throw new UsageError(
    `there is no ${kind ?? 'message and no accepted commit'} ${id}`,
    'See what there is: baton log; a commit that lost: baton why <commit>',
    EXIT.notFound,
  )
}

async function begunWith(
  hub: Hub,
  kind: string | undefined,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { wholeId } = await import('../prefix.ts')
  const kinds = (['message', 'commit'] as const).filter((each) => (kind ?? each) === each)
  const found = await wholeId(
    hub,
    kinds.map((each) => [each]),
    id,
    signal,
  )
  return found && `${found.kind}:${found.id}`
}

function commitAnswer(commit: CommitView, asked: number | undefined, look: Look): Answer {
  const { id, number, at, by, cmd, key, seen, on, events } = commit
  const head = facts(
    {
      commit: id,
      number: String(number),
      by: by.run === undefined ? (by.id ?? by.kind) : `${by.id ?? by.kind}/${by.run}`,
      at: stamp(at, look),
      command: key === undefined ? cmd : `${cmd}, key ${key}`,
      'had seen': `${seen} commits`,
      'relied on': Object.entries(on).map(([stream, version]) => `${stream} v${version}`),
    },
    look,
  )
  const rows = events.map(({ position, stream, type, data }) => [
    position === asked ? bold(`#${position}`, look) : dim(`#${position}`, look),
    type,
    dim(stream, look),
    describe(type, data),
  ])
  const detail = events.find(({ position }) => position === asked)
  const parts = [head, columns(rows), ...(detail === undefined ? [] : [visible(JSON.stringify(detail.data, null, 2))])]
  return { json: commit, text: parts.join('\n\n') }
}

function messageAnswer(message: MessageStatus, look: Look): Answer {
  const { body, deliveries, data, cursor: _, by: __, ...rest } = message
  const rows = Object.entries(deliveries).map(([mailbox, { state, position, reason, to }]) => [
    dim('delivery', look),
    mailbox,
    to === undefined ? state : `${state} to ${to}`,
    dim(`#${position}`, look),
    visible(reason ?? ''),
  ])
  const parts = [
    `${facts(rest, look)}\n${columns(rows)}`,
    visible(body),
    ...(data === undefined ? [] : [visible(JSON.stringify(data, null, 2))]),
  ]
  return { json: message, text: parts.filter((part) => part !== '').join('\n\n') }
}
