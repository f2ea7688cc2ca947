import { backup as takeBackup } from '../../exports.ts'
import { visible } from '../print.ts'
import { bytes, withBar } from '../progress.ts'
import { only } from '../show.ts'
import type { Verb } from '../verb.ts'

export const backup: Verb = {
  name: 'backup',
  summary: 'A verified copy of the hub in a new directory, while anybody goes on writing',
  usage: '<dir>',
  examples: ['baton backup ~/backups/monday', 'baton backup /mnt/usb/baton --json'],
  async run({ positionals, given, where, signal }) {
    const [target] = only(positionals, given, 'backup', ['<dir>'])
    const report = await withBar({ doing: 'backing up', unit: 'bytes', given }, (onProgress) =>
      takeBackup(where(), target, { signal, onProgress }),
    )
    const { dir, commits, position, bytes: size } = report
    const text = `${visible(dir)} holds ${commits} commits up to #${position}: ${bytes(size)}, verified`
    return { json: report, text: `${text}\n  Bring it back: baton restore ${visible(target)} <new dir>` }
  },
}
