/** What a directory must be before a log is kept in it. */
import fs from 'node:fs'
import path from 'node:path'
import { BatonError } from '../../errors.ts'

/**
 * File systems on which O_APPEND does not put concurrent writes in one order, or whose sync promises nothing: several
 * machines or a user-space daemon stand between the write and the disk. By `statfs` type.
 */
const UNSAFE = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x47504653, 'GPFS'],
  [0x786f4256, 'VirtualBox shared folder'],
  [0x7c7c6673, 'Parallels shared folder'],
  [0xbacbacbc, 'VMware shared folder'],
])

/** What it is called, where it is one of those. */
export const unsafeFileSystem = (dir: string): string | undefined => UNSAFE.get(fs.statfsSync(dir).type >>> 0)

export function assertSafeFileSystem(dir: string, isAllowed: boolean): void {
  const name = unsafeFileSystem(dir)
  if (name === undefined || isAllowed) return
  throw new BatonError('STORAGE_UNSAFE', `${dir} lies on ${name}, which does not keep concurrent appends in order`, {
    details: { dir, fileSystem: name },
    hint: 'Keep the hub on a local disk, or set unsafeFileSystem if one process alone will ever write to it.',
  })
}

/** A hub of another user may hold anything: it is refused, as git refuses a repository of another user. */
export function assertOwnDirectory(dir: string): void {
  const stat = fs.statSync(dir, { throwIfNoEntry: false })
  if (stat === undefined) return
  const me = process.geteuid?.()
  if (me === undefined || stat.uid === me) return
  throw new BatonError('STORAGE_UNSAFE', `${dir} belongs to another user (uid ${stat.uid}, you are ${me})`, {
    details: { dir, owner: stat.uid },
    hint: 'Run as that user, or make the directory your own (chown).',
  })
}

export interface FileIdentity {
  readonly dev: number
  readonly ino: number
}

export function identityOf(fd: number): FileIdentity {
  const { dev, ino } = fs.fstatSync(fd)
  return { dev, ino }
}

/** The log must still be the file that was opened: one that was deleted or replaced would swallow what is written. */
export function assertSameFile(file: string, identity: FileIdentity): void {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat !== undefined && stat.dev === identity.dev && stat.ino === identity.ino) return
  throw new BatonError(
    'STORAGE_FAILED',
    `${file} was ${stat === undefined ? 'deleted' : 'replaced'} under the open hub`,
    {
      details: { file },
      hint: 'Open the hub again.',
    },
  )
}

/** An error of the operating system as callers meet it. */
export function storageError(error: unknown, doing: string, file: string): BatonError {
  if (error instanceof BatonError) return error
  const errno = (error as NodeJS.ErrnoException).code ?? 'unknown'
  const full = errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EFBIG'
  return new BatonError(full ? 'STORAGE_FULL' : 'STORAGE_FAILED', `${doing} ${file} failed: ${errno}`, {
    details: { file: path.resolve(file), errno },
    hint: full
      ? 'Free some space and open the hub again; retry with the same key.'
      : 'See to the disk and its permissions, open the hub again, and retry with the same key.',
    cause: error,
  })
}
