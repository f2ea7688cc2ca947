/** Whole commands: SendMessage through a hub, parsed, decided, written, folded into all views, with its receipt. */
import { openHub } from '../../dist/index.js'
import { drive, eventOn, serve } from './serve.mjs'

/** `to` is the operator, who has no limit, or `sessions`: one of its own for each caller, without a limit here. */
serve(async ({ dir, stream, durability, callers = 1, to = 'operator' }) => {
  const hub = await openHub({ dir, create: true, durability, patience: 60_000, limits: { inbox: Infinity } })
  await hub.send({ type: 'OpenSession', sessionId: stream })
  for (let i = 0; i < 50; i++) await hub.send({ type: 'OpenTask', taskId: `t-${i}`, title: 'a task' })
  const seats = Array.from({ length: callers }, (_, i) => `seat-${i}`)
  if (to === 'sessions') for (const sessionId of seats) await hub.send({ type: 'OpenSession', sessionId })
  const addresses = seats.map((id) => (to === 'sessions' ? `session:${id}` : to))
  const sender = hub.as({ kind: 'session', id: stream })

  function send(caller) {
    const { task, kind, subject, body, refs } = eventOn('').d
    return sender.send({ type: 'SendMessage', to: addresses[caller], task, kind, subject, body, data: { refs } })
  }

  return {
    async run({ ms }) {
      const sample = await drive({ ms, callers }, send)
      return { ...sample, rss: process.resourceUsage().maxRSS / 1024 }
    },
    close: () => hub.close(),
    async check() {
      const again = await openHub({ dir })
      const { findings } = await again.verify()
      let messages = 0
      for await (const _ of again.log({ type: 'MessageSent' })) messages++
      await again.close()
      if (findings.length > 0) throw new Error(`findings: ${JSON.stringify(findings.slice(0, 3))}`)
      return messages
    },
  }
})
