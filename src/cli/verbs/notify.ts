import { oneLine } from '../print.ts'
import type { Verb } from '../verb.ts'

export const notify: Verb = {
  name: 'notify',
  summary: 'What waits for whoever acts: ids and subjects; silent if nothing',
  usage: '',
  examples: ['baton notify --as coder'],
  async run({ actor, hub, signal }) {
    const { id } = await actor()
    const inbox = (await hub()).inbox(id ?? 'operator')
    const messages = await inbox.list({ limit: 50, signal })
    const waiting = messages.length < 50 ? messages.length : await inbox.count()
    const json = messages.map(({ id: messageId, from, kind, subject, taskId, sentAt, mailbox }) => ({
      id: messageId,
      from,
      kind,
      sentAt,
      mailbox,
      ...(subject !== undefined && { subject }),
      ...(taskId !== undefined && { taskId }),
    }))
    const lines = json.map(({ id: messageId, from, kind, subject, taskId }) =>
      [messageId, from, kind, taskId, subject === undefined ? undefined : oneLine(subject)]
        .filter((part) => part !== undefined)
        .join('  '),
    )
    if (lines.length === 0) return { json, text: '' }
    return {
      json,
      text: [`${waiting} waiting; read them: baton inbox --as ${id ?? 'operator'}`, ...lines].join('\n'),
    }
  },
}
