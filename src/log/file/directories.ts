import fs from 'node:fs'
import path from 'node:path'

/** Makes durable what the directory lists. */
export function syncDirectory(dir: string): void {
  const fd = fs.openSync(dir, fs.constants.O_RDONLY)
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** A directory, and each one above it up to `top`: whatever was made in between is there after a power cut. */
export function syncUpTo(dir: string, top: string): void {
  for (let each = dir; each.startsWith(top); each = path.dirname(each)) {
    syncDirectory(each)
    if (each === top) break
  }
}
