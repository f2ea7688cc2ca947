import { restore as restoreHub } from '../../exports.ts'
import { locate } from '../locate.ts'
import { visible } from '../print.ts'
import { withBar } from '../progress.ts'
import { noDryRun } from '../show.ts'
import { UsageError } from '../usage.ts'
import { instant, isInstant } from '../values.ts'
import type { VerbBody } from '../verb.ts'

export const restore: VerbBody = {
  more: 'The other hub stays as it is, and may be in use. The new one has an id of its own.',
  options: () => ({
    to: { type: 'string', value: 'position|time', about: 'the newest event to take along; all of them if not given' },
  }),
  examples: [
    'baton restore ~/backups/monday .baton-monday',
    'baton restore .baton ~/before-the-mishap --to 7',
    'baton restore .baton ~/at-noon --to 2026-12-24T12:00:00Z',
  ],
  async run({ positionals, given, signal }) {
    const [source = '', target = ''] = positionals
    noDryRun(given, 'restore')
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
