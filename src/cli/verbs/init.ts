import fs from 'node:fs'
import path from 'node:path'
import { openHub } from '../../exports.ts'
import { found, hubAround } from '../locate.ts'
import { UsageError } from '../usage.ts'
import type { Verb } from '../verb.ts'

export const init: Verb = {
  name: 'init',
  summary: 'Make a hub here, for this directory and all below',
  usage: '',
  examples: ['baton init', 'baton init --dir ~/project'],
  async run({ place }) {
    const around = hubAround(path.dirname(place))
    if (around !== undefined)
      throw new UsageError(`this is inside a hub: ${around}`, `It is for ${path.dirname(around)} and all below.`)
    const above = found(path.dirname(path.dirname(place)))
    const wasThere = fs.existsSync(place)
    const hub = await openHub({ dir: place, create: true, commands: 'later' })
    const { id } = hub
    await hub.close()
    const text = [
      `${place} is there${wasThere ? ' already: it is as it was' : ''}`,
      ...(above === undefined || wasThere ? [] : [`  The one above it is another: ${above}. Here, this one is meant.`]),
      ...(wasThere ? [] : ['  Next: baton session open <name> --as operator']),
    ]
    return { json: { dir: place, hub: id }, text: text.join('\n') }
  },
}
