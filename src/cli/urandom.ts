/** Randomness as the system hands it out: node:crypto, which reads it there too, takes 4 ms to load. */
import fs from 'node:fs'
import type { Draw } from '../exports.ts'

export const urandom: Draw = (into) => {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
  if (!isRead(bytes)) process.getBuiltinModule('node:crypto').randomFillSync(bytes)
}

/** Not where there is no such device, or it hands out less than was asked for. */
function isRead(bytes: Uint8Array): boolean {
  let fd: number
  try {
    fd = fs.openSync('/dev/urandom', 'r')
  } catch {
    return false
  }
  try {
    return fs.fstatSync(fd).isCharacterDevice() && fs.readSync(fd, bytes) === bytes.length
  } catch {
    return false
  } finally {
    fs.closeSync(fd)
  }
}
