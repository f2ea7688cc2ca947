// Does one thing and then has nothing left to do; the hub stays open. Says what it did. A process that something keeps
// alive never ends.
import { openHub } from '../../dist/index.js'

const { dir, actor, what } = JSON.parse(process.argv[2])
const hub = await openHub({ dir, actor, durability: 'os' })

const doings = {
  /** A lease that it goes on keeping. */
  async lease({ run }) {
    await hub.keepLease({ run }, { leaseMs: 30_000 })
    return 'kept'
  },
  /** A request that it gives up long before its time. */
  async request({ to }) {
    const leaving = new AbortController()
    setTimeout(() => leaving.abort(), 100)
    try {
      await hub.request({ to, body: 'anybody?' }, { replyWithin: '1h', signal: leaving.signal })
      return 'answered'
    } catch (error) {
      return error.name
    }
  },
}

console.log(await doings[what.do](what))
