import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MIB } from '../../../contract/quantities.ts'
import { syncDirectory } from '../../../files/write-whole-file.ts'

const CHUNK_BYTES = MIB

/** How a backup or restore is stopped and watched. */
export interface CopyOptions {
  readonly signal: AbortSignal
  /** Gets about how many bytes there are, before the first of them. */
  readonly onTotal: (bytes: number) => void
  /** Gets how many more bytes are done. */
  readonly onBytes: (bytes: number) => void
}

/**
 * Copies the first `bytes` of a file to a new one that only its owner can read, and makes them
 * durable. Resolves to their SHA-256 in hexadecimal digits. Rejects with the system's error, with
 * an error for people when the file is shorter, or with the signal's reason.
 */
export async function copyFile(
  from: string,
  to: string,
  bytes: number,
  options: CopyOptions,
): Promise<string> {
  await using source = await open(from, 'r')
  await using target = await open(to, 'wx', 0o600)
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(source, bytes)) {
    options.signal.throwIfAborted()
    hash.update(chunk)
    await target.writeFile(chunk)
    options.onBytes(chunk.length)
  }
  await target.sync()
  const copied = (await target.stat()).size
  if (copied !== bytes) throw new Error(`${from} has only ${copied} of its ${bytes} bytes.`)
  return hash.digest('hex')
}

/** The SHA-256 of a whole file. */
export async function sha256Of(path: string, { signal, onBytes }: CopyOptions): Promise<string> {
  await using file = await open(path, 'r')
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(file, Number.MAX_SAFE_INTEGER)) {
    signal.throwIfAborted()
    hash.update(chunk)
    onBytes(chunk.length)
  }
  return hash.digest('hex')
}

/** Each chunk is valid until the next is requested. */
async function* chunksOf(file: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, bytes))
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, bytes - at), at)
    if (bytesRead === 0) return
    yield chunk.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** Makes the name of a file or directory durable. */
export const syncName = (path: string): Promise<void> => syncDirectory(dirname(path))
