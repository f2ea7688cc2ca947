// Claims things with Emmett's CommandHandler and a Decider, in a process of its own.
import { CommandHandler, IllegalStateError, isExpectedVersionConflictError } from '@event-driven-io/emmett'
import { openHub } from '../../dist/index.js'

const [dir, me, retries] = process.argv.slice(2)
const hub = await openHub({ dir, actor: { kind: 'session', id: me } })

const decider = {
  initialState: () => ({ owner: undefined }),
  evolve: (state, { type, data }) => (type === 'ThingClaimed' ? { owner: data.owner } : state),
  decide(owner, state) {
    if (state.owner !== undefined) throw new IllegalStateError(`taken by ${state.owner}`)
    return { type: 'ThingClaimed', data: { owner } }
  },
}
const handle = CommandHandler({
  evolve: decider.evolve,
  initialState: decider.initialState,
  ...(Number(retries) > 0 && { retry: { onVersionConflict: Number(retries) } }),
})

process.on('message', async ({ claim, close }) => {
  if (close) {
    await hub.close()
    process.disconnect()
    return
  }
  try {
    const result = await handle(hub.eventStore, claim, (state) => decider.decide(me, state))
    process.send({ claim, won: true, version: String(result.nextExpectedStreamVersion) })
  } catch (error) {
    const lost = isExpectedVersionConflictError(error)
      ? 'conflict'
      : error instanceof IllegalStateError
        ? 'taken'
        : String(error)
    process.send({ claim, won: false, lost })
  }
})
process.send({ ready: true })
