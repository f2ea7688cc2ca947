import { restore as restoreHub } from '../../exports.ts'
import { locate } from '../locate.ts'
import { visible } from '../print.ts'
import { withBar } from '../progress.ts'
import { only } from '../show.ts'
import { UsageError } from '../usage.ts'
import { instant, isInstant } from '../values.ts'
import type { Verb } from '../verb.ts'

export const restore: Verb = {
  name: 'restore',
  summary:
    'A new hub with the history of a backup, or of any hub, up to a position or a time; the other stays as it is',
  usage: '<dir> <new dir>',
  options: () => ({
    to: { type: 'string', value: 'position|time', about: 'the newest event to take along; all of them if not given' },
  }),
  examples: [
    'baton restore ~/backups/monday .baton',
    'baton restore .baton ~/before-the-mishap --to 4711',
    'baton restore .baton ~/at-noon --to 2026-12-24T12:00:00Z',
  ],
  async run({ positionals, given, signal }) {
    const [source, target] = only(positionals, given, 'restore', ['<dir>', '<new dir>'])
    const { to } = given
    const report = await withBar({ doing: 'restoring', unit: 'bytes', given }, (onProgress) =>
      restoreHub(locate(source), target, { ...(typeof to === 'string' && { to: placeOf(to) }), signal, onProgress }),
    )
    const { dir, hub, commits, position } = report
    return {
      json: report,
      text: `${visible(dir)} is the hub ${hub}, with ${commits} commits up to #${position}\n  Look: baton log --dir ${visible(target)}`,
    }
  },
}

/** `4711`, `#4711`, or an instant. */
function placeOf(text: string): number | Date {
  const [, position] = /^#?(\d{1,15})$/.exec(text) ?? []
  if (position !== undefined) return Number(position)
  if (isInstant(text)) return new Date(instant(text))
  throw new UsageError(`${text} is no position and no time`, 'For example 4711, or 2026-12-24T18:00:00Z.')
}
