import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { errorMessage } from '../../contract/caught.ts'
import { fileError } from '../terminal/text.ts'

/** A log in a file, decompressed. */
export interface ImportedFile extends AsyncDisposable {
  readonly bytes: number
  readonly sha256: string
  /** Reads from the first byte on. May be called again. */
  read(): AsyncIterable<Uint8Array>
}

const GZIP = Buffer.from([0x1f, 0x8b])
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/**
 * Reads a file, or stdin for "-", once for its length and its SHA-256. stdin is kept in a temporary
 * file. Rejects when it cannot be read or decompressed.
 */
export async function openImportedFile(path: string, signal: AbortSignal): Promise<ImportedFile> {
  if (path !== '-')
    return measured(path, path, async () => {}, signal).catch(error => {
      throw fileError(path, 'read', error)
    })
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-import-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'stdin')
    await pipeline(process.stdin, createWriteStream(copy, { mode: 0o600 }), { signal })
    return await measured(copy, 'stdin', remove, signal)
  } catch (error) {
    await remove()
    signal.throwIfAborted()
    throw error
  }
}

async function measured(
  path: string,
  name: string,
  remove: () => Promise<void>,
  signal: AbortSignal,
): Promise<ImportedFile> {
  const decompress = await decompressorFor(path)
  const read = () => decompressed(path, name, decompress)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of read()) {
    signal.throwIfAborted()
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex'), read, [Symbol.asyncDispose]: remove }
}

/** Recognizes the compression by the first bytes, not by the name. */
async function decompressorFor(path: string): Promise<(() => NodeJS.ReadWriteStream) | undefined> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(ZSTD.length), 0, ZSTD.length, 0)
  const begin = buffer.subarray(0, bytesRead)
  if (begin.subarray(0, GZIP.length).equals(GZIP)) return createGunzip
  return begin.equals(ZSTD) ? createZstdDecompress : undefined
}

async function* decompressed(
  path: string,
  name: string,
  decompress: (() => NodeJS.ReadWriteStream) | undefined,
): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 })
  if (decompress === undefined) return yield* file
  const stream = decompress() as unknown as Readable & NodeJS.WritableStream
  const fed = pipeline(file, stream)
  fed.catch(() => {})
  try {
    yield* stream
    await fed
  } catch (error) {
    throw new Error(`${name} cannot be decompressed: ${errorMessage(error)}`, { cause: error })
  } finally {
    file.destroy()
    stream.destroy()
  }
}
