import { TailraceError } from '../contract/errors.ts'
import { type ByteOffset, MIB } from '../contract/quantities.ts'
import type { CallOptions } from './http-sender.ts'

/** The bytes of a log: a file, or an iterable that yields them from the first byte on. */
export type LogSource = Blob | AsyncIterable<Uint8Array>

export interface UploadOptions extends CallOptions {
  /** The size of one request in bytes. Default: 4 MiB. */
  readonly chunkBytes?: number
  /** Called with the number of durable bytes, first with those that the log already had. */
  readonly onProgress?: (head: ByteOffset) => void
}

/** The calls of the server for one step's log. */
export interface UploadTarget {
  head(options: CallOptions): Promise<ByteOffset>
  append(offset: ByteOffset, bytes: Uint8Array<ArrayBuffer>, options: CallOptions): Promise<ByteOffset>
}

const CHUNK_BYTES = 4 * MIB

/**
 * Uploads the source to the log, from the log's head on, and resolves to the head when all bytes
 * are durable. The bytes below that head are assumed to be the source's own: finishing the step
 * with the source's SHA-256 proves it. Rejects with `offset-conflict` when the log has more bytes
 * than the source, or bytes of another writer.
 */
export async function uploadLog(
  target: UploadTarget,
  source: LogSource,
  options: UploadOptions,
): Promise<ByteOffset> {
  const { chunkBytes = CHUNK_BYTES, onProgress } = options
  const found = await target.head(options)
  onProgress?.(found)
  let head = found
  let length = source instanceof Blob ? Math.min(found, source.size) : 0
  const bytes = source instanceof Blob ? bytesOf(source.slice(found)) : source
  for await (const chunk of inChunks(bytes, chunkBytes)) {
    const unsent = chunk.subarray(Math.min(chunk.length, Math.max(0, found - length)))
    length += chunk.length
    if (unsent.length === 0) continue
    head = await target.append(length - unsent.length, unsent, options)
    onProgress?.(head)
  }
  if (length < found)
    throw new TailraceError(
      'offset-conflict',
      `the log has ${found} bytes, more than the source's ${length}`,
      {
        head: found,
      },
    )
  return head
}

async function* bytesOf(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

/** The same bytes in chunks of `size` bytes; the last one may be shorter. */
async function* inChunks(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let chunk = new Uint8Array(size)
  let filled = 0
  for await (const bytes of source)
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + size - filled)
      chunk.set(part, filled)
      taken += part.length
      filled += part.length
      if (filled < size) continue
      yield chunk
      chunk = new Uint8Array(size)
      filled = 0
    }
  if (filled > 0) yield chunk.subarray(0, filled)
}
