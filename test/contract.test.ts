import path from 'node:path'
import { openFileLog } from '../src/log/file/file-log.ts'
import type { Log } from '../src/log/log.ts'
import { openMemoryLog } from '../src/log/memory.ts'
import { logContract } from '../src/testing/log-contract.ts'
import { scratch } from './support/scratch.ts'

// Within one process the object is the log: opening it once more is handing it over.
logContract('memory', () => openMemoryLog(), { reopen: (log) => log })

const dir = scratch()
const dirOf = new Map<Log, string>()

logContract(
  'file',
  () => {
    const hubDir = path.join(dir(), '.baton')
    const log = openFileLog(hubDir, { create: true })
    dirOf.set(log, hubDir)
    return log
  },
  { reopen: (log) => openFileLog(dirOf.get(log) as string) },
)
