import { backup as takeBackup } from '../../exports.ts'
import { visible } from '../print.ts'
import { bytes, withBar } from '../progress.ts'
import { noDryRun } from '../show.ts'
import type { VerbBody } from '../verb.ts'

export const backup: VerbBody = {
  examples: ['baton backup ~/backups/monday', 'baton backup ../a-copy --json'],
  async run({ positionals, given, where, signal }) {
    const [target = ''] = positionals
    noDryRun(given, 'backup')
    const report = await withBar({ doing: 'backing up', unit: 'bytes', given }, (onProgress) =>
      takeBackup(where(), target, { signal, onProgress }),
    )
    const { dir, commits, position, bytes: size } = report
    const text = `${visible(dir)} holds ${commits} commits up to #${position}: ${bytes(size)}, verified`
    return { json: report, text: `${text}\n  Bring it back: baton restore ${visible(target)} <new dir>` }
  },
}
