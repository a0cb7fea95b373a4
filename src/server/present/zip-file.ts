import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { EpochMs } from '../../contract/quantities.ts'

/** A regular file that its owner writes and everybody reads. */
const FILE_MODE = 0o100644

/**
 * A .zip file of one file, made as it is read: memory stays flat, and sizes over 4 GiB are given in
 * zip64. Begins only when the first chunk is there; rejects as `chunks` does, before the file is
 * complete. `name` must be a plain file name.
 */
export async function* zipFile(
  name: string,
  changedAtMs: EpochMs,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const source = Readable.from(await begun(chunks), { objectMode: false })
  source.on('error', error => output.destroy(error))
  zip.addReadStream(source, name, { mtime: new Date(changedAtMs), mode: FILE_MODE })
  zip.end()
  try {
    yield* output
  } finally {
    source.destroy()
  }
}

/** The same chunks, of which the first is there. */
async function begun(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await iterator.next()
  return (async function* () {
    try {
      for (let next = first; !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  })()
}
