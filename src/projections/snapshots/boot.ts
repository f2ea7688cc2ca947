/** Which start of the machine this is: what was written and not synced is sure to be there until the next one. */
import fs from 'node:fs'

const FILE = '/proc/sys/kernel/random/boot_id'

let known: string | undefined

/** Undefined where the system does not say. */
export function bootId(): string | undefined {
  try {
    return (known ??= fs.readFileSync(FILE, 'latin1').trim())
  } catch {
    return undefined
  }
}
