/**
 * The checksum of node:zlib without its streams, which take 4 ms to load: the build puts it in the place of node:zlib in
 * the command line. `process.binding` is there in every Node that this runs on, and documented as internal: where it has no
 * such function any more, and where it would be warned of, the module does it.
 */
type Crc32 = (data: string | Uint8Array, value?: number) => number

const { binding } = process as { readonly binding?: (name: string) => { readonly crc32?: Crc32 } }

const isWatched = (): boolean =>
  process.execArgv.length > 0 || ['NODE_OPTIONS', 'NODE_PENDING_DEPRECATION'].some((name) => name in process.env)

function found(): Crc32 {
  try {
    const native = isWatched() ? undefined : binding?.('zlib').crc32
    if (native !== undefined && native('baton', 0) === 0xbd_dd_b8_ed) return (data, value = 0) => native(data, value)
  } catch {
    // As if it were not there.
  }
  return process.getBuiltinModule('node:zlib').crc32
}

export const crc32: Crc32 = found()
