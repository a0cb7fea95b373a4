import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, createGzip, zstdCompress } from 'node:zlib'

const compressZstd = promisify(zstdCompress)
/** The level for bytes that are compressed only to be sent. */
const SEND_LEVEL = 1

/** One zstd frame of these bytes. */
export async function zstdFrame(bytes: Uint8Array): Promise<Uint8Array> {
  const chunkSize = Math.max(1024, bytes.length)
  return compressZstd(bytes, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: SEND_LEVEL } })
}

/** The chunks as one gzip member. Clients cut a second member off without a word, so there must be only one. */
export function gzipMember(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gzip = createGzip({ level: SEND_LEVEL, chunkSize: 64 * 1024 })
  const source = Readable.from(chunks, { objectMode: false })
  source.on('error', error => gzip.destroy(error))
  gzip.on('close', () => source.destroy())
  return source.pipe(gzip)
}
