import { openHub } from '../../exports.ts'
import type { Verb } from '../verb.ts'

export const init: Verb = {
  name: 'init',
  summary: 'Make a hub here: .baton, found from this directory and all below',
  usage: '',
  examples: ['baton init', 'baton init --dir ~/project'],
  async run({ place }) {
    const hub = await openHub({ dir: place, create: true, commands: 'later' })
    const { id } = hub
    await hub.close()
    return { json: { dir: place, hub: id }, text: `${place} is there\n  Next: baton session open <name>` }
  },
}
